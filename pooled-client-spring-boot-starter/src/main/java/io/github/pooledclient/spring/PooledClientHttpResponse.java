// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.util.CollectionUtils;
import org.springframework.util.LinkedCaseInsensitiveMap;

/** A response whose body is read from the connection; closing it gives the connection back. Confined to one thread. */
final class PooledClientHttpResponse implements ClientHttpResponse {

    private static final Logger LOG = LoggerFactory.getLogger(PooledClientHttpResponse.class);

    private final HttpResponse<InputStream> response;
    private @Nullable HttpHeaders headers;

    PooledClientHttpResponse(HttpResponse<InputStream> response) {
        this.response = response;
    }

    @Override
    public HttpStatusCode getStatusCode() {
        return HttpStatusCode.valueOf(response.statusCode());
    }

    /** The usual phrase of the status: what the server wrote there has no meaning (RFC 9112, 4). */
    @Override
    public String getStatusText() {
        HttpStatus known = HttpStatus.resolve(response.statusCode());
        return known == null ? "" : known.getReasonPhrase();
    }

    @Override
    public HttpHeaders getHeaders() {
        HttpHeaders result = headers;
        if (result == null) {
            Map<String, List<String>> fields = new LinkedCaseInsensitiveMap<>(Locale.ROOT);
            fields.putAll(response.headers().map());
            result = HttpHeaders.readOnlyHttpHeaders(CollectionUtils.toMultiValueMap(fields));
            headers = result;
        }
        return result;
    }

    @Override
    public InputStream getBody() {
        return response.body();
    }

    @Override
    public void close() {
        try {
            response.body().close();
        } catch (IOException e) {
            // Spring's signature has no exception, and the caller has what it wanted.
            LOG.debug("Closing the response of {} failed", response.uri(), e);
        }
    }
}
