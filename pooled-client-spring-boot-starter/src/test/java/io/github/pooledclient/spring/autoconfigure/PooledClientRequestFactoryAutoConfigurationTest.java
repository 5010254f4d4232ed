// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.spring.PooledClientHttpRequestFactory;
import io.github.pooledclient.spring.PooledClientHttpRequestFactoryBuilder;
import io.github.pooledclient.spring.testing.EchoServer;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.TestCertificates;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.JdkClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.SimpleClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

class PooledClientRequestFactoryAutoConfigurationTest {

    private static final AutoConfigurations ALL = AutoConfigurations.of(
            PooledClientAutoConfiguration.class,
            PooledClientRequestFactoryAutoConfiguration.class,
            HttpClientAutoConfiguration.class,
            ImperativeHttpClientAutoConfiguration.class,
            RestClientAutoConfiguration.class,
            RestTemplateAutoConfiguration.class);

    private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(ALL);

    @Test
    void builderOfRequestFactoriesIsOurs() {
        runner.run(context -> assertThat(context.getBean(ClientHttpRequestFactoryBuilder.class))
                .isInstanceOf(PooledClientHttpRequestFactoryBuilder.class));
    }

    @Test
    void requestFactoryOfBootIsOursWithTheSettingsOfBoot() {
        runner.withPropertyValues("spring.http.clients.read-timeout=3s").run(context -> {
            PooledClientHttpRequestFactory factory =
                    (PooledClientHttpRequestFactory) context.getBean(ClientHttpRequestFactory.class);
            assertThat(factory.client().readTimeout()).isEqualTo(Duration.ofSeconds(3));
        });
    }

