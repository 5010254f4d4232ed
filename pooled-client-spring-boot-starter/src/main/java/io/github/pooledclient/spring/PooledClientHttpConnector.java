// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.transport.AddressRefusedException;
import java.net.URI;
import java.util.function.Function;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.http.client.reactive.ClientHttpResponse;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import reactor.core.publisher.Mono;

/**
 * The requests of {@code WebClient} over a {@link PooledHttpClient}. An exchange has a thread of its own while it lasts,
 * virtual where the JDK has them.
 *
 * <p>Owns nothing: closing the client is its owner's business. Safe for use by several threads.
 */
public final class PooledClientHttpConnector extends JdkClientHttpConnector {

    private final PooledHttpClient client;

    public PooledClientHttpConnector(PooledHttpClient client) {
        super(client);
        this.client = client;
    }

    @Override
    public Mono<ClientHttpResponse> connect(
            HttpMethod method, URI uri, Function<? super ClientHttpRequest, Mono<Void>> requestCallback) {
        return super.connect(method, uri, requestCallback)
                .onErrorMap(AddressRefusedException.class, e -> BootAddressFilter.refusal(e, client));
    }

    /** Where requests are sent. */
    public PooledHttpClient client() {
        return client;
    }
}
