// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static io.github.pooledclient.testing.ScriptedServer.silence;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.spring.PooledClientHttpConnector;
import io.github.pooledclient.spring.PooledClientHttpRequestFactory;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.TestCertificates;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.HttpRedirects;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.autoconfigure.RestClientSsl;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.autoconfigure.WebClientSsl;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.registry.ImportHttpServices;

/** What {@code spring.http.*}, beans and builders of Spring Boot say holds for the views that they are given. */
class SettingsOfBootTest {

    private static final String COOKIE = "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AllClients.autoConfigurations())
            .withPropertyValues("spring.ssl.bundle.pem.ours.truststore.certificate=" + TestCertificates.authorityPem());

    @Test
    void connectTimeoutOfZeroIsNone() {
        runner.withPropertyValues("spring.http.clients.connect-timeout=0", "spring.http.clients.read-timeout=0")
                .run(context -> {
                    PooledHttpClient blocking = view(context.getBean(ClientHttpRequestFactory.class));
                    PooledHttpClient reactive =
                            ((PooledClientHttpConnector) context.getBean(ClientHttpConnector.class)).client();
                    for (PooledHttpClient view : new PooledHttpClient[] {blocking, reactive}) {
                        assertThat(view.connectTimeout().orElseThrow()).isGreaterThan(Duration.ofDays(3650));
                        assertThat(view.readTimeout()).isZero();
                    }
                });
    }

    @Test
    void settingsBeanIsUsed() {
        runner.withBean(
                        HttpClientSettings.class,
                        () -> HttpClientSettings.defaults()
                                .withReadTimeout(Duration.ofSeconds(3))
                                .withRedirects(HttpRedirects.DONT_FOLLOW))
                .run(context -> {
                    PooledHttpClient view = view(context.getBean(ClientHttpRequestFactory.class));
                    assertThat(view.readTimeout()).isEqualTo(Duration.ofSeconds(3));
                    assertThat(view.followRedirects()).isEqualTo(Redirect.NEVER);
                });
    }

    @Test
    void groupHasItsOwnTls() throws Exception {
        try (ScriptedServer prices = ScriptedServer.startTls(TestCertificates.server(), always(ok("42")))) {
            runner.withUserConfiguration(Services.class)
                    .withPropertyValues(
                            "spring.http.serviceclient.prices.base-url=" + prices.uri(""),
                            "spring.http.serviceclient.prices.ssl.bundle=ours")
                    .run(context -> {
                        RestClient other =
                                context.getBean(RestClient.Builder.class).build();

                        assertThat(context.getBean(Prices.class).price()).isEqualTo("42");
                        assertThatThrownBy(() -> other.get()
                                        .uri(prices.uri("/"))
                                        .retrieve()
                                        .toBodilessEntity())
                                .hasCauseInstanceOf(SSLHandshakeException.class);
                    });
        }
    }

    @Test
    void groupHasItsOwnTimeout() throws Exception {
        try (ScriptedServer prices = ScriptedServer.start(silence())) {
            runner.withUserConfiguration(Services.class)
                    .withPropertyValues(
                            "spring.http.serviceclient.prices.base-url=" + prices.uri(""),
                            "spring.http.serviceclient.prices.read-timeout=20ms")
                    .run(context -> assertThatThrownBy(context.getBean(Prices.class)::price)
                            .isInstanceOf(ResourceAccessException.class)
                            .hasMessageContaining("within 20ms"));
        }
    }

    @Test
    void bundleOfTheGroupIsThatOfThePoolIfItHasItsName() throws Exception {
        try (ScriptedServer prices = ScriptedServer.startTls(TestCertificates.server(), always(ok("42")))) {
            runner.withUserConfiguration(Services.class)
                    .withPropertyValues(
                            "pool.ssl.bundle=ours",
                            "spring.http.serviceclient.prices.base-url=" + prices.uri(""),
                            "spring.http.serviceclient.prices.ssl.bundle=ours")
                    .run(context -> {
                        context.getBean(Prices.class).price();
                        context.getBean(PooledHttpClient.class)
                                .send(HttpRequest.newBuilder(prices.uri("/")).build(), BodyHandlers.discarding());

                        assertThat(prices.accepted()).isEqualTo(1);
                    });
        }
    }

