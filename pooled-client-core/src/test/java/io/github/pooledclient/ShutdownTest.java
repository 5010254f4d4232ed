// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.PATIENCE;
import static io.github.pooledclient.EndToEnd.awaitNothingInUse;
import static io.github.pooledclient.EndToEnd.fetch;
import static io.github.pooledclient.EndToEnd.get;
import static io.github.pooledclient.EndToEnd.inBackground;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.pooledclient.micrometer.PooledHttpClientMetrics;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.testing.OwnProcess;
import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ShutdownTest {

    @Test
    void callUnderWayEndsWellAfterShutdown() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch mayAnswer = new CountDownLatch(1);
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    arrived.countDown();
                    mayAnswer.await();
                    peer.send(ok("late"));
                    peer.awaitEnd();
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            CompletableFuture<String> call = inBackground(() -> fetch(client, server));
            arrived.await();

            client.shutdown();

            assertThat(client.isTerminated()).isFalse();
            assertThatThrownBy(() -> fetch(client, server))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the client was shut down");
            mayAnswer.countDown();
            assertThat(get(call)).isEqualTo("late");
            assertThat(client.awaitTermination(PATIENCE)).isTrue();
            assertThat(server.awaitNoneOpen(PATIENCE)).isTrue();
        }
    }

    @Test
    void closeWaitsForTheBodyThatIsBeingRead() throws Exception {
        CountDownLatch mayGoOn = new CountDownLatch(1);
        try (ScriptedServer server = ScriptedServer.start(peer -> {
            peer.readRequest();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");
            mayGoOn.await();
            peer.send("cd");
            peer.awaitEnd();
        })) {
            PooledHttpClient client = PooledHttpClient.newHttpClient();
            InputStream body =
                    client.send(get(server), BodyHandlers.ofInputStream()).body();

            CompletableFuture<Void> closing = inBackground(() -> {
                client.close();
                return null;
            });

            assertThat(client.isTerminated()).isFalse();
            mayGoOn.countDown();
            assertThat(body.readAllBytes()).asString().isEqualTo("abcd");
            get(closing);
            assertThat(client.isTerminated()).isTrue();
        }
    }

    @Test
    void shutdownNowEndsAnExchange() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    arrived.countDown();
                    peer.stall();
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            CompletableFuture<String> call = inBackground(() -> fetch(client, server));
            arrived.await();

            client.shutdownNow();

            assertThatThrownBy(() -> get(call)).isInstanceOf(IOException.class).hasMessageContaining("cancelled");
            assertThat(client.awaitTermination(PATIENCE)).isTrue();
        }
    }

    @Test
    void shutdownNowEndsTheWaitForAConnection() throws Exception {
        PoolSettings settings = PoolSettings.builder()
                .maxConnectionsPerHost(1)
                .acquireTimeout(Duration.ofMinutes(1))
                .build();
        try (ScriptedServer server = ScriptedServer.start(Peer::stall);
                PooledHttpClient client =
                        PooledHttpClient.newBuilder().pool(settings).build()) {
            CompletableFuture<String> first = inBackground(() -> fetch(client, server));
            CompletableFuture<String> second = inBackground(() -> fetch(client, server));
            await().untilAsserted(() ->
                    assertThat(client.snapshot().totals().pending()).isEqualTo(1));

            client.shutdownNow();

            assertThatThrownBy(() -> get(first)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> get(second)).isInstanceOf(IOException.class);
            assertThat(client.awaitTermination(PATIENCE)).isTrue();
        }
    }

    @Test
    void shutdownNowEndsAnAsynchronousBodyThatNobodyReads() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
                    peer.stall();
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            get(client.sendAsync(get(server), BodyHandlers.ofPublisher()));

            client.shutdownNow();

            assertThat(client.awaitTermination(PATIENCE)).isTrue();
            awaitNothingInUse(client);
        }
    }

    @Test
    void closingAgainHasNoEffect() {
        PooledHttpClient client = PooledHttpClient.newHttpClient();

        client.close();
        client.close();
        client.shutdownNow();

        assertThat(client.isTerminated()).isTrue();
    }

    @Test
    void idleConnectionsAreClosedWithTheClient() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("")))) {
            PooledHttpClient client = PooledHttpClient.newHttpClient();
            fetch(client, server);

            client.close();

            assertThat(server.awaitNoneOpen(PATIENCE)).isTrue();
        }
    }

    @Test
    void clientThatNobodyHasAnyMoreGivesItsSocketsBack() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("")))) {
            WeakReference<PooledHttpClient> client = dropped(server);

            await().atMost(PATIENCE).untilAsserted(() -> {
                System.gc();
                assertThat(client.get()).isNull();
                assertThat(server.open()).isZero();
            });
        }
    }

    @Test
    void metersDoNotKeepAClientThatNobodyHasAnyMore() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("")))) {
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            WeakReference<PooledHttpClient> client = droppedWithMeters(server, registry);

            await().atMost(PATIENCE).untilAsserted(() -> {
                System.gc();
                assertThat(client.get()).isNull();
                assertThat(server.open()).isZero();
            });
            assertThat(registry.getMeters()).isNotEmpty();
        }
    }

    private static WeakReference<PooledHttpClient> droppedWithMeters(ScriptedServer server, MeterRegistry registry)
            throws Exception {
        PooledHttpClient client = PooledHttpClient.newHttpClient();
        new PooledHttpClientMetrics(client, "dropped").bindTo(registry);
        fetch(client, server);
        return new WeakReference<>(client);
    }

    private static WeakReference<PooledHttpClient> dropped(ScriptedServer server) throws Exception {
        PooledHttpClient client = PooledHttpClient.newHttpClient();
        fetch(client, server);
        return new WeakReference<>(client);
    }

    @Test
    void viewKeepsThePoolOfAClientThatNobodyHasAnyMore() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("")))) {
            PooledHttpClient view = PooledHttpClient.newHttpClient().toBuilder().build();
            fetch(view, server);
            WeakReference<Object> marker = new WeakReference<>(new Object());
            await().untilAsserted(() -> {
                System.gc();
                assertThat(marker.get()).isNull();
            });

            fetch(view, server);

            assertThat(server.accepted()).isEqualTo(1);
            view.retire();
        }
    }

    @Test
    void threadsEndWithTheLastClient() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("")))) {
            String output =
                    OwnProcess.run(LastClient.class, List.of(), server.uri("/").toString());

            assertThat(output).contains("threads with it: true, after it: []");
        }
    }

    /** To be run where there is no other client. */
    static final class LastClient {

        private LastClient() {}

        @SuppressWarnings("SystemOut") // read by the test
        public static void main(String[] uri) throws Exception {
            boolean had;
            try (PooledHttpClient client = PooledHttpClient.newHttpClient()) {
                get(client.sendAsync(get(URI.create(uri[0])), BodyHandlers.ofString()));
                had = !threads().isEmpty();
            }
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (!threads().isEmpty() && System.nanoTime() - end < 0) {
                threads().get(0).join(100);
            }
            System.out.println("threads with it: " + had + ", after it: " + threads());
        }

        private static List<Thread> threads() {
            return Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().startsWith("pooled-client"))
                    .toList();
        }
    }
}
