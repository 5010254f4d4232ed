// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.spring.testing.EchoServer;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

class PooledClientEndpointTest {

    private final PooledHttpClient first = PooledHttpClient.newHttpClient();
    private final PooledHttpClient second = PooledHttpClient.newHttpClient();
    private final PooledClientEndpoint endpoint = new PooledClientEndpoint(Map.of("first", first, "second", second));
    private EchoServer server;
    private String origin;

    @BeforeEach
    void startServer() throws IOException {
        server = new EchoServer();
        origin = "http://" + server.authority();
    }

    @AfterEach
    void stop() {
        first.close();
        second.close();
        server.close();
    }

    @Test
    void clientsAreAddedUpAndNamed() throws Exception {
        call(first);
        call(first);
        call(second);

        Map<?, ?> pool = endpoint.pool(null);

        assertThat(pool.get("clients")).isEqualTo(List.of("first", "second"));
        assertThat(at(pool, "totals", "opened")).isEqualTo(2L);
        assertThat(at(pool, "hosts", origin, "opened")).isEqualTo(2L);
        assertThat(at(pool, "hosts", origin, "reused")).isEqualTo(1L);
    }

    @Test
    void clientIsPickedByName() throws Exception {
        call(first);
        call(second);

        Map<?, ?> pool = endpoint.pool("second");

        assertThat(pool.get("clients")).isEqualTo(List.of("second"));
        assertThat(at(pool, "totals", "opened")).isEqualTo(1L);
    }

    @Test
    void unknownClientIsNotFoundAndTheOthersAreNamed() {
        assertThat(reason(() -> endpoint.pool("third"))).isEqualTo("no client 'third'; there are: [first, second]");
        assertThat(reason(() -> endpoint.retire("third"))).contains("third");
        assertThat(reason(() -> endpoint.host(server.authority(), "third"))).contains("third");
    }

    @Test
    void eachHostHasTheFiguresOfTheContract() throws Exception {
        call(first);

        Map<?, ?> pool = endpoint.pool(null);

        assertThat(pool.get("enabled")).isEqualTo(true);
        assertThat(pool.get("state")).isEqualTo("running");
        for (Object host : List.of(at(pool, "totals"), at(pool, "hosts", origin))) {
            assertThat(((Map<?, ?>) host).keySet().stream().map(String::valueOf))
                    .containsExactly(
                            "active",
                            "idle",
                            "connecting",
                            "pending",
                            "max",
                            "suspended",
                            "exhaustedFor",
                            "opened",
                            "reused",
                            "closed",
                            "acquireTimeouts",
                            "acquireRejections",
                            "connectFailures",
                            "retries",
                            "leaks");
        }
    }

    @Test
    void hostHasItsConnections() throws Exception {
        call(first);
        awaitIdle(first, 1);

        Map<?, ?> host = endpoint.host(server.authority(), null);

        assertThat(host.get("idle")).isEqualTo(1);
        Map<?, ?> connection = (Map<?, ?>) ((List<?>) host.get("connections")).get(0);
        assertThat(connection.get("client")).isEqualTo("first");
        assertThat(connection.get("origin")).isEqualTo(origin);
        assertThat(connection.get("state")).isEqualTo("idle");
        assertThat(String.valueOf(connection.get("age"))).startsWith("PT");
        assertThat(String.valueOf(connection.get("idleFor"))).startsWith("PT");
    }

    @Test
    void unknownHostIsNotFound() {
        String nobody = "nobody.example:443";

        assertThat(reason(() -> endpoint.host(nobody, null))).contains(nobody);
        assertThat(reason(() -> endpoint.retireHost(nobody, null))).contains(nobody);
        assertThat(reason(() -> endpoint.change(nobody, "suspend", null, null, null)))
                .contains(nobody);
    }

    @Test
    void retireClosesIdleConnectionsOfAllClients() throws Exception {
        call(first);
        call(second);
        awaitIdle(first, 1);
        awaitIdle(second, 1);

        endpoint.retire(null);

        awaitIdle(first, 0);
        awaitIdle(second, 0);
    }

    @Test
    void retireOfAHostOfOneClientLeavesTheOther() throws Exception {
        call(first);
        call(second);
        awaitIdle(first, 1);
        awaitIdle(second, 1);

        endpoint.retireHost(server.authority(), "first");

        awaitIdle(first, 0);
        awaitIdle(second, 1);
    }

    @Test
    void suspendAndResumeAreShown() throws Exception {
        call(first);

        assertThat(endpoint.change(server.authority(), "suspend", null, null, null)
                        .get("suspended"))
                .isEqualTo(true);
        assertThat(endpoint.change(server.authority(), "resume", null, null, null)
                        .get("suspended"))
                .isEqualTo(false);
    }

    @Test
    void resizeChangesTheLimit() throws Exception {
        call(first);

        assertThat(endpoint.change(server.authority(), "resize", 7, 3, null).get("max"))
                .isEqualTo(7);
    }

    @Test
    void wrongChangesAreExplained() throws Exception {
        call(first);

        assertThat(error("explode", null, null)).isEqualTo("action must be suspend, resume or resize: 'explode'");
        assertThat(error("resize", null, null)).isEqualTo("resize needs maxConnections, maxIdle or both");
        assertThat(error("resize", 0, null)).contains("maxConnections").contains("at least 1: 0");
        assertThat(error("resize", null, -1)).contains("maxIdle").contains("at least 0: -1");
    }

    @Test
    void poolThatClientsShareCountsOnce() throws Exception {
        call(first);
        awaitIdle(first, 1);
        PooledClientEndpoint ofViews = new PooledClientEndpoint(
                Map.of("first", first, "view", first.toBuilder().build()));

        Map<?, ?> pool = ofViews.pool(null);
        Map<?, ?> host = ofViews.host(server.authority(), null);

        assertThat(pool.get("clients")).isEqualTo(List.of("first", "view"));
        assertThat(at(pool, "totals", "opened")).isEqualTo(1L);
        assertThat(host.get("idle")).isEqualTo(1);
        assertThat((List<?>) host.get("connections")).hasSize(1);
        assertThat(at(ofViews.pool("view"), "totals", "opened")).isEqualTo(1L);
    }

    private String error(String action, Integer maxConnections, Integer maxIdle) {
        return reason(() -> endpoint.change(server.authority(), action, maxConnections, maxIdle, null));
    }

    private static String reason(ThrowingCallable operation) {
        return catchThrowableOfType(InvalidEndpointRequestException.class, operation)
                .getReason();
    }

    private static Object at(Map<?, ?> map, String... path) {
        Object value = map;
        for (String key : path) {
            value = ((Map<?, ?>) value).get(key);
        }
        return value;
    }

    private static void awaitIdle(PooledHttpClient client, int idle) {
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(client.snapshot().totals().idle()).isEqualTo(idle));
    }

    private void call(PooledHttpClient client) throws IOException, InterruptedException {
        client.send(HttpRequest.newBuilder(server.uri("/echo")).build(), BodyHandlers.discarding());
    }
}
