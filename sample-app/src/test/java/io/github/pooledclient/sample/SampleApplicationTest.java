// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpMethod;
import org.springframework.http.ResponseEntity;
import tools.jackson.databind.JsonNode;

class SampleApplicationTest {

    private static RunningSample sample;

    @BeforeAll
    static void start() throws IOException {
        sample = new RunningSample();
    }

    @AfterAll
    static void stop() {
        sample.close();
    }

    @BeforeEach
    void closeIdleConnections() {
        sample.send(HttpMethod.DELETE, "/actuator/connectionpool");
        awaitIdle(0);
    }

    @Test
    void bothWaysReuseTheSameConnection() {
        JsonNode before = sample.upstream();

        for (int i = 0; i < 5; i++) {
            assertThat(sample.get("/call/fast").getBody()).isEqualTo("FAST\n");
            awaitIdle(1);
            assertThat(sample.get("/rest/fast").getBody()).isEqualTo("FAST\n");
            awaitIdle(1);
        }

        JsonNode after = sample.upstream();
        assertThat(grown(before, after, "opened")).isEqualTo(1);
        assertThat(grown(before, after, "reused")).isEqualTo(9);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/call/closing", "/rest/closing"})
    void connectionIsNotReusedAfterTheUpstreamSaysClose(String path) {
        JsonNode before = sample.upstream();

        for (int i = 0; i < 3; i++) {
            assertThat(sample.get(path).getBody()).isEqualTo("CLOSING\n");
        }

        JsonNode after = sample.upstream();
        assertThat(grown(before, after, "opened")).isEqualTo(3);
        assertThat(grown(before, after, "reused")).isZero();
        assertThat(grown(before.path("closed"), after.path("closed"), "peer_said_close"))
                .isEqualTo(3);
        assertThat(after.path("idle").asInt()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/call/failing", "/rest/failing"})
    void errorOfTheUpstreamIsABadGateway(String path) {
        ResponseEntity<String> answer = sample.get(path);

        assertThat(answer.getStatusCode().value()).isEqualTo(502);
        assertThat(answer.getBody()).contains("upstream answered 500");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/call/slow", "/rest/slow"})
    void slowAnswerIsWaitedFor(String path) {
        assertThat(sample.get(path).getBody()).isEqualTo("SLOW\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/call/strange", "/rest/strange"})
    void kindThatDoesNotExistIsNotFound(String path) {
        assertThat(sample.get(path).getStatusCode().value()).isEqualTo(404);
    }

    @Test
    void deleteClosesIdleConnections() {
        sample.get("/call/fast");
        awaitIdle(1);

        assertThat(sample.send(HttpMethod.DELETE, "/actuator/connectionpool")
                        .getStatusCode()
                        .is2xxSuccessful())
                .isTrue();

        awaitIdle(0);
    }

    @Test
    void healthAndMetricsAreExposed() {
        sample.get("/call/fast");

        assertThat(sample.json("/actuator/health")
                        .path("components")
                        .path("connectionPool")
                        .path("status")
                        .asString())
                .isEqualTo("UP");
        assertThat(sample.get("/actuator/metrics/http.client.pool.opened?tag=client:pooledHttpClient")
                        .getStatusCode()
                        .value())
                .isEqualTo(200);
    }

    private static long grown(JsonNode before, JsonNode after, String figure) {
        return after.path(figure).asLong() - before.path(figure).asLong();
    }

    private static void awaitIdle(int idle) {
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(sample.upstream().path("idle").asInt()).isEqualTo(idle));
    }
}
