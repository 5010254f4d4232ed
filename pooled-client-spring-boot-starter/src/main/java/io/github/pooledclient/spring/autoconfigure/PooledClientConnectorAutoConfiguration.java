// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import io.github.pooledclient.spring.ClientViews;
import io.github.pooledclient.spring.PooledClientHttpConnectorBuilder;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.http.client.autoconfigure.reactive.ClientHttpConnectorBuilderCustomizer;
import org.springframework.boot.http.client.reactive.ClientHttpConnectorBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;
import org.springframework.http.client.reactive.ClientHttpConnector;
import reactor.core.publisher.Mono;

/**
 * Auto-configuration of Spring Boot's builder of connectors: {@code WebClient} and its HTTP service clients then share the
 * pool. Comes before Boot's own, which backs off, and steps aside when the application has chosen a client with
 * {@code spring.http.clients.reactive.connector}, or says {@code pool.web-client.enabled=false}.
 */
@AutoConfiguration(
        after = PooledClientAutoConfiguration.class,
        beforeName = "org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration")
@ConditionalOnClass({ClientHttpConnector.class, ClientHttpConnectorBuilder.class, Mono.class})
@ConditionalOnBooleanProperty(name = "pool.web-client.enabled", matchIfMissing = true)
@Conditional(NoOtherClientChosen.Reactive.class)
@Import(ClientViewsConfiguration.class)
public final class PooledClientConnectorAutoConfiguration {

    @Bean
    @ConditionalOnBean(ClientViews.class)
    @ConditionalOnMissingBean(ClientHttpConnectorBuilder.class)
    ClientHttpConnectorBuilder<?> pooledClientHttpConnectorBuilder(
            ClientViews views, ObjectProvider<ClientHttpConnectorBuilderCustomizer<?>> customizers) {
        return customized(new PooledClientHttpConnectorBuilder(views), customizers);
    }

    @SuppressWarnings({"rawtypes", "unchecked"})
    private static ClientHttpConnectorBuilder<?> customized(
            ClientHttpConnectorBuilder<?> builder,
            ObjectProvider<ClientHttpConnectorBuilderCustomizer<?>> customizers) {
        return ClientViewsConfiguration.customized(
                ClientHttpConnectorBuilderCustomizer.class,
                builder,
                customizers.orderedStream().toList(),
                ClientHttpConnectorBuilderCustomizer::customize);
    }
}
