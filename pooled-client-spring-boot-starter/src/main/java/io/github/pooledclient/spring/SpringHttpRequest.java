// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request as the client takes it, without the JDK's builder: that one refuses fields such as {@code Host} or
 * {@code Connection}, which Spring's callers may set. The client checks names and values all the same. Immutable.
 */
final class SpringHttpRequest extends HttpRequest {

    private final String method;
    private final URI uri;
    private final HttpHeaders headers;
    private final @Nullable BodyPublisher bodyPublisher;
    private final boolean expectContinue;

    SpringHttpRequest(
            String method,
            URI uri,
            org.springframework.http.HttpHeaders fields,
            @Nullable BodyPublisher bodyPublisher) {
        this.method = method;
        this.uri = uri;
        this.bodyPublisher = bodyPublisher;
        this.expectContinue =
                "100-continue".equalsIgnoreCase(fields.getFirst(org.springframework.http.HttpHeaders.EXPECT));
        this.headers = headers(fields, expectContinue);
    }

    private static HttpHeaders headers(org.springframework.http.HttpHeaders fields, boolean expectContinue) {
        Map<String, List<String>> map = new LinkedHashMap<>();
        fields.forEach((name, values) -> {
            // Framing is the client's, by the length of the body publisher; and Expect is its own by the request's
            // flag.
            boolean ours = name.equalsIgnoreCase(org.springframework.http.HttpHeaders.CONTENT_LENGTH)
                    || (expectContinue && name.equalsIgnoreCase(org.springframework.http.HttpHeaders.EXPECT));
            if (!ours) {
                map.put(name, values);
            }
        });
        return HttpHeaders.of(map, (name, value) -> true);
    }

    @Override
    public Optional<BodyPublisher> bodyPublisher() {
        return Optional.ofNullable(bodyPublisher);
    }

    @Override
    public String method() {
        return method;
    }

    /** None of its own: the client's read timeout holds. */
    @Override
    public Optional<Duration> timeout() {
        return Optional.empty();
    }

    @Override
    public boolean expectContinue() {
        return expectContinue;
    }

    @Override
    public URI uri() {
        return uri;
    }

    @Override
    public Optional<HttpClient.Version> version() {
        return Optional.empty();
    }

    @Override
    public HttpHeaders headers() {
        return headers;
    }
}
