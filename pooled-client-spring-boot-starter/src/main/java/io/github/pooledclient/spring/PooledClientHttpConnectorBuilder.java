// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import io.github.pooledclient.PooledHttpClient;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.reactive.ClientHttpConnectorBuilder;

/**
 * Builds the connectors of {@code WebClient} with the settings of Spring Boot, all over the pool of one client: what
 * {@code spring.http.clients.*} and service groups say becomes a {@linkplain PooledHttpClient#toBuilder() view} of that
 * client. What settings leave out is as {@link ClientViews} says.
 *
 * <p>Immutable. Safe for use by several threads.
 */
public final class PooledClientHttpConnectorBuilder implements ClientHttpConnectorBuilder<PooledClientHttpConnector> {

    private final ClientViews views;
    private final Consumer<PooledHttpClient.Builder> customizer;

    /**
     * @param views shared with others who shall have the same connections
     */
    public PooledClientHttpConnectorBuilder(ClientViews views) {
        this(Objects.requireNonNull(views, "views"), view -> {});
    }

    private PooledClientHttpConnectorBuilder(ClientViews views, Consumer<PooledHttpClient.Builder> customizer) {
        this.views = views;
        this.customizer = customizer;
    }

    /** A builder that changes each view further, after the settings; {@code pool(...)} is an error there. */
    public PooledClientHttpConnectorBuilder withClientCustomizer(Consumer<PooledHttpClient.Builder> further) {
        return new PooledClientHttpConnectorBuilder(views, customizer.andThen(further));
    }

    @Override
    public PooledClientHttpConnector build(@Nullable HttpClientSettings settings) {
        return new PooledClientHttpConnector(views.view(settings, customizer));
    }
}
