// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.integration;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.chunked;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.testing.ScriptedServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** Spring Cloud Gateway Server MVC, which sends by the request factory of Spring Boot. */
@Timeout(180)
class GatewayTest {

    private final HttpClient caller =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void requestsOfTheGatewayReuseTheConnectionOfThePool() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.start(always(ok("there")));
                ConfigurableApplicationContext gateway = start(upstream)) {
            for (int i = 0; i < 50; i++) {
                assertThat(caller.send(get(gateway, "/page?n=" + i), BodyHandlers.ofString())
                                .body())
                        .isEqualTo("there");
            }

            assertThat(upstream.accepted()).isEqualTo(1);
            assertThat(upstream.lastRequest().line()).isEqualTo("GET /page?n=49 HTTP/1.1");
            assertThat(gateway.getBean(PooledHttpClient.class)
                            .snapshot()
                            .totals()
                            .reused())
                    .isEqualTo(49);
        }
    }

    @Test
    void bodiesGoBothWays() throws Exception {
        String body = "x".repeat(200_000);
        try (ScriptedServer upstream = ScriptedServer.start(always(chunked("one", "two")));
                ConfigurableApplicationContext gateway = start(upstream)) {
            for (int i = 0; i < 3; i++) {
                HttpRequest post = HttpRequest.newBuilder(uri(gateway, "/upload"))
                        .POST(BodyPublishers.ofString(body))
                        .build();

                HttpResponse<String> answer = caller.send(post, BodyHandlers.ofString());

                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo("onetwo");
                assertThat(upstream.lastRequest().text()).isEqualTo(body);
            }

            assertThat(upstream.accepted()).isEqualTo(1);
        }
    }

    @Test
    void limitsOfThePoolHoldForTheGateway() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.start(always(ok("there")));
                ConfigurableApplicationContext gateway = start(upstream, "--pool.max-connections-per-host=2")) {
            List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, 40)
                    .mapToObj(i -> caller.sendAsync(get(gateway, "/page"), BodyHandlers.ofString()))
                    .toList();

            assertThat(answers)
                    .allSatisfy(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));
            assertThat(upstream.mostOpen()).isLessThanOrEqualTo(2);
        }
    }

    private static ConfigurableApplicationContext start(ScriptedServer upstream, String... arguments) {
        return new SpringApplicationBuilder(Gateway.class)
                .registerShutdownHook(false)
                .properties(
                        "server.port=0",
                        // It is of a release train for Spring Boot 4.0, and works with 4.1.
                        "spring.cloud.compatibility-verifier.enabled=false",
                        "spring.cloud.gateway.server.webmvc.routes[0].id=all",
                        "spring.cloud.gateway.server.webmvc.routes[0].uri=http://localhost:" + upstream.port(),
                        "spring.cloud.gateway.server.webmvc.routes[0].predicates[0]=Path=/**")
                .run(arguments);
    }

    private static HttpRequest get(ConfigurableApplicationContext gateway, String path) {
        return HttpRequest.newBuilder(uri(gateway, path)).build();
    }

    private static URI uri(ConfigurableApplicationContext gateway, String path) {
        int port = ((WebServerApplicationContext) gateway).getWebServer().getPort();
        return URI.create("http://localhost:" + port + path);
    }

    @EnableAutoConfiguration
    static class Gateway {}
}
