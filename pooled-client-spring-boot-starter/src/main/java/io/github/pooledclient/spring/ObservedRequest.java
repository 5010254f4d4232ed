// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.HashMap;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpResponse;

/** A request of the JDK's as Spring's observations know requests: something to look at, and to put trace headers into. */
final class ObservedRequest implements ClientHttpRequest {

    private final HttpRequest request;
    private final HttpHeaders headers = new HttpHeaders();
    private final Map<String, Object> attributes = new HashMap<>();

    ObservedRequest(HttpRequest request) {
        this.request = request;
        request.headers().map().forEach(headers::addAll);
    }

    @Override
    public HttpMethod getMethod() {
        return HttpMethod.valueOf(request.method());
    }

    @Override
    public URI getURI() {
        return request.uri();
    }

    @Override
    public Map<String, Object> getAttributes() {
        return attributes;
    }

    @Override
    public HttpHeaders getHeaders() {
        return headers;
    }

    @Override
    public OutputStream getBody() {
        throw new UnsupportedOperationException("the body of a request that is observed is its sender's");
    }

    @Override
    public ClientHttpResponse execute() {
        throw new UnsupportedOperationException("a request that is observed is sent by its sender");
    }
}
