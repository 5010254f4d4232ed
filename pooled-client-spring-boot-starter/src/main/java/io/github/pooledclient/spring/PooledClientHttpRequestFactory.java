// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import io.github.pooledclient.PooledHttpClient;
import java.net.URI;
import java.util.Objects;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;

/**
 * The requests of {@code RestClient} and {@code RestTemplate} over a {@link PooledHttpClient}. The exchange, reading and
 * writing of bodies included, runs on the calling thread.
 *
 * <p>Owns nothing: closing the client is its owner's business. For other timeouts or redirects, give it a
 * {@linkplain PooledHttpClient#toBuilder() view}. Safe for use by several threads.
 */
public final class PooledClientHttpRequestFactory implements ClientHttpRequestFactory {

    private final PooledHttpClient client;

    public PooledClientHttpRequestFactory(PooledHttpClient client) {
        this.client = Objects.requireNonNull(client, "client");
    }

    @Override
    public ClientHttpRequest createRequest(URI uri, HttpMethod method) {
        return new PooledClientHttpRequest(client, uri, method);
    }

    /** Where requests are sent. */
    public PooledHttpClient client() {
        return client;
    }
}
