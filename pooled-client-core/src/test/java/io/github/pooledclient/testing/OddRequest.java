// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** A request that is not made by the JDK's builder: a GET of nothing else than its URI, unless a subclass says more. */
public class OddRequest extends HttpRequest {

    private final URI uri;

    public OddRequest(URI uri) {
        this.uri = uri;
    }

    @Override
    public String method() {
        return "GET";
    }

    @Override
    public URI uri() {
        return uri;
    }

    @Override
    public HttpHeaders headers() {
        return HttpHeaders.of(Map.of(), (name, value) -> true);
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
