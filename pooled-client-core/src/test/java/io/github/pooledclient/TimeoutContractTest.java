// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.EndToEnd.Way;
import io.github.pooledclient.testing.FullBacklog;
import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@code timeout} and {@code connectTimeout} cover, and what is thrown when they pass. */
@ContractTest
class TimeoutContractTest {

    private static final Duration SOON = Duration.ofMillis(200);

    private final Client client;

    TimeoutContractTest(Client client) {
        this.client = client;
    }

    private static HttpRequest.Builder soon(ScriptedServer server) {
        return HttpRequest.newBuilder(server.uri("/late")).timeout(SOON);
    }

    /** Answers requests, but none to {@code /late}; whatever connection they come on. */
    private static void answerButToLate(Peer peer) throws Exception {
        for (Peer.Request asked = peer.readRequestOrEnd(); asked != null; asked = peer.readRequestOrEnd()) {
            if (asked.target().equals("/late")) {
                peer.stall();
            }
            peer.send(ok("hi"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void timeoutCoversTheWaitForTheHead(Way way) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(TimeoutContractTest::answerButToLate);
                OpenClient open = client.open()) {
            // So that all of the timeout is for the exchange, and none for the connect.
            open.get(server.uri("/"));

            assertThatThrownBy(() -> way.send(open.http(), soon(server).build(), BodyHandlers.ofString()))
                    .isInstanceOf(HttpTimeoutException.class)
                    .isNotInstanceOf(HttpConnectTimeoutException.class);
        }
    }

    @Test
    void timeoutCoversAHalfHead() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-");
                    peer.stall();
                });
                OpenClient open = client.open()) {
            assertThatThrownBy(() -> open.send(soon(server))).isInstanceOf(HttpTimeoutException.class);
        }
    }

    @Test
    void timeoutCoversTheUpload() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> peer.stall());
                OpenClient open = client.open()) {
            assertThatThrownBy(() -> open.send(soon(server).POST(BodyPublishers.ofByteArray(new byte[32 << 20]))))
                    .isInstanceOf(HttpTimeoutException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    @Difference("a body that stalls is as late as a head; the timeout of the JDK's (17 and 25) ends with the head")
    void timeoutCoversTheBody(Way way) throws Exception {
        // The JDK's must have its head in time.
        Duration timeout = client.differs(Duration.ofSeconds(3), SOON);
        CompletableFuture<Void> late = new CompletableFuture<>();
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send(ok("warm"));
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nst");
                    EndToEnd.get(late);
                    peer.send("all");
                    peer.awaitEnd();
                });
                OpenClient open = client.open()) {
            // As above.
            open.get(server.uri("/"));
            HttpRequest request =
                    HttpRequest.newBuilder(server.uri("/")).timeout(timeout).build();
            switch (client) {
                case JDK -> {
                    late.completeOnTimeout(null, timeout.toMillis() + 200, TimeUnit.MILLISECONDS);
                    assertThat(way.send(open.http(), request, BodyHandlers.ofString())
                                    .body())
                            .isEqualTo("stall");
                }
                case OURS ->
                    assertThatThrownBy(() -> way.send(open.http(), request, BodyHandlers.ofString()))
                            .isInstanceOf(HttpTimeoutException.class);
            }
            late.complete(null);
        }
    }

    @Test
    void timeoutThatDoesNotPassIsNotNoticed() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                OpenClient open = client.open()) {
            assertThat(open.send(HttpRequest.newBuilder(server.uri("/")).timeout(EndToEnd.PATIENCE))
                            .body())
                    .isEqualTo("hi");
            assertThat(open.send(HttpRequest.newBuilder(server.uri("/"))
                                    .timeout(Duration.ofSeconds(Long.MAX_VALUE / 2_000)))
                            .body())
                    .isEqualTo("hi");
        }
    }

    @ParameterizedTest
    @EnumSource
    void connectTimeoutIsAnHttpConnectTimeoutException(Way way) throws Exception {
        try (FullBacklog nobody = new FullBacklog();
                OpenClient open = client.open(builder -> builder.connectTimeout(SOON))) {
            URI uri = URI.create("http://localhost:" + nobody.port() + "/");

            assertThatThrownBy(() -> way.send(open.http(), EndToEnd.get(uri), BodyHandlers.ofString()))
                    .isInstanceOf(HttpConnectTimeoutException.class);
        }
    }

    @Test
    void timeoutOfTheRequestCoversTheConnectToo() throws Exception {
        try (FullBacklog nobody = new FullBacklog();
                OpenClient open = client.open()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + nobody.port() + "/"))
                    .timeout(SOON);

            assertThatThrownBy(() -> open.send(request)).isInstanceOf(HttpConnectTimeoutException.class);
        }
    }

    @Test
    void connectTimeoutCoversTls() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> peer.stall());
                OpenClient open = client.open(builder -> builder.connectTimeout(SOON))) {
            assertThatThrownBy(() -> open.get(URI.create("https://localhost:" + server.port() + "/")))
                    .isInstanceOf(HttpConnectTimeoutException.class);
        }
    }

    @Test
    @Difference("nobody waits for ever unless he asks for it, by readTimeout(Duration.ZERO)")
    void connectTimeoutHasADefault() {
        assertThat(client.newBuilder().build().connectTimeout())
                .isEqualTo(client.differs(Optional.<Duration>empty(), Optional.of(Duration.ofSeconds(5))));
    }

    @Test
    void eachRequestHasItsOwnTimeout() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(TimeoutContractTest::answerButToLate);
                OpenClient open = client.open()) {
            assertThatThrownBy(() -> open.send(soon(server))).isInstanceOf(HttpTimeoutException.class);

            assertThat(open.get(server.uri("/")).body()).isEqualTo("hi");
        }
    }
}
