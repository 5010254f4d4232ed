// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.transport.AddressRefusedException;
import io.micrometer.observation.Observation;
import java.net.URI;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.http.client.reactive.ClientHttpResponse;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * The requests of {@code WebClient} over a {@link PooledHttpClient}. An exchange has a thread of its own while it lasts,
 * virtual where the JDK has them.
 *
 * <p>Owns nothing: closing the client is its owner's business. Safe for use by several threads.
 */
public final class PooledClientHttpConnector extends JdkClientHttpConnector {

    // ObservationThreadLocalAccessor.KEY, which needs a library that may not be there.
    private static final String OBSERVATION = "micrometer.observation";

    private final PooledHttpClient client;

    public PooledClientHttpConnector(PooledHttpClient client) {
        super(client);
        this.client = client;
    }

    @Override
    public Mono<ClientHttpResponse> connect(
            HttpMethod method, URI uri, Function<? super ClientHttpRequest, Mono<Void>> requestCallback) {
        return Mono.deferContextual(context -> super.connect(method, uri, observed(context, requestCallback)))
                .onErrorMap(AddressRefusedException.class, e -> BootAddressFilter.refusal(e, client));
    }

    /**
     * Has the request sent in the scope of what its subscriber observes, as of a client that blocks: when the callback has
     * completed, it is sent on that thread.
     */
    private static Function<? super ClientHttpRequest, Mono<Void>> observed(
            ContextView context, Function<? super ClientHttpRequest, Mono<Void>> requestCallback) {
        Observation observation = context.getOrDefault(OBSERVATION, null);
        if (observation == null) {
            return requestCallback;
        }
        AtomicReference<Observation.@Nullable Scope> scope = new AtomicReference<>();
        return request -> requestCallback
                .apply(request)
                .doOnSuccess(nothing -> scope.set(observation.openScope()))
                .doAfterTerminate(() -> close(scope.get()));
    }

    private static void close(Observation.@Nullable Scope scope) {
        if (scope != null) {
            scope.close();
        }
    }

    /** Where requests are sent. */
    public PooledHttpClient client() {
        return client;
    }
}
