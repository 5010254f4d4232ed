// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.spring.PooledClientHttpRequestFactoryBuilder;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.util.LambdaSafe;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;
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
@Conditional(PooledClientRequestFactoryAutoConfiguration.NoOtherClientChosen.class)
public final class PooledClientRequestFactoryAutoConfiguration {

    @Bean
    @ConditionalOnSingleCandidate(PooledHttpClient.class)
    @ConditionalOnMissingBean(ClientHttpRequestFactoryBuilder.class)
    ClientHttpRequestFactoryBuilder<?> pooledClientHttpRequestFactoryBuilder(
            PooledHttpClient client, ObjectProvider<ClientHttpRequestFactoryBuilderCustomizer<?>> customizers) {
        return customized(
                new PooledClientHttpRequestFactoryBuilder(client),
                customizers.orderedStream().toList());
    }

    // As Boot does for its own builders: a customizer of another kind of builder is passed over.
    @SuppressWarnings("unchecked")
    private static ClientHttpRequestFactoryBuilder<?> customized(
            ClientHttpRequestFactoryBuilder<?> builder,
            List<ClientHttpRequestFactoryBuilderCustomizer<?>> customizers) {
        ClientHttpRequestFactoryBuilder<?>[] result = {builder};
        LambdaSafe.callbacks(ClientHttpRequestFactoryBuilderCustomizer.class, customizers, builder)
                .invoke(customizer -> result[0] = customizer.customize(result[0]));
        return result[0];
    }

    /** Whether the application leaves the choice of the client to us. */
    static final class NoOtherClientChosen extends SpringBootCondition {

        private static final String PROPERTY = "spring.http.clients.imperative.factory";

        @Override
        public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
            String chosen = context.getEnvironment().getProperty(PROPERTY);
            ConditionMessage.Builder message = ConditionMessage.forCondition("No other client chosen");
            return chosen == null
                    ? ConditionOutcome.match(message.because(PROPERTY + " is not set"))
                    : ConditionOutcome.noMatch(message.because(PROPERTY + " is " + chosen));
        }
    }
}