    @Test
    void bundleThatABuilderIsGivenIsThatOfThePoolToo() throws Exception {
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(ok("42")))) {
            runner.withPropertyValues("pool.ssl.bundle=ours").run(context -> {
                RestClient blocking = context.getBean(RestClient.Builder.class)
                        .apply(context.getBean(RestClientSsl.class).fromBundle("ours"))
                        .build();
                WebClient reactive = context.getBean(WebClient.Builder.class)
                        .apply(context.getBean(WebClientSsl.class).fromBundle("ours"))
                        .build();

                blocking.get().uri(server.uri("/")).retrieve().toBodilessEntity();
                reactive.get()
                        .uri(server.uri("/"))
                        .retrieve()
                        .toBodilessEntity()
                        .block();
                context.getBean(PooledHttpClient.class)
                        .send(HttpRequest.newBuilder(server.uri("/")).build(), BodyHandlers.discarding());

                assertThat(server.accepted()).isEqualTo(1);
            });
        }
    }

    @Test
    void restTemplateBuilderChangesItsViewOnly() throws Exception {
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(ok("42")))) {
            runner.run(context -> {
                RestTemplateBuilder builder = context.getBean(RestTemplateBuilder.class);
                RestTemplateBuilder own = builder.connectTimeout(Duration.ofSeconds(2))
                        .readTimeout(Duration.ofSeconds(3))
                        .redirects(HttpRedirects.DONT_FOLLOW)
                        .sslBundle(context.getBean(SslBundles.class).getBundle("ours"));
                PooledHttpClient view = view(own.build().getRequestFactory());

                assertThat(view.connectTimeout()).contains(Duration.ofSeconds(2));
                assertThat(view.readTimeout()).isEqualTo(Duration.ofSeconds(3));
                assertThat(view.followRedirects()).isEqualTo(Redirect.NEVER);
                assertThat(view.sharesPoolWith(context.getBean(PooledHttpClient.class)))
                        .isTrue();
                assertThat(own.build().getForObject(server.uri("/"), String.class))
                        .isEqualTo("42");
                assertThat(view(builder.build().getRequestFactory()).readTimeout())
                        .isEqualTo(Duration.ofSeconds(30));
            });
        }
    }

    @Test
    void requestFactoryThatIsGivenToABuilderIsUsed() {
        runner.run(context -> assertThat(context.getBean(RestTemplateBuilder.class)
                        .requestFactory(SimpleClientHttpRequestFactory::new)
                        .build()
                        .getRequestFactory())
                .isInstanceOf(SimpleClientHttpRequestFactory.class));
    }

    @Test
    void cookiesAreKeptByEachClientWhereTheyAreAskedFor() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(COOKIE))) {
            runner.withPropertyValues("spring.http.clients.cookie-handling=enable")
                    .run(context -> {
                        RestClient one =
                                context.getBean(RestClient.Builder.class).build();
                        RestClient other =
                                context.getBean(RestClient.Builder.class).build();
                        WebClient reactive =
                                context.getBean(WebClient.Builder.class).build();
                        for (RestClient client : new RestClient[] {one, one, other}) {
                            client.get().uri(server.uri("/")).retrieve().toBodilessEntity();
                        }
                        for (int i = 0; i < 2; i++) {
                            reactive.get()
                                    .uri(server.uri("/"))
                                    .retrieve()
                                    .toBodilessEntity()
                                    .block();
                        }

                        assertThat(server.requests())
                                .extracting(request -> request.field("Cookie"))
                                .containsExactly(null, "a=b", null, null, "a=b");
                        assertThat(server.accepted()).isEqualTo(1);
                    });
        }
    }

    @Test
    void cookiesAreNotKeptOtherwise() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(COOKIE))) {
            runner.run(context -> {
                RestClient client = context.getBean(RestClient.Builder.class).build();
                client.get().uri(server.uri("/")).retrieve().toBodilessEntity();
                client.get().uri(server.uri("/")).retrieve().toBodilessEntity();

                assertThat(server.requests())
                        .extracting(request -> request.field("Cookie"))
                        .containsExactly(null, null);
            });
        }
    }

    private static PooledHttpClient view(ClientHttpRequestFactory factory) {
        return ((PooledClientHttpRequestFactory) factory).client();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportHttpServices(group = "prices", types = Prices.class)
    static class Services {}

    interface Prices {

        @GetExchange("/price")
        String price();
    }
}
