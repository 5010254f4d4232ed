// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.micrometer.PooledHttpClientMetrics;
import io.github.pooledclient.spring.PooledClientEndpoint;
import io.github.pooledclient.spring.PooledClientEndpointWebExtension;
import io.github.pooledclient.spring.PooledClientHealthIndicator;
import io.github.pooledclient.spring.testing.EchoServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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
    void endpointOverHttpIsThereIfItIsExposedOverHttp() {
        runner.withPropertyValues("management.endpoints.web.exposure.include=connectionpool")
                .run(context -> assertThat(context).hasSingleBean(PooledClientEndpointWebExtension.class));
        runner.withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=connectionpool")
                .run(context -> assertThat(context)
                        .hasSingleBean(PooledClientEndpoint.class)
                        .doesNotHaveBean(PooledClientEndpointWebExtension.class));
    }

    @Test
    void endpointWithoutAccessIsNotThere() {
        runner.withPropertyValues(
                        "management.endpoints.web.exposure.include=connectionpool",
                        "management.endpoint.connectionpool.access=NONE")
                .run(context -> assertThat(context)
                        .doesNotHaveBean(PooledClientEndpoint.class)
                        .doesNotHaveBean(PooledClientEndpointWebExtension.class));
    }

    @Test
    void healthIsThereUnlessItIsDisabled() {
        runner.run(context -> assertThat(context.getBean("connectionPoolHealthContributor"))
                .isInstanceOf(PooledClientHealthIndicator.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"connectionpool", "connection-pool", "connectionPool"})
    void healthIsDisabledInAnySpelling(String name) {
        runner.withPropertyValues("management.health." + name + ".enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(HealthContributor.class));
    }

    @Test
    void negativeTimeToOutOfServiceStopsTheStart() {
        runner.withPropertyValues("pool.health.out-of-service-after=-1s")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining(
                                "pool.health.out-of-service-after = PT-1S: outOfServiceAfter must not"));
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
    void eachClientHasMetersOfItsOwn() {
        afterACallOfEach(PooledHttpClient.newHttpClient(), PooledHttpClient.newHttpClient(), registry -> {
            assertThat(opened(registry, "a")).isEqualTo(1);
            assertThat(opened(registry, "b")).isEqualTo(1);
        });
    }

    @Test
    void poolThatClientsShareIsMeteredOnce() {
        PooledHttpClient client = PooledHttpClient.newHttpClient();
        afterACallOfEach(
                client,
                client.toBuilder().build(),
                registry -> assertThat(registry.find("http.client.pool.reused").counters())
                        .singleElement()
                        .satisfies(reused -> {
                            assertThat(reused.getId().getTag("client")).isEqualTo("a");
                            assertThat(reused.count()).isEqualTo(1);
                        }));
    }

    private static double opened(MeterRegistry registry, String client) {
        return registry.get("http.client.pool.opened")
                .tag("client", client)
                .counter()
                .count();
    }

    private void afterACallOfEach(PooledHttpClient a, PooledHttpClient b, Consumer<MeterRegistry> assertions) {
        MeterRegistry registry = new SimpleMeterRegistry();
        runner.withBean(MeterRegistry.class, () -> registry)
                .withBean("a", PooledHttpClient.class, () -> a)
                .withBean("b", PooledHttpClient.class, () -> b)
                .run(context -> {
                    context.getBean(PooledClientMetricsAutoConfiguration.ClientsMetrics.class)
                            .bindTo(registry);
                    try (EchoServer server = new EchoServer()) {
                        HttpRequest request =
                                HttpRequest.newBuilder(server.uri("/echo")).build();
                        a.send(request, BodyHandlers.discarding());
                        b.send(request, BodyHandlers.discarding());
                    }
                    assertions.accept(registry);
                });
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
