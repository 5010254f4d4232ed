// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import io.github.pooledclient.spring.ClientViews;
import io.github.pooledclient.spring.PooledClientHttpRequestFactoryBuilder;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;
import org.springframework.http.client.ClientHttpRequestFactory;

/**
 * Auto-configuration of Spring Boot's builder of request factories: {@code RestClient}, {@code RestTemplate} and HTTP
 * service clients then share the pool. Comes before Boot's own, which backs off, and steps aside when the application has
 * chosen a client with {@code spring.http.clients.imperative.factory}, or says {@code pool.rest-client.enabled=false}.
 */
@AutoConfiguration(
        after = PooledClientAutoConfiguration.class,
        beforeName =
                "org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration")
@ConditionalOnClass({ClientHttpRequestFactory.class, ClientHttpRequestFactoryBuilder.class})
@ConditionalOnBooleanProperty(name = "pool.rest-client.enabled", matchIfMissing = true)
@Conditional(NoOtherClientChosen.Imperative.class)
@Import(ClientViewsConfiguration.class)
public final class PooledClientRequestFactoryAutoConfiguration {

    @Bean
    @ConditionalOnBean(ClientViews.class)
    @ConditionalOnMissingBean(ClientHttpRequestFactoryBuilder.class)
    ClientHttpRequestFactoryBuilder<?> pooledClientHttpRequestFactoryBuilder(
            ClientViews views, ObjectProvider<ClientHttpRequestFactoryBuilderCustomizer<?>> customizers) {
        return customized(new PooledClientHttpRequestFactoryBuilder(views), customizers);
    }

    @SuppressWarnings({"rawtypes", "unchecked"})
    private static ClientHttpRequestFactoryBuilder<?> customized(
            ClientHttpRequestFactoryBuilder<?> builder,
            ObjectProvider<ClientHttpRequestFactoryBuilderCustomizer<?>> customizers) {
        return ClientViewsConfiguration.customized(
                ClientHttpRequestFactoryBuilderCustomizer.class,
                builder,
                customizers.orderedStream().toList(),
                ClientHttpRequestFactoryBuilderCustomizer::customize);
    }
}
