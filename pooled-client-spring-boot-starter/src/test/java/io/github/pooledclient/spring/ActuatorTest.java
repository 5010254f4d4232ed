// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.spring.testing.EchoServer;
import java.io.IOException;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The endpoint, the health and the metrics of a whole application, over HTTP. */
@SpringBootTest(
        classes = ActuatorTest.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "management.endpoints.web.exposure.include=*",
            "management.endpoint.health.show-details=always",
            "pool.hosts.echo.max-connections-per-host=4"
        })
@DirtiesContext
class ActuatorTest {

    private static EchoServer server;

    @Autowired
    private PooledHttpClient client;

    @Autowired
    private RestClient.Builder restClient;

    @LocalServerPort
    private int port;

    @BeforeAll
    static void startServer() throws IOException {
        server = new EchoServer();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @DynamicPropertySource
    static void url(DynamicPropertyRegistry properties) {
        properties.add("pool.hosts.echo.url", () -> "http://" + server.authority());
    }

    @Test
    void endpointShowsTheCallsOfRestClient() {
        long before = get("/connectionpool").path("totals").path("reused").asLong();

        call();
        call();

        JsonNode host = get("/connectionpool").path("hosts").path("http://" + server.authority());
        assertThat(host.path("max").asInt()).isEqualTo(4);
        assertThat(host.path("reused").asLong()).isGreaterThan(before);
        assertThat(get("/connectionpool").path("state").asString()).isEqualTo("running");
        assertThat(get("/connectionpool?client=pooledHttpClient")
                        .path("clients")
                        .get(0)
                        .asString())
                .isEqualTo("pooledHttpClient");
    }

    @Test
    void hostIsFoundByNameAndPort() {
        call();

        JsonNode host = get("/connectionpool/" + server.authority());
        assertThat(host.path("connections").size()).isEqualTo(1);
        assertThat(host.path("connections").get(0).path("state").asString()).isIn("idle", "leased");
    }

    @Test
    void deleteClosesIdleConnections() {
        call();

        assertThat(send(HttpMethod.DELETE, "/connectionpool/" + server.authority(), null)
                        .getStatusCode()
                        .value())
                .isEqualTo(204);
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(client.snapshot().totals().idle()).isZero());

        call();
        assertThat(send(HttpMethod.DELETE, "/connectionpool", null)
                        .getStatusCode()
                        .value())
                .isEqualTo(204);
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(client.snapshot().totals().idle()).isZero());
    }

    @Test
    void limitsAreChangedAtRunTime() {
        call();

        ResponseEntity<String> answer = send(
                HttpMethod.POST,
                "/connectionpool/" + server.authority(),
                Map.of("action", "resize", "maxConnections", 3, "maxIdle", 1));

        assertThat(answer.getStatusCode().value()).isEqualTo(200);
        assertThat(json(answer).path("max").asInt()).isEqualTo(3);
        send(
                HttpMethod.POST,
                "/connectionpool/" + server.authority(),
                Map.of("action", "resize", "maxConnections", 4, "maxIdle", 4));
    }

    @Test
    void wrongRequestsAreExplained() {
        call();

        ResponseEntity<String> badAction =
                send(HttpMethod.POST, "/connectionpool/" + server.authority(), Map.of("action", "explode"));
        assertThat(badAction.getStatusCode().value()).isEqualTo(400);
        assertThat(badAction.getBody()).contains("suspend, resume or resize: 'explode'");
        assertThat(send(HttpMethod.POST, "/connectionpool/" + server.authority(), Map.of())
                        .getStatusCode()
                        .value())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({
        "GET,    /connectionpool?client=nobody",
        "DELETE, /connectionpool?client=nobody",
        "GET,    /connectionpool/nobody.example:443",
        "DELETE, /connectionpool/nobody.example:443",
        "POST,   /connectionpool/nobody.example:443",
    })
    void unknownHostsAndClientsAreNotFound(String method, String path) {
        Map<String, ?> body = method.equals("POST") ? Map.of("action", "suspend") : null;

        ResponseEntity<String> answer = send(HttpMethod.valueOf(method), path, body);

        assertThat(answer.getStatusCode().value()).isEqualTo(404);
        assertThat(json(answer).path("error").asString()).contains("'nobody");
    }

    @Test
    void healthIsUpWithFigures() {
        JsonNode health = get("/health").path("components").path("connectionPool");

        assertThat(health.path("status").asString()).isEqualTo("UP");
        assertThat(health.path("details").has("idle")).isTrue();
    }

    @Test
    void metricsNameTheHostAsConfigured() {
        call();

        JsonNode opened = get("/metrics/http.client.pool.opened?tag=client:pooledHttpClient&tag=host:echo");

        assertThat(opened.path("measurements").get(0).path("value").asDouble()).isPositive();
    }

    private void call() {
        restClient.build().get().uri(server.uri("/echo")).retrieve().toBodilessEntity();
    }

    private JsonNode get(String path) {
        ResponseEntity<String> answer = send(HttpMethod.GET, path, null);
        assertThat(answer.getStatusCode().value()).isEqualTo(200);
        return json(answer);
    }

    private ResponseEntity<String> send(HttpMethod method, String path, Map<String, ?> body) {
        // Not the pool's: its own connections would be among the figures.
        RestClient.RequestBodySpec request =
                RestClient.create().method(method).uri("http://localhost:" + port + "/actuator" + path);
        if (body != null) {
            request.contentType(MediaType.APPLICATION_JSON).body(body);
        }
        return request.retrieve().onStatus(status -> true, (sent, answer) -> {}).toEntity(String.class);
    }

    private static JsonNode json(ResponseEntity<String> answer) {
        return JsonMapper.shared().readTree(answer.getBody());
    }

    @EnableAutoConfiguration
    static class Application {}
}
