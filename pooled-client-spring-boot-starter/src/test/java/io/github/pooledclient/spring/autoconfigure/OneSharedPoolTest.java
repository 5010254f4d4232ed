// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.RequestState;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.TestCertificates;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.http.client.FilteredHostException;
import org.springframework.boot.http.client.InetAddressFilter;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslManagerBundle;
import org.springframework.boot.ssl.SslStoreBundle;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.registry.HttpServiceGroup.ClientType;
import org.springframework.web.service.registry.ImportHttpServices;

/** All ways to send a request from an application, and the sockets that a server sees. */
class OneSharedPoolTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AllClients.autoConfigurations())
            .withUserConfiguration(Services.class);

    @Test
    void allClientsOfAnApplicationShareOneSocket() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("42")))) {
            runner.withPropertyValues(baseUrls(server)).run(context -> {
                for (Callable<String> call :
                        calls(context, server.uri("/price")).values()) {
                    assertThat(call.call()).isEqualTo("42");
                }

                assertThat(server.accepted()).isEqualTo(1);
                assertThat(context.getBean(PooledHttpClient.class)
                                .snapshot()
                                .totals()
                                .reused())
                        .isEqualTo(6);
            });
        }
    }

    @Test
    void addressFilterIsOneForAllAndSharesConnections() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("42")))) {
            runner.withPropertyValues(baseUrls(server))
                    .withBean(InetAddressFilter.class, InetAddressFilter::internalAddresses)
                    .run(context -> {
                        for (Callable<String> call :
                                calls(context, server.uri("/price")).values()) {
                            assertThat(call.call()).isEqualTo("42");
                        }

                        assertThat(server.accepted()).isEqualTo(1);
                    });
        }
    }

    @Test
    void hostThatTheAddressFilterRefusesIsReachedByNone() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("secret")))) {
            runner.withPropertyValues(baseUrls(server))
                    .withBean(InetAddressFilter.class, InetAddressFilter::externalAddresses)
                    .run(context -> calls(context, server.uri("/"))
                            .forEach((way, call) -> assertThatThrownBy(call::call)
                                    .as(way)
                                    .satisfies(e -> assertThat(RequestState.of(e))
                                            .as(way)
                                            .isEqualTo(RequestState.NOT_SENT))));

            assertThat(server.accepted()).isZero();
        }
    }

    @Test
    void refusalIsTheExceptionOfBoot() throws Exception {
        runner.withPropertyValues(baseUrls("http://127.0.0.1:1"))
                .withBean(InetAddressFilter.class, InetAddressFilter::externalAddresses)
                .run(context -> {
                    Map<String, Callable<String>> calls = calls(context, URI.create("http://127.0.0.1:1/"));

                    for (String way : new String[] {"RestClient", "RestTemplate", "HTTP service"}) {
                        assertThatThrownBy(() -> calls.get(way).call())
                                .as(way)
                                .isInstanceOfSatisfying(FilteredHostException.class, e -> {
                                    assertThat(e.getHost()).isEqualTo("127.0.0.1");
                                    assertThat(e.getFilter()).isSameAs(context.getBean(InetAddressFilter.class));
                                });
                    }
                    assertThatThrownBy(() -> calls.get("WebClient").call())
                            .isInstanceOf(WebClientRequestException.class)
                            .hasCauseInstanceOf(FilteredHostException.class);
                });
    }

    @Test
    void sslBundleIsOneIdentityForBlockingAndReactiveClients() throws Exception {
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(ok("42")))) {
            runner.withPropertyValues(baseUrls(server))
                    .withPropertyValues("spring.http.clients.ssl.bundle=ours")
                    .withBean(SslBundles.class, OneSharedPoolTest::bundles)
                    .run(context -> {
                        Map<String, Callable<String>> calls = calls(context, server.uri("/"));
                        // They use the JVM's certificates, as Boot's bundle is not for them.
                        calls.remove("PooledHttpClient");
                        calls.remove("HttpClient");

                        for (Callable<String> call : calls.values()) {
                            assertThat(call.call()).isEqualTo("42");
                        }

                        assertThat(server.accepted()).isEqualTo(1);
                    });
        }
    }

    @Test
    void groupHasSettingsOfItsOwnAndTheSameConnections() throws Exception {
        String redirect = "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 1\r\n\r\nA";
        try (ScriptedServer server = ScriptedServer.start(ScriptedServer.answers(redirect, redirect, ok("B")))) {
            runner.withPropertyValues(baseUrls(server))
                    .withPropertyValues("spring.http.serviceclient.prices.redirects=dont-follow")
                    .run(context -> {
                        Map<String, Callable<String>> calls = calls(context, server.uri("/"));

                        assertThat(calls.get("HTTP service").call()).isEqualTo("A");
                        assertThat(calls.get("RestClient").call()).isEqualTo("B");

                        assertThat(server.accepted()).isEqualTo(1);
                    });
        }
    }

    private static Map<String, Callable<String>> calls(ApplicationContext context, URI uri) {
        HttpRequest request = HttpRequest.newBuilder(uri).build();
        Map<String, Callable<String>> calls = new LinkedHashMap<>();
        calls.put(
                "PooledHttpClient",
                () -> context.getBean(PooledHttpClient.class)
                        .send(request, BodyHandlers.ofString())
                        .body());
        calls.put(
                "HttpClient",
                () -> context.getBean(HttpClient.class)
                        .send(request, BodyHandlers.ofString())
                        .body());
        calls.put(
                "RestClient",
                () -> context.getBean(RestClient.Builder.class)
                        .build()
                        .get()
                        .uri(uri)
                        .retrieve()
                        .body(String.class));
        calls.put(
                "RestTemplate",
                () -> context.getBean(RestTemplateBuilder.class).build().getForObject(uri, String.class));
        calls.put("HTTP service", () -> context.getBean(Prices.class).price());
        calls.put(
                "WebClient",
                () -> context.getBean(WebClient.Builder.class)
                        .build()
                        .get()
                        .uri(uri)
                        .retrieve()
                        .bodyToMono(String.class)
                        .block());
        calls.put(
                "reactive HTTP service",
                () -> context.getBean(ReactivePrices.class).price());
        return calls;
    }

    private static String[] baseUrls(ScriptedServer server) {
        return baseUrls(server.uri("/").toString());
    }

    private static String[] baseUrls(String url) {
        return new String[] {
            "spring.http.serviceclient.prices.base-url=" + url, "spring.http.serviceclient.reactive.base-url=" + url
        };
    }

    private static SslBundles bundles() {
        DefaultSslBundleRegistry bundles = new DefaultSslBundleRegistry();
        bundles.registerBundle(
                "ours",
                SslBundle.of(
                        SslStoreBundle.NONE,
                        null,
                        null,
                        null,
                        SslManagerBundle.from(TestCertificates.trustManagers())));
        return bundles;
    }

    @Configuration(proxyBeanMethods = false)
    @ImportHttpServices(group = "prices", types = Prices.class)
    @ImportHttpServices(group = "reactive", types = ReactivePrices.class, clientType = ClientType.WEB_CLIENT)
    static class Services {}

    interface Prices {

        @GetExchange("/price")
        String price();
    }

    interface ReactivePrices {

        @GetExchange("/price")
        String price();
    }
}
