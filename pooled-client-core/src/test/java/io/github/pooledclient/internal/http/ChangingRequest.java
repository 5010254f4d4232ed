// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A request that says something else each time it is asked: harmless at first, and not afterwards. */
final class ChangingRequest extends HttpRequest {

    private int uris;
    private int fields;

    @Override
    public URI uri() {
        uris++;
        return URI.create("http://h" + uris + "/" + uris);
    }

    @Override
    public HttpHeaders headers() {
        boolean isFirst = fields++ == 0;
        return HttpHeaders.of(Map.of(isFirst ? "first" : "a: b\r\nc", List.of("d")), (name, value) -> true);
    }

    @Override
    public String method() {
        return "GET";
    }

    @Override
    public Optional<BodyPublisher> bodyPublisher() {
        return Optional.empty();
    }

    @Override
    public Optional<Duration> timeout() {
        return Optional.empty();
    }

    @Override
    public boolean expectContinue() {
        return false;
    }

    @Override
    public Optional<HttpClient.Version> version() {
        return Optional.empty();
    }
}
