// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.pooledclient.testing.ScriptedServer;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a client ends; the JDK's has these methods since 21. */
@ContractTest
class LifecycleContractTest {

    private final Client client;
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch answer = new CountDownLatch(1);

    LifecycleContractTest(Client client) {
        this.client = client;
    }

    @BeforeEach
    void hasALifecycle() {
        assumeTrue(client == Client.OURS || Runtime.version().feature() >= 21, "the JDK's has it since 21");
    }

    private static Object call(OpenClient open, String method) throws Exception {
        return method(open, method).invoke(open.http());
    }

    private static boolean awaitTermination(OpenClient open, Duration timeout) throws Exception {
        return (boolean)
                owner(open).getMethod("awaitTermination", Duration.class).invoke(open.http(), timeout);
    }

    private static Method method(OpenClient open, String method) throws Exception {
        return owner(open).getMethod(method);
    }

    private static Class<?> owner(OpenClient open) {
        return open.http() instanceof PooledHttpClient ? PooledHttpClient.class : HttpClient.class;
    }

    private ScriptedServer slowServer() throws IOException {
        return ScriptedServer.start(peer -> {
            if (peer.readRequestOrEnd() == null) {
                // The JDK's client, cut off, opens another connection before it gives up.
                return;
            }
            arrived.countDown();
            answer.await();
            peer.send(ok("hi"));
            peer.awaitEnd();
        });
    }

    private static CompletableFuture<HttpResponse<String>> sendAsync(OpenClient open, ScriptedServer server) {
        return open.http().sendAsync(EndToEnd.get(server), BodyHandlers.ofString());
    }

    @Test
    void runningClientIsNotTerminated() throws Exception {
        try (OpenClient open = client.open()) {
            assertThat(call(open, "isTerminated")).isEqualTo(false);
            assertThat(awaitTermination(open, Duration.ofMillis(1))).isFalse();
        }
    }

    @Test
    void clientThatWasShutDownTakesNoCalls() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                OpenClient open = client.open()) {
            open.get(server.uri("/"));

            call(open, "shutdown");

            assertThatThrownBy(() -> open.get(server.uri("/"))).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> EndToEnd.get(sendAsync(open, server))).isInstanceOf(IOException.class);
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void clientThatWasShutDownTerminates() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                OpenClient open = client.open()) {
            open.get(server.uri("/"));

            call(open, "shutdown");
            call(open, "shutdown");

            assertThat(awaitTermination(open, EndToEnd.PATIENCE)).isTrue();
            assertThat(call(open, "isTerminated")).isEqualTo(true);
            assertThat(server.awaitNoneOpen(EndToEnd.PATIENCE)).isTrue();
        }
    }

    @Test
    void callUnderWayGoesOnAfterShutdown() throws Exception {
        try (ScriptedServer server = slowServer();
                OpenClient open = client.open()) {
            CompletableFuture<HttpResponse<String>> call = sendAsync(open, server);
            arrived.await();

            call(open, "shutdown");
            assertThat(call(open, "isTerminated")).isEqualTo(false);
            assertThat(awaitTermination(open, Duration.ofMillis(1))).isFalse();
            answer.countDown();

            assertThat(EndToEnd.get(call).body()).isEqualTo("hi");
            assertThat(awaitTermination(open, EndToEnd.PATIENCE)).isTrue();
        }
    }

    @Test
    void streamUnderWayIsReadAfterShutdown() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nst");
                    answer.await();
                    peer.send("op");
                    peer.awaitEnd();
                });
                OpenClient open = client.open();
                InputStream body = open.http()
                        .send(EndToEnd.get(server), BodyHandlers.ofInputStream())
                        .body()) {

            call(open, "shutdown");
            answer.countDown();

            assertThat(body).hasContent("stop");
            assertThat(awaitTermination(open, EndToEnd.PATIENCE)).isTrue();
        }
    }

    @Test
    void shutdownNowFailsTheCallsUnderWay() throws Exception {
        try (ScriptedServer server = slowServer();
                OpenClient open = client.open()) {
            CompletableFuture<HttpResponse<String>> call = sendAsync(open, server);
            CompletableFuture<HttpResponse<String>> blocking = EndToEnd.inBackground(() -> open.get(server.uri("/")));
            server.awaitRequests(2);

            call(open, "shutdownNow");

            assertThatThrownBy(() -> EndToEnd.get(call)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> EndToEnd.get(blocking)).isInstanceOf(IOException.class);
            assertThat(awaitTermination(open, EndToEnd.PATIENCE)).isTrue();
        }
    }

    @Test
    void closeWaitsForTheCallsUnderWay() throws Exception {
        try (ScriptedServer server = slowServer();
                OpenClient open = client.open()) {
            CompletableFuture<HttpResponse<String>> call = sendAsync(open, server);
            arrived.await();

            CompletableFuture<Object> closed = EndToEnd.inBackground(() -> call(open, "close"));
            assertThat(call).isNotDone();
            assertThat(closed).isNotDone();
            answer.countDown();

            assertThat(EndToEnd.get(call).body()).isEqualTo("hi");
            EndToEnd.get(closed);
            assertThat(call(open, "isTerminated")).isEqualTo(true);
            call(open, "close");
        }
    }

    @Test
    void interruptedCloseEndsTheCallsUnderWay() throws Exception {
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        try (ScriptedServer server = slowServer();
                OpenClient open = client.open()) {
            CompletableFuture<HttpResponse<String>> call = sendAsync(open, server);
            arrived.await();
            Thread closing = EndToEnd.background(() -> {
                try {
                    call(open, "close");
                    interrupted.complete(Thread.currentThread().isInterrupted());
                } catch (Exception e) {
                    interrupted.completeExceptionally(e);
                }
            });

            closing.interrupt();

            assertThatThrownBy(() -> EndToEnd.get(call)).isInstanceOf(IOException.class);
            assertThat(EndToEnd.get(interrupted)).isTrue();
        }
    }

    @Test
    void awaitTerminationMayBeInterrupted() throws Exception {
        try (ScriptedServer server = slowServer();
                OpenClient open = client.open()) {
            CompletableFuture<HttpResponse<String>> call = sendAsync(open, server);
            arrived.await();
            call(open, "shutdown");
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> awaitTermination(open, EndToEnd.PATIENCE))
                    .isInstanceOf(InvocationTargetException.class)
                    .hasCauseInstanceOf(InterruptedException.class);

            answer.countDown();
            assertThat(EndToEnd.get(call).body()).isEqualTo("hi");
        }
    }

    @Test
    void awaitTerminationOfNoTimeLooks() throws Exception {
        try (OpenClient open = client.open()) {
            assertThat(awaitTermination(open, Duration.ZERO)).isFalse();
            assertThatThrownBy(() -> awaitTermination(open, null)).hasCauseInstanceOf(NullPointerException.class);
        }
    }
}
