// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.PATIENCE;
import static org.awaitility.Awaitility.await;

import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.testing.FullBacklog;
import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.TestCertificates;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A request that no time limit ends, stuck in one phase. */
final class StuckCall implements AutoCloseable {

    /** Where a call can be stuck. */
    enum Phase {
        WAITING_FOR_A_CONNECTION,
        CONNECTING,
        TLS_HANDSHAKE,
        WAITING_FOR_THE_PUBLISHER,
        WAITING_FOR_100_CONTINUE,
        WRITING,
        WAITING_FOR_THE_HEAD,
        READING_THE_BODY
    }

    private final PooledHttpClient client = PooledHttpClient.newBuilder()
            .pool(PoolSettings.builder()
                    .maxConnectionsPerHost(1)
                    .acquireTimeout(Duration.ofMinutes(1))
                    .build())
            .readTimeout(Duration.ZERO)
            .connectTimeout(Duration.ofMinutes(1))
            .sslContext(TestCertificates.client())
            .build();
    private final Deque<Closeable> resources = new ArrayDeque<>();
    private final CountDownLatch reached = new CountDownLatch(1);
    private final Phase phase;
    // The call that has the only connection, if there is one.
    private CompletableFuture<String> other = CompletableFuture.completedFuture("");
    private final HttpRequest request;

    StuckCall(Phase phase) throws Exception {
        this.phase = phase;
        this.request = switch (phase) {
            case WAITING_FOR_A_CONNECTION -> behindAnother();
            case CONNECTING -> toNobody();
            case TLS_HANDSHAKE ->
                EndToEnd.get(
                        URI.create("https://localhost:" + server(this::hasBegun).port() + "/"));
            case WAITING_FOR_THE_PUBLISHER ->
                HttpRequest.newBuilder(server(this::hasSentHead).uri("/"))
                        .POST(BodyPublishers.fromPublisher(subscriber -> {}))
                        .build();
            case WAITING_FOR_100_CONTINUE ->
                HttpRequest.newBuilder(server(this::hasSentHead).uri("/"))
                        .expectContinue(true)
                        .POST(BodyPublishers.ofByteArray(new byte[50_000_000]))
                        .build();
            case WRITING ->
                HttpRequest.newBuilder(server(this::hasSentHead).uri("/"))
                        .POST(BodyPublishers.ofByteArray(new byte[50_000_000]))
                        .build();
            case WAITING_FOR_THE_HEAD -> EndToEnd.get(server(this::hasSentHead).uri("/"));
            case READING_THE_BODY ->
                EndToEnd.get(server(peer -> {
                            peer.readRequest();
                            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nhello");
                            reached.countDown();
                            peer.stall();
                        })
                        .uri("/"));
        };
    }

    private ScriptedServer server(ScriptedServer.Script script) throws Exception {
        ScriptedServer server = ScriptedServer.start(script);
        resources.push(server::close);
        return server;
    }

    private void hasBegun(Peer peer) throws Exception {
        peer.readBytes(1);
        reached.countDown();
        peer.stall();
    }

    private void hasSentHead(Peer peer) throws Exception {
        peer.readHead();
        reached.countDown();
        peer.stall();
    }

    private HttpRequest toNobody() throws Exception {
        FullBacklog full = new FullBacklog();
        resources.push(full::close);
        return EndToEnd.get(URI.create("http://127.0.0.1:" + full.port() + "/"));
    }

    private HttpRequest behindAnother() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        ScriptedServer server = server(peer -> {
            peer.readRequest();
            busy.countDown();
            peer.stall();
        });
        PooledHttpClient owner = client;
        other = EndToEnd.inBackground(() -> EndToEnd.fetch(owner, server));
        busy.await();
        return EndToEnd.get(server);
    }

    PooledHttpClient client() {
        return client;
    }

    HttpRequest request() {
        return request;
    }

    /** Waits until the call has come to its phase; it must have been sent. */
    void awaitReached() throws InterruptedException {
        switch (phase) {
            case WAITING_FOR_A_CONNECTION ->
                await().atMost(PATIENCE).until(() -> EndToEnd.totals(client).pending() == 1);
            case CONNECTING ->
                await().atMost(PATIENCE).until(() -> EndToEnd.totals(client).connecting() == 1);
            default -> {
                if (!reached.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    throw new AssertionError("never came to " + phase);
                }
            }
        }
    }

    /** Waits until the call has given back all it had; another one may still be under way. */
    void awaitNothingLeft() {
        int others = phase == Phase.WAITING_FOR_A_CONNECTION ? 1 : 0;
        await().pollInterval(Duration.ofMillis(5)).atMost(PATIENCE).until(() -> {
            var now = EndToEnd.totals(client);
            return now.active() == others && now.pending() == 0 && now.connecting() == 0;
        });
    }

    @Override
    public void close() throws IOException {
        // What was stuck on purpose is not waited for.
        client.shutdownNow();
        while (!resources.isEmpty()) {
            resources.pop().close();
        }
        client.close();
        // Its call has ended; its thread may be a moment behind.
        await().atMost(PATIENCE).until(other::isDone);
    }
}