    @Test
    void tenInjectedBuildersShareOnePool() throws IOException {
        try (EchoServer server = new EchoServer()) {
            runner.run(context -> {
                List<RestClient> clients = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                    clients.add(context.getBean(RestClient.Builder.class).build());
                }

                for (RestClient client : clients) {
                    client.get().uri(server.uri("/echo")).retrieve().toBodilessEntity();
                }

                PooledHttpClient pool = context.getBean(PooledHttpClient.class);
                assertThat(pool.snapshot().hosts()).containsOnlyKeys("http://" + server.authority());
                assertThat(pool.snapshot().totals().opened()).isEqualTo(1);
                assertThat(pool.snapshot().totals().reused()).isEqualTo(9);
            });
        }
    }

    @Test
    void restTemplateSharesThePool() throws IOException {
        try (EchoServer server = new EchoServer()) {
            runner.run(context -> {
                context.getBean(RestTemplateBuilder.class).build().getForEntity(server.uri("/echo"), String.class);

                assertThat(context.getBean(PooledHttpClient.class).snapshot().hosts())
                        .containsOnlyKeys("http://" + server.authority());
            });
        }
    }

    @Test
    void reloadedBundleIsForRestClientToo() throws IOException {
        String authority = TestCertificates.authorityPem();
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(ok("hello")))) {
            runner.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
                    .withPropertyValues(
                            "spring.ssl.bundle.pem.api.truststore.certificate=" + authority,
                            "spring.http.clients.ssl.bundle=api")
                    .run(context -> {
                        RestClient client =
                                context.getBean(RestClient.Builder.class).build();
                        PooledHttpClient pool = context.getBean(PooledHttpClient.class);
                        client.get().uri(server.uri("/")).retrieve().toBodilessEntity();

                        context.getBean(SslBundleRegistry.class)
                                .updateBundle(
                                        "api",
                                        SslBundle.of(new PemSslStoreBundle(
                                                null, PemSslStoreDetails.forCertificate(authority))));
                        assertThat(pool.snapshot().totals().idle()).isZero();
                        client.get().uri(server.uri("/")).retrieve().toBodilessEntity();
                        RestClient later =
                                context.getBean(RestClient.Builder.class).build();
                        later.get().uri(server.uri("/")).retrieve().toBodilessEntity();

                        assertThat(server.accepted()).isEqualTo(2);
                    });
        }
    }

    @Test
    void redirectsAreFollowedUnlessToldOtherwise() throws IOException {
        try (EchoServer server = new EchoServer()) {
            runner.run(context -> assertThat(status(context.getBean(RestClient.Builder.class), server))
                    .isEqualTo(200));
            runner.withPropertyValues("spring.http.clients.redirects=dont-follow")
                    .run(context -> assertThat(status(context.getBean(RestClient.Builder.class), server))
                            .isEqualTo(302));
        }
    }

    private static int status(RestClient.Builder builder, EchoServer server) {
        return builder.build()
                .get()
                .uri(server.uri("/redirect"))
                .exchange((request, response) -> response.getStatusCode().value());
    }

    @Test
    void clientThatIsChosenByPropertyIsUsed() {
        runner.withPropertyValues("spring.http.clients.imperative.factory=simple")
                .run(context -> assertThat(context.getBean(ClientHttpRequestFactoryBuilder.class))
                        .isInstanceOf(SimpleClientHttpRequestFactoryBuilder.class));
    }

    @Test
    void emptyChoiceIsNone() {
        runner.withPropertyValues("spring.http.clients.imperative.factory=")
                .run(context -> assertThat(context).hasSingleBean(PooledClientHttpRequestFactoryBuilder.class));
    }

    @Test
    void restClientCanBeLeftOut() {
        runner.withPropertyValues("pool.rest-client.enabled=false").run(context -> {
            assertThat(context).hasSingleBean(PooledHttpClient.class);
            assertThat(context.getBean(ClientHttpRequestFactoryBuilder.class))
                    .isNotInstanceOf(PooledClientHttpRequestFactoryBuilder.class);
        });
    }

    @Test
    void ownBuilderIsUsed() {
        runner.withUserConfiguration(OwnBuilder.class)
                .run(context -> assertThat(context.getBean(ClientHttpRequestFactoryBuilder.class))
                        .isInstanceOf(JdkClientHttpRequestFactoryBuilder.class));
    }

    @Test
    void customizersOfThisKindOfBuilderAreAppliedAndOthersPassedOver() {
        runner.withUserConfiguration(Customizers.class).run(context -> {
            PooledClientHttpRequestFactory factory =
                    (PooledClientHttpRequestFactory) context.getBean(ClientHttpRequestFactory.class);
            assertThat(factory.client().readTimeout()).isEqualTo(Duration.ofSeconds(4));
        });
    }

    @Test
    void disabledPoolStaysTheClientOfRestClient() {
        runner.withPropertyValues("pool.enabled=false")
                .run(context -> assertThat(context.getBean(ClientHttpRequestFactoryBuilder.class))
                        .isInstanceOf(PooledClientHttpRequestFactoryBuilder.class));
    }

    @Test
    void servletAndReactiveApplicationsHaveItToo() {
        new WebApplicationContextRunner()
                .withConfiguration(ALL)
                .run(context -> assertThat(context).hasSingleBean(PooledClientHttpRequestFactoryBuilder.class));
        new ReactiveWebApplicationContextRunner()
                .withConfiguration(ALL)
                .run(context -> assertThat(context).hasSingleBean(PooledClientHttpRequestFactoryBuilder.class));
    }

    @Test
    void nothingIsDoneWithoutSpringWeb() {
        new ApplicationContextRunner()
                .withClassLoader(new FilteredClassLoader("org.springframework.http.client"))
                .withConfiguration(AutoConfigurations.of(
                        PooledClientAutoConfiguration.class, PooledClientRequestFactoryAutoConfiguration.class))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(PooledClientRequestFactoryAutoConfiguration.class));
    }

    @Test
    void nothingIsDoneWithoutBootsModule() {
        new ApplicationContextRunner()
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.http.client"))
                .withConfiguration(AutoConfigurations.of(
                        PooledClientAutoConfiguration.class, PooledClientRequestFactoryAutoConfiguration.class))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(PooledClientRequestFactoryAutoConfiguration.class));
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnBuilder {

        @Bean
        ClientHttpRequestFactoryBuilder<?> own() {
            return ClientHttpRequestFactoryBuilder.jdk();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Customizers {

        @Bean
        ClientHttpRequestFactoryBuilderCustomizer<PooledClientHttpRequestFactoryBuilder> ours() {
            return builder -> builder.withClientCustomizer(view -> view.readTimeout(Duration.ofSeconds(4)));
        }

        @Bean
        ClientHttpRequestFactoryBuilderCustomizer<JdkClientHttpRequestFactoryBuilder> ofTheJdk() {
            return builder -> {
                throw new AssertionError("asked to customize a builder of another kind");
            };
        }
    }
}
