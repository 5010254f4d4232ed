// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import io.github.pooledclient.CallObserver;
import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.spring.ClientPools;
import io.github.pooledclient.spring.PooledClientHttpConnectorBuilder;
import io.github.pooledclient.spring.PooledClientObserver;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.observation.ObservationRegistry;
import java.net.http.HttpRequest;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.http.client.autoconfigure.reactive.ClientHttpConnectorBuilderCustomizer;
import org.springframework.boot.http.client.reactive.ClientHttpConnectorBuilder;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.client.observation.ClientRequestObservationContext;
import org.springframework.http.client.observation.ClientRequestObservationConvention;
import org.springframework.http.client.observation.DefaultClientRequestObservationConvention;
import org.springframework.http.client.reactive.ClientHttpConnector;
import reactor.core.publisher.Mono;

/**
 * Auto-configuration of the observation of the clients, in an application with an {@link ObservationRegistry}, unless it says
 * {@code pool.observation.enabled=false}. Calls of the auto-configured client are observed; an own one is given the bean of
 * type {@link CallObserver} for that. Events are added to the observations of all clients.
 */
@AutoConfiguration(
        after = PooledClientAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration")
@ConditionalOnClass({ObservationRegistry.class, ClientRequestObservationContext.class, ObservationProperties.class})
@ConditionalOnBean({ObservationRegistry.class, PooledHttpClient.class})
@ConditionalOnBooleanProperty(name = "pool.observation.enabled", matchIfMissing = true)
@EnableConfigurationProperties(ObservationProperties.class)
public final class PooledClientObservationAutoConfiguration {

    @Bean
    StartedObserver pooledClientObserver(ListableBeanFactory beans) {
        return new StartedObserver(beans);
    }

    @Bean
    PooledClientBuilderCustomizer pooledClientObservationCustomizer(StartedObserver observer) {
        return builder -> builder.observer(observer);
    }

    /**
     * Observes nothing before all beans are there: to make the registry may need the client, for one of its handlers sends by
     * it what it observes.
     */
    static final class StartedObserver implements CallObserver, SmartInitializingSingleton, DisposableBean {

        private final ListableBeanFactory beans;
        private volatile @Nullable PooledClientObserver started;
        // Written when all beans are there, read when they go.
        private volatile Collection<PooledHttpClient> listenedTo = List.of();

        StartedObserver(ListableBeanFactory beans) {
            this.beans = beans;
        }

        @Override
        public void afterSingletonsInstantiated() {
            String name = beans.getBean(ObservationProperties.class)
                    .getHttp()
                    .getClient()
                    .getRequests()
                    .getName();
            PooledClientObserver observer = new PooledClientObserver(
                    beans.getBean(ObservationRegistry.class),
                    new DefaultClientRequestObservationConvention(name),
                    beans.getBeanProvider(ClientRequestObservationConvention.class)
                            .getIfAvailable());
            listenedTo = ClientPools.oneClientEach(beans.getBeansOfType(PooledHttpClient.class))
                    .values();
            listenedTo.forEach(client -> client.addListener(observer));
            started = observer;
        }

        // A client may outlive the context.
        @Override
        public void destroy() {
            PooledClientObserver observer = started;
            if (observer != null) {
                started = null;
                listenedTo.forEach(client -> client.removeListener(observer));
            }
        }

        /** For the calls of clients that are observed by Spring. */
        CallObserver ofObservedCalls() {
            return request -> {
                PooledClientObserver observer = started;
                return observer == null ? null : observer.ofObservedCalls().begin(request);
            };
        }

        @Override
        public @Nullable ObservedCall begin(HttpRequest request) {
            PooledClientObserver observer = started;
            return observer == null ? null : observer.begin(request);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({ClientHttpConnectorBuilder.class, ClientHttpConnector.class, Mono.class})
    static class WebClients {

        // First, so that an application's own may say otherwise.
        @Bean
        @Order(Ordered.HIGHEST_PRECEDENCE)
        ClientHttpConnectorBuilderCustomizer<PooledClientHttpConnectorBuilder>
                pooledClientConnectorObservationCustomizer(StartedObserver observer) {
            return builder -> builder.withClientCustomizer(view -> view.observer(observer.ofObservedCalls()));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterFilter.class)
    static class Meters {

        private static final Set<String> STEPS = Set.of("acquire", "dns", "connect", "tunnel", "tls");

        // Each event of an observation becomes a counter too, with the tags of a request that has no response yet; the
        // pool has meters that say more.
        @Bean
        MeterFilter pooledClientEventMeterFilter(ObservationProperties properties) {
            String prefix = properties.getHttp().getClient().getRequests().getName() + ".";
            return MeterFilter.deny(id -> id.getName().startsWith(prefix) && isOfAStep(id.getName(), prefix.length()));
        }

        private static boolean isOfAStep(String name, int start) {
            int end = name.indexOf('.', start);
            return end > 0 && STEPS.contains(name.substring(start, end));
        }
    }
}
