// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.internal.http.RequestHead;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Optional;

/** The request that a redirect led to, as {@link java.net.http.HttpResponse#request()} shows it. */
final class RedirectedRequest extends HttpRequest {

    private final HttpRequest original;
    private final RequestHead head;
    private final URI uri;

    RedirectedRequest(HttpRequest original, RequestHead head, URI uri) {
        this.original = original;
        this.head = head;
        this.uri = uri;
    }

    @Override
    public Optional<BodyPublisher> bodyPublisher() {
        return head.method().equals(original.method()) ? original.bodyPublisher() : Optional.empty();
    }

    @Override
    public String method() {
        return head.method();
    }

    @Override
    public Optional<Duration> timeout() {
        return original.timeout();
    }

    @Override
    public boolean expectContinue() {
        return head.expectContinue();
    }

    @Override
    public URI uri() {
        return uri;
    }

    @Override
    public Optional<HttpClient.Version> version() {
        return original.version();
    }

    @Override
    public HttpHeaders headers() {
        return head.caller();
    }
}
