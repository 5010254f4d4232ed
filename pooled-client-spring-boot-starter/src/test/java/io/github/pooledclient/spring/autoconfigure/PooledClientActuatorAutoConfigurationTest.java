// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.micrometer.PooledHttpClientMetrics;
import io.github.pooledclient.spring.PooledClientEndpoint;
import io.github.pooledclient.spring.PooledClientHealthIndicator;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class PooledClientActuatorAutoConfigurationTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    PooledClientAutoConfiguration.class,
                    PooledClientEndpointAutoConfiguration.class,
                    PooledClientHealthContributorAutoConfiguration.class,
                    PooledClientMetricsAutoConfiguration.class));

    @Test
    void endpointIsThereIfItIsExposed() {
        runner.withPropertyValues("management.endpoints.web.exposure.include=connectionpool")
                .run(context -> assertThat(context).hasSingleBean(PooledClientEndpoint.class));
        runner.run(context -> assertThat(context).doesNotHaveBean(PooledClientEndpoint.class));
    }

    @Test
    void healthIsThereUnlessItIsDisabled() {
        runner.run(context -> assertThat(context.getBean("connectionPoolHealthContributor"))
                .isInstanceOf(PooledClientHealthIndicator.class));
        runner.withPropertyValues("management.health.connectionPool.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(HealthContributor.class));
    }

    @Test
    void healthOfSeveralClientsIsComposed() {
        runner.withBean("a", PooledHttpClient.class, PooledHttpClient::newHttpClient)
                .withBean("b", PooledHttpClient.class, PooledHttpClient::newHttpClient)
                .run(context -> assertThat(context.getBean("connectionPoolHealthContributor"))
                        .isInstanceOfSatisfying(
                                CompositeHealthContributor.class,
                                composite -> assertThat(composite.getContributor("a"))
                                        .isInstanceOf(PooledClientHealthIndicator.class)));
    }

    @Test
    void metricsNeedARegistry() {
        runner.run(context ->
                assertThat(context).doesNotHaveBean(PooledClientMetricsAutoConfiguration.ClientsMetrics.class));
        runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .run(context ->
                        assertThat(context).hasSingleBean(PooledClientMetricsAutoConfiguration.ClientsMetrics.class));
    }

    @Test
    void metricsNeedMicrometer() {
        runner.withClassLoader(new FilteredClassLoader("io.micrometer"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("pooledClientMetrics"));
    }

    @Test
    void ownMetricsReplaceThem() {
        PooledHttpClient client = PooledHttpClient.newHttpClient();
        runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .withBean(PooledHttpClientMetrics.class, () -> new PooledHttpClientMetrics(client, "own"))
                .run(context -> assertThat(context).doesNotHaveBean("pooledClientMetrics"));
        client.close();
    }
}
