// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.spring.PooledClientHttpConnector;
import io.github.pooledclient.spring.PooledClientHttpConnectorBuilder;
import java.net.http.HttpClient.Redirect;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.reactive.ClientHttpConnectorBuilderCustomizer;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.http.client.reactive.ClientHttpConnectorBuilder;
import org.springframework.boot.http.client.reactive.JdkClientHttpConnectorBuilder;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.reactive.ClientHttpConnector;
import reactor.core.publisher.Mono;

class PooledClientConnectorAutoConfigurationTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    PooledClientAutoConfiguration.class,
                    PooledClientConnectorAutoConfiguration.class,
                    HttpClientAutoConfiguration.class,
                    ReactiveHttpClientAutoConfiguration.class));

    @Test
    void connectorOfBootIsOursWithTheSettingsOfBoot() {
        runner.withPropertyValues(
                        "spring.http.clients.connect-timeout=2s",
                        "spring.http.clients.read-timeout=3s",
                        "spring.http.clients.redirects=dont-follow")
                .run(context -> {
                    PooledHttpClient view = connector(context.getBean(ClientHttpConnector.class));
                    assertThat(view.connectTimeout()).contains(Duration.ofSeconds(2));
                    assertThat(view.readTimeout()).isEqualTo(Duration.ofSeconds(3));
                    assertThat(view.followRedirects()).isEqualTo(Redirect.NEVER);
                    assertThat(view.sharesPoolWith(context.getBean(PooledHttpClient.class)))
                            .isTrue();
                });
    }

    @Test
    void connectorThatIsChosenByPropertyIsUsed() {
        runner.withPropertyValues("spring.http.clients.reactive.connector=jdk").run(this::isNotOurs);
    }

    @Test
    void webClientCanBeLeftOut() {
        runner.withPropertyValues("pool.web-client.enabled=false").run(this::isNotOurs);
    }

    private void isNotOurs(ApplicationContext context) {
        assertThat(context.getBean(PooledHttpClient.class)).isNotNull();
        assertThat(context.getBean(ClientHttpConnectorBuilder.class))
                .isNotInstanceOf(PooledClientHttpConnectorBuilder.class);
    }

    @Test
    void ownBuilderIsUsed() {
        runner.withBean(ClientHttpConnectorBuilder.class, ClientHttpConnectorBuilder::jdk)
                .run(context -> assertThat(context.getBean(ClientHttpConnectorBuilder.class))
                        .isInstanceOf(JdkClientHttpConnectorBuilder.class));
    }

    @Test
    void customizersOfThisKindOfBuilderAreAppliedAndOthersPassedOver() {
        runner.withUserConfiguration(Customizers.class)
                .run(context -> assertThat(connector(context.getBean(ClientHttpConnector.class))
                                .readTimeout())
                        .isEqualTo(Duration.ofSeconds(4)));
    }

    @Test
    void nothingIsDoneWithoutReactor() {
        new ApplicationContextRunner()
                .withClassLoader(new FilteredClassLoader(Mono.class))
                .withConfiguration(AutoConfigurations.of(
                        PooledClientAutoConfiguration.class, PooledClientConnectorAutoConfiguration.class))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(PooledClientConnectorAutoConfiguration.class));
    }

    private static PooledHttpClient connector(ClientHttpConnector connector) {
        return ((PooledClientHttpConnector) connector).client();
    }

    @Configuration(proxyBeanMethods = false)
    static class Customizers {

        @Bean
        ClientHttpConnectorBuilderCustomizer<PooledClientHttpConnectorBuilder> ours() {
            return builder -> builder.withClientCustomizer(view -> view.readTimeout(Duration.ofSeconds(4)));
        }

        @Bean
        ClientHttpConnectorBuilderCustomizer<JdkClientHttpConnectorBuilder> ofTheJdk() {
            return builder -> {
                throw new AssertionError("asked to customize a builder of another kind");
            };
        }
    }
}
