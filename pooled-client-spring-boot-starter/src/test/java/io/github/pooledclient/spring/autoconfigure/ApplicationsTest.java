// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.testing.ScriptedServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Whole applications: on Tomcat, on Netty, without a web server. */
@Timeout(180)
class ApplicationsTest {

    @ParameterizedTest
    @EnumSource
    void applicationOfEachKindSendsOverOnePool(WebApplicationType type) throws Exception {
        try (ScriptedServer upstream = ScriptedServer.start(always(ok("42")));
                ConfigurableApplicationContext context = start(type, upstream)) {
            Prices prices = context.getBean(Prices.class);

            assertThat(prices.blocking().block()).isEqualTo("42");
            assertThat(prices.reactive().block()).isEqualTo("42");

            assertThat(upstream.accepted()).isEqualTo(1);
            assertThat(context.getBean(PooledHttpClient.class)
                            .snapshot()
                            .totals()
                            .reused())
                    .isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void requestsAreServedOverThePoolThatTheEndpointShows(WebApplicationType type) throws Exception {
        try (ScriptedServer upstream = ScriptedServer.start(always(ok("42")));
                ConfigurableApplicationContext context = start(type, upstream)) {
            for (String path : List.of("/blocking", "/reactive", "/blocking", "/reactive")) {
                assertThat(get(context, path).body()).isEqualTo("42");
            }

            assertThat(upstream.accepted()).isEqualTo(1);
            assertThat(get(context, "/actuator/connectionpool").body())
                    .contains("\"http://localhost:" + upstream.port() + "\"")
                    .contains("\"opened\":1")
                    .contains("\"reused\":3");
            assertThat(get(context, "/actuator/health").body()).contains("\"connectionPool\":{\"status\":\"UP\"}");
        }
    }

    @Test
    void virtualThreadsOfTheWebServerCallThroughThePool() throws Exception {
        assumeThat(Runtime.version().feature())
                .as("virtual threads came with 21")
                .isGreaterThanOrEqualTo(21);
        try (ScriptedServer upstream = ScriptedServer.start(always(ok("42")));
                ConfigurableApplicationContext context =
                        start(WebApplicationType.SERVLET, upstream, "--spring.threads.virtual.enabled=true")) {
            assertThat(get(context, "/thread").body()).startsWith("VirtualThread");
            for (int i = 0; i < 5; i++) {
                assertThat(get(context, "/direct").body()).isEqualTo("42");
            }

            assertThat(upstream.accepted()).isEqualTo(1);
        }
    }

    private static ConfigurableApplicationContext start(
            WebApplicationType type, ScriptedServer upstream, String... arguments) {
        return new SpringApplicationBuilder(Application.class)
                .web(type)
                .registerShutdownHook(false)
                .properties(
                        "server.port=0",
                        "upstream=" + upstream.uri("/"),
                        "management.endpoint.health.show-components=always",
                        "management.endpoints.web.exposure.include=health,connectionpool")
                .run(arguments);
    }

    private static HttpResponse<String> get(ConfigurableApplicationContext context, String path) throws Exception {
        int port = ((WebServerApplicationContext) context).getWebServer().getPort();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Prices prices(RestClient.Builder blocking, WebClient.Builder reactive, @Value("${upstream}") URI upstream) {
            return new Prices(blocking.build(), reactive.build(), upstream);
        }
    }

    @RestController
    record Prices(RestClient restClient, WebClient webClient, URI upstream) {

        @GetMapping("/direct")
        String direct() {
            return restClient.get().uri(upstream).retrieve().body(String.class);
        }

        @GetMapping("/blocking")
        Mono<String> blocking() {
            return Mono.fromCallable(this::direct).subscribeOn(Schedulers.boundedElastic());
        }

        @GetMapping("/reactive")
        Mono<String> reactive() {
            return webClient.get().uri(upstream).retrieve().bodyToMono(String.class);
        }

        @GetMapping("/thread")
        String thread() {
            return Thread.currentThread().toString();
        }
    }
}
