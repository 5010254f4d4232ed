// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A request that says in a field what the JDK's builder does not let one say. */
final class RequestWithField extends HttpRequest {

    private final HttpRequest request;
    private final HttpHeaders fields;

    RequestWithField(HttpRequest request, String name, String value) {
        this.request = request;
        this.fields = HttpHeaders.of(Map.of(name, List.of(value)), (n, v) -> true);
    }

    @Override
    public Optional<BodyPublisher> bodyPublisher() {
        return request.bodyPublisher();
    }

    @Override
    public String method() {
        return request.method();
    }

    @Override
    public Optional<Duration> timeout() {
        return request.timeout();
    }

    @Override
    public boolean expectContinue() {
        return request.expectContinue();
    }

    @Override
    public URI uri() {
        return request.uri();
    }

    @Override
    public Optional<HttpClient.Version> version() {
        return request.version();
    }

    @Override
    public HttpHeaders headers() {
        return fields;
    }
}
