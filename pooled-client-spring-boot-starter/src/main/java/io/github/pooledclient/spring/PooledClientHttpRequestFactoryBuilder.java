// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import io.github.pooledclient.PooledHttpClient;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpClientSettings;

/**
 * Builds request factories with the settings of Spring Boot, all over the pool of one client: what
 * {@code spring.http.clients.*}, service groups and {@code RestTemplateBuilder} say becomes a
 * {@linkplain PooledHttpClient#toBuilder() view} of that client. What settings leave out is
 * as {@link ClientViews} says.
 *
 * <p>Immutable. Safe for use by several threads.
 */
public final class PooledClientHttpRequestFactoryBuilder
        implements ClientHttpRequestFactoryBuilder<PooledClientHttpRequestFactory> {

    private final ClientViews views;
    private final Consumer<PooledHttpClient.Builder> customizer;

    /**
     * @param client whose pool is used; stays its owner's to close
     */
    public PooledClientHttpRequestFactoryBuilder(PooledHttpClient client) {
        this(new ClientViews(client));
    }

    /**
     * @param views shared with others who shall have the same connections
     */
    public PooledClientHttpRequestFactoryBuilder(ClientViews views) {
        this(Objects.requireNonNull(views, "views"), view -> {});
    }

    private PooledClientHttpRequestFactoryBuilder(ClientViews views, Consumer<PooledHttpClient.Builder> customizer) {
        this.views = views;
        this.customizer = customizer;
    }

    /** A builder that changes each view further, after the settings; {@code pool(...)} is an error there. */
    public PooledClientHttpRequestFactoryBuilder withClientCustomizer(Consumer<PooledHttpClient.Builder> further) {
        return new PooledClientHttpRequestFactoryBuilder(views, customizer.andThen(further));
    }

    @Override
    public PooledClientHttpRequestFactory build(@Nullable HttpClientSettings settings) {
        return new PooledClientHttpRequestFactory(views.view(settings, customizer));
    }
}
