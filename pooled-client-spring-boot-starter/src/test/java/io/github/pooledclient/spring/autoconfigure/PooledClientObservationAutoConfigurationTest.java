// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.CallObserver;
import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.spring.autoconfigure.PooledClientObservationAutoConfiguration.StartedObserver;
import io.github.pooledclient.spring.testing.EchoServer;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.reactive.ClientHttpConnectorBuilderCustomizer;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.observation.ClientRequestObservationContext;
import org.springframework.http.client.observation.ClientRequestObservationConvention;
import org.springframework.http.client.observation.DefaultClientRequestObservationConvention;

class PooledClientObservationAutoConfigurationTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    PooledClientAutoConfiguration.class, PooledClientObservationAutoConfiguration.class));
    private final ApplicationContextRunner withRegistry =
            runner.withBean(ObservationRegistry.class, TestObservationRegistry::create);

    @Test
    void callsAreObservedWhereThereIsARegistry() {
        withRegistry.run(context -> {
            send(context.getBean(PooledHttpClient.class));

            assertThat(context.getBean(TestObservationRegistry.class)).hasNumberOfObservationsEqualTo(1);
        });
        runner.run(context -> assertThat(context).doesNotHaveBean(CallObserver.class));
    }

    @Test
    void observationNeedsItsLibraries() {
        withRegistry
                .withClassLoader(new FilteredClassLoader(ClientRequestObservationContext.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(CallObserver.class));
    }

    @Test
    void callsAreObservedWithoutReactorToo() {
        withRegistry.run(context -> assertThat(context).hasSingleBean(ClientHttpConnectorBuilderCustomizer.class));
        withRegistry
                .withClassLoader(new FilteredClassLoader("reactor"))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(CallObserver.class)
                        .doesNotHaveBean(ClientHttpConnectorBuilderCustomizer.class));
    }

    @Test
    void observationCanBeSwitchedOff() {
        withRegistry
                .withPropertyValues("pool.observation.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(CallObserver.class));
    }

    @Test
    void nameAndConventionAreThoseOfTheApplication() {
        withRegistry
                .withPropertyValues("management.observations.http.client.requests.name=my.requests")
                .run(context -> {
                    send(context.getBean(PooledHttpClient.class));

                    assertThat(context.getBean(TestObservationRegistry.class))
                            .hasSingleObservationThat()
                            .hasNameEqualTo("my.requests")
                            .hasBeenStopped();
                });
        withRegistry
                .withBean(
                        ClientRequestObservationConvention.class,
                        () -> new DefaultClientRequestObservationConvention("own.requests"))
                .run(context -> {
                    send(context.getBean(PooledHttpClient.class));

                    assertThat(context.getBean(TestObservationRegistry.class))
                            .hasSingleObservationThat()
                            .hasNameEqualTo("own.requests");
                });
    }

    @Test
    void nothingIsObservedAfterTheContext() {
        List<StartedObserver> observers = new ArrayList<>();
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://a.example/")).build();

        withRegistry.run(context -> {
            observers.add(context.getBean(StartedObserver.class));
            assertThat(observers.get(0).begin(request)).isNotNull();
        });

        assertThat(observers.get(0).begin(request)).isNull();
    }

    @Test
    void registryMayNeedTheClient() {
        runner.withUserConfiguration(RegistryThatSends.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(TestObservationRegistry.class)).doesNotHaveAnyObservation();
        });
    }

    /** As that of a tracer that sends what it traces. */
    @Configuration(proxyBeanMethods = false)
    static class RegistryThatSends {

        @Bean
        TestObservationRegistry observationRegistry(PooledHttpClient client) throws Exception {
            send(client);
            return TestObservationRegistry.create();
        }
    }

    private static void send(PooledHttpClient client) throws Exception {
        try (EchoServer server = new EchoServer()) {
            client.send(HttpRequest.newBuilder(server.uri("/echo")).build(), BodyHandlers.discarding());
        }
    }
}
