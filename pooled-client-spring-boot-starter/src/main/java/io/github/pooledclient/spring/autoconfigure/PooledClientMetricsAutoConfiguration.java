// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.micrometer.PooledHttpClientMetrics;
import io.github.pooledclient.spring.ClientPools;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the pools' metrics, in an application with a {@link MeterRegistry}. The {@code client} tag is the
 * name of the bean, of several that share a pool the first, the {@code host} tag the name under {@code pool.hosts}, or else the origin.
 */
@AutoConfiguration(
        after = PooledClientAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass({MeterRegistry.class, MeterBinder.class})
@ConditionalOnBean({MeterRegistry.class, PooledHttpClient.class})
public final class PooledClientMetricsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(PooledHttpClientMetrics.class)
    ClientsMetrics pooledClientMetrics(Map<String, PooledHttpClient> clients, ObjectProvider<ConfiguredPool> pool) {
        ConfiguredPool configured = pool.getIfAvailable();
        UnaryOperator<String> hostTag = configured == null ? UnaryOperator.identity() : configured::nameOf;
        return new ClientsMetrics(ClientPools.oneClientEach(clients).entrySet().stream()
                .map(client -> new PooledHttpClientMetrics(client.getValue(), client.getKey(), hostTag))
                .toList());
    }

    /** The metrics of all clients. */
    record ClientsMetrics(List<PooledHttpClientMetrics> all) implements MeterBinder, AutoCloseable {

        @Override
        public void bindTo(MeterRegistry registry) {
            all.forEach(metrics -> metrics.bindTo(registry));
        }

        @Override
        public void close() {
            all.forEach(PooledHttpClientMetrics::close);
        }
    }
}
