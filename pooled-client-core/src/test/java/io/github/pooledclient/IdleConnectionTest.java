// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.PATIENCE;
import static io.github.pooledclient.EndToEnd.awaitNothingOpen;
import static io.github.pooledclient.EndToEnd.client;
import static io.github.pooledclient.EndToEnd.closed;
import static io.github.pooledclient.EndToEnd.fetch;
import static io.github.pooledclient.EndToEnd.post;
import static io.github.pooledclient.EndToEnd.send;
import static io.github.pooledclient.EndToEnd.totals;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.transport.Origin;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of a connection while nobody uses it. */
class IdleConnectionTest {

    /** What a peer does to a connection that has served one request. */
    private interface Mischief {
        void happens(Peer peer) throws Exception;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mischief")
    void connectionThatDiesWhileIdleIsNotLent(String what, Mischief mischief, CloseReason reason) throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        try (ScriptedServer server = ScriptedServer.start(
                        peer -> {
                            peer.readRequest();
                            peer.send(ok("first"));
                            mischief.happens(peer);
                            done.countDown();
                            peer.stall();
                        },
                        always(ok("second")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            fetch(client, server);
            done.await();

            // Not to be repeated: it must not even be tried on the dead one.
            String body = send(client, post(server, "x")).body();

            assertThat(body).isEqualTo("second");
            assertThat(closed(client, reason)).isEqualTo(1);
            assertThat(totals(client).retries()).isZero();
        }
    }

    @Test
    void answerToNothingIsNeverTheNextOneHoweverSoonThatIsWanted() throws Exception {
        Semaphore sent = new Semaphore(0);
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send(ok("right"));
                    peer.send(ok("wrong"));
                    sent.release();
                    if (peer.readRequestOrEnd() != null) {
                        peer.send(ok("on a connection with bytes"));
                    }
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            // Many, because one that is idle for a millisecond is looked at in any case.
            for (int i = 0; i < 50; i++) {
                assertThat(fetch(client, server)).isEqualTo("right");
                sent.acquire();
            }
        }
    }

    static Stream<Arguments> mischief() {
        return Stream.of(
                Arguments.of("FIN", (Mischief) peer -> peer.socket().shutdownOutput(), CloseReason.PEER_CLOSED),
                Arguments.of("RST", (Mischief) Peer::reset, CloseReason.PEER_CLOSED),
                Arguments.of("a stray byte", (Mischief) peer -> peer.send("x"), CloseReason.SURPLUS_BYTES),
                Arguments.of("a stray answer", (Mischief) peer -> peer.send(ok("wrong")), CloseReason.SURPLUS_BYTES),
                Arguments.of(
                        "408",
                        (Mischief) peer -> peer.send(
                                "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
                        CloseReason.SURPLUS_BYTES));
    }

    @Test
    void idleConnectionThatTheServerClosesIsClosedInTheBackground() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send(ok("hi"));
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            fetch(client, server);

            await().atMost(PATIENCE).until(() -> closed(client, CloseReason.PEER_CLOSED) == 1);
            assertThat(totals(client).idle()).isZero();
        }
    }

    @Test
    void reaperClosesAfterIdleTimeout() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client = client(PoolSettings.builder().idleTimeout(Duration.ofMillis(50)))) {

            fetch(client, server);

            await().atMost(PATIENCE).until(() -> closed(client, CloseReason.IDLE_TIMEOUT) == 1);
            awaitNothingOpen(client, server);
        }
    }

    @Test
    void idleTimeoutOfOneHostIsItsOwn() throws Exception {
        try (ScriptedServer brief = ScriptedServer.start(always(ok("hi")));
                ScriptedServer other = ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client = client(PoolSettings.builder()
                        .host(
                                Origin.of(brief.uri("/")).toString(),
                                PoolSettings.builder()
                                        .idleTimeout(Duration.ofMillis(50))
                                        .build()))) {

            fetch(client, other);
            fetch(client, brief);

            await().atMost(PATIENCE).until(() -> closed(client, CloseReason.IDLE_TIMEOUT) == 1);
            assertThat(brief.awaitNoneOpen(PATIENCE)).isTrue();
            assertThat(other.open()).isEqualTo(1);
        }
    }

    @Test
    void reaperClosesAfterMaxLifetime() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client = client(PoolSettings.builder().maxLifetime(Duration.ofMillis(200)))) {

            fetch(client, server);

            await().atMost(PATIENCE).until(() -> closed(client, CloseReason.MAX_LIFETIME) == 1);
            awaitNothingOpen(client, server);
        }
    }

    @Test
    void keepAliveHintEndsAnIdleConnection() throws Exception {
        // One second less than the server says is no time at all.
        try (ScriptedServer server = ScriptedServer.start(
                        always("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nhi"));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            fetch(client, server);

            await().atMost(PATIENCE).until(() -> closed(client, CloseReason.KEEP_ALIVE_HINT) == 1);
            awaitNothingOpen(client, server);
        }
    }

    @Test
    void keepAliveMaxCountsDown() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    for (int left = 2; peer.readRequestOrEnd() != null; left--) {
                        peer.send("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=60, max=" + left
                                + "\r\nContent-Length: 2\r\n\r\nhi");
                    }
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            for (int i = 0; i < 6; i++) {
                fetch(client, server);
            }

            assertThat(server.accepted()).isEqualTo(2);
            assertThat(closed(client, CloseReason.KEEP_ALIVE_HINT)).isEqualTo(2);
        }
    }

    @Test
    void keepAliveHintsCanBeIgnored() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(
                        always("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1, max=0\r\nContent-Length: 2\r\n\r\nhi"));
                PooledHttpClient client = client(PoolSettings.builder().keepAliveHints(false))) {

            fetch(client, server);
            fetch(client, server);

            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @Test
    void oldestIdleConnectionGivesWayAtMaxIdle() throws Exception {
        CyclicBarrier allThere = new CyclicBarrier(3);
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    allThere.await();
                    peer.send(ok("hi"));
                    peer.awaitEnd();
                });
                PooledHttpClient client = client(PoolSettings.builder().maxIdlePerHost(1))) {
            CompletableFuture<?>[] calls = new CompletableFuture<?>[3];
            for (int i = 0; i < 3; i++) {
                calls[i] = EndToEnd.inBackground(() -> fetch(client, server));
            }

            CompletableFuture.allOf(calls).join();

            assertThat(totals(client).idle()).isEqualTo(1);
            assertThat(closed(client, CloseReason.MAX_IDLE)).isEqualTo(2);
            await().atMost(PATIENCE).until(() -> server.open() == 1);
        }
    }

    @Test
    void evictedConnectionsAreClosed() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            fetch(client, server);

            client.evictIdle(Origin.of(server.uri("/")));

            assertThat(closed(client, CloseReason.EVICTED)).isEqualTo(1);
            awaitNothingOpen(client, server);
        }
    }

    @Test
    void retiredConnectionIsClosedOnItsReturn() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    asked.countDown();
                    answer.await();
                    peer.send(ok("hi"));
                    peer.awaitEnd();
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            CompletableFuture<String> call = EndToEnd.inBackground(() -> fetch(client, server));
            asked.await();

            client.retire();
            answer.countDown();

            assertThat(call.join()).isEqualTo("hi");
            assertThat(closed(client, CloseReason.RETIRED)).isEqualTo(1);
            awaitNothingOpen(client, server);
        }
    }
}
