// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.awaitNothingInUse;
import static io.github.pooledclient.EndToEnd.awaitNothingOpen;
import static io.github.pooledclient.EndToEnd.clientWithReadTimeout;
import static io.github.pooledclient.EndToEnd.closed;
import static io.github.pooledclient.EndToEnd.fetch;
import static io.github.pooledclient.EndToEnd.get;
import static io.github.pooledclient.EndToEnd.totals;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.EndToEnd.Way;
import io.github.pooledclient.pool.AcquireTimeoutException;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.testing.FullBacklog;
import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.TestCertificates;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Time ends each phase, with a message that names it and the state of the request. */
class TimeoutTest {

    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
    // What passes only after the peer has done its part: on a busy machine too.
    private static final long AFTER_THE_PEER = 1000;

    private static void timesOut(ThrowingCallable call, String message, RequestState state) {
        assertThatThrownBy(call)
                .isInstanceOf(HttpTimeoutException.class)
                .isNotInstanceOf(HttpConnectTimeoutException.class)
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(RequestState.of(e)).isEqualTo(state));
    }

    private static void timesOutBeforeItIsSent(ThrowingCallable call, String... words) {
        assertThatThrownBy(call)
                .isInstanceOf(HttpConnectTimeoutException.class)
                .hasMessageContainingAll(words)
                .satisfies(e -> assertThat(RequestState.of(e)).isEqualTo(RequestState.NOT_SENT));
    }

    private static HttpRequest getWithTimeout(ScriptedServer server, long millis) {
        return HttpRequest.newBuilder(server.uri("/"))
                .timeout(Duration.ofMillis(millis))
                .build();
    }

    /** A server that has its only connection in use until the test ends. */
    private static void whileTheOnlyConnectionIsInUse(Consumer<PoolSettings.Builder> pool, Waiting waiting)
            throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        PoolSettings.Builder settings = PoolSettings.builder().maxConnectionsPerHost(1);
        pool.accept(settings);
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    while (peer.readRequestOrEnd() != null) {
                        busy.countDown();
                        done.await();
                        peer.send(ok("hi"));
                    }
                });
                PooledHttpClient client = EndToEnd.client(settings)) {
            var other = EndToEnd.inBackground(() -> fetch(client, server));
            busy.await();

            waiting.happens(client, server);

            assertThat(totals(client).pending()).isZero();
            done.countDown();
            assertThat(EndToEnd.get(other)).isEqualTo("hi");
            assertThat(fetch(client, server)).isEqualTo("hi");
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    private interface Waiting {
        void happens(PooledHttpClient client, ScriptedServer server) throws Exception;
    }

    @ParameterizedTest
    @EnumSource
    void acquireTimeoutSaysWhoHoldsWhat(Way way) throws Exception {
        whileTheOnlyConnectionIsInUse(
                pool -> pool.acquireTimeout(Duration.ofMillis(AFTER_THE_PEER)), (client, server) -> {
                    assertThatThrownBy(() -> way.send(client, get(server), BodyHandlers.ofString()))
                            .isInstanceOf(AcquireTimeoutException.class)
                            .hasMessageContaining("no connection to http://localhost:" + server.port() + " within ")
                            .hasMessageContaining("1 of 1 leased, 0 idle")
                            .hasMessageContaining("oldest lease")
                            .satisfies(e -> assertThat(RequestState.of(e)).isEqualTo(RequestState.NOT_SENT));
                    assertThat(totals(client).acquireTimeouts()).isEqualTo(1);
                });
    }

    @Test
    void requestTimeoutCoversTheWaitForAConnection() throws Exception {
        whileTheOnlyConnectionIsInUse(
                pool -> {},
                (client, server) -> timesOutBeforeItIsSent(
                        () -> EndToEnd.send(client, getWithTimeout(server, 200)), "no connection to", "1 of 1 leased"));
    }

    @Test
    void acquireTimeoutOfZeroDoesNotWait() throws Exception {
        whileTheOnlyConnectionIsInUse(
                pool -> pool.acquireTimeout(Duration.ZERO),
                (client, server) ->
                        assertThatThrownBy(() -> fetch(client, server)).isInstanceOf(AcquireTimeoutException.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost"})
    void connectTimeoutNamesTheAddress(String host) throws Exception {
        try (FullBacklog full = new FullBacklog();
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .connectTimeout(Duration.ofMillis(AFTER_THE_PEER))
                        .build()) {
            URI uri = URI.create("http://" + host + ":" + full.port() + "/");

            timesOutBeforeItIsSent(
                    () -> client.send(get(uri), BodyHandlers.ofString()), "connecting to", "127.0.0.1:" + full.port());

            awaitNothingInUse(client);
            assertThat(totals(client).connectFailures()).isEqualTo(1);
        }
    }

    @Test
    void acquireTimeoutCoversTheConnect() throws Exception {
        try (FullBacklog full = new FullBacklog();
                PooledHttpClient client =
                        EndToEnd.client(PoolSettings.builder().acquireTimeout(Duration.ofMillis(300)))) {
            URI uri = URI.create("http://127.0.0.1:" + full.port() + "/");

            timesOutBeforeItIsSent(() -> client.send(get(uri), BodyHandlers.ofString()), "connecting to");

            awaitNothingInUse(client);
        }
    }

    @Test
    void requestTimeoutCoversTheConnect() throws Exception {
        try (FullBacklog full = new FullBacklog();
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + full.port() + "/"))
                    .timeout(Duration.ofMillis(300))
                    .build();

            timesOutBeforeItIsSent(() -> client.send(request, BodyHandlers.ofString()), "connecting to");

            awaitNothingInUse(client);
        }
    }

    @Test
    void connectTimeoutCoversTheTlsHandshake() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(Peer::awaitEnd);
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .sslContext(TestCertificates.client())
                        .connectTimeout(Duration.ofMillis(AFTER_THE_PEER))
                        .build()) {
            URI uri = URI.create("https://localhost:" + server.port() + "/");

            timesOutBeforeItIsSent(() -> client.send(get(uri), BodyHandlers.ofString()), "TLS handshake");

            awaitNothingOpen(client, server);
        }
    }

    @Test
    void readTimeoutEndsAWriteThatMakesNoProgress() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(Peer::stall);
                PooledHttpClient client = clientWithReadTimeout(300)) {
            HttpRequest request = HttpRequest.newBuilder(server.uri("/"))
                    .POST(BodyPublishers.ofByteArray(new byte[50_000_000]))
                    .build();

            timesOut(() -> EndToEnd.send(client, request), "writing the request", RequestState.MAYBE_SENT);

            awaitNothingInUse(client);
            assertThat(closed(client, CloseReason.TIMEOUT)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void readTimeoutEndsTheWaitForTheFirstByte(Way way) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(Peer::awaitEnd);
                PooledHttpClient client = clientWithReadTimeout(200)) {

            timesOut(
                    () -> way.send(client, get(server), BodyHandlers.ofString()),
                    "no byte from http://localhost:" + server.port() + " within 200ms, waiting for the response head",
                    RequestState.MAYBE_SENT);

            awaitNothingOpen(client, server);
        }
    }

    @Test
    void readTimeoutEndsAStallWithinTheHead() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nConte");
                    peer.awaitEnd();
                });
                PooledHttpClient client = clientWithReadTimeout(AFTER_THE_PEER)) {

            timesOut(() -> fetch(client, server), "waiting for the response head", RequestState.RESPONSE_STARTED);

            awaitNothingOpen(client, server);
        }
    }

    @ParameterizedTest
    @EnumSource
    void readTimeoutEndsAStallWithinTheBody(Way way) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send(HEAD + "hello");
                    peer.awaitEnd();
                });
                PooledHttpClient client = clientWithReadTimeout(AFTER_THE_PEER)) {

            timesOut(
                    () -> way.send(client, get(server), BodyHandlers.ofString()),
                    "reading the response body",
                    RequestState.RESPONSE_STARTED);

            assertThat(closed(client, CloseReason.TIMEOUT)).isEqualTo(1);
            awaitNothingOpen(client, server);
        }
    }

    @Test
    void readTimeoutEndsAStallOfAStream() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send(HEAD + "hello");
                    peer.awaitEnd();
                });
                PooledHttpClient client = clientWithReadTimeout(AFTER_THE_PEER);
                InputStream body =
                        client.send(get(server), BodyHandlers.ofInputStream()).body()) {
            body.readNBytes(5);

            timesOut(body::read, "reading the response body", RequestState.RESPONSE_STARTED);

            awaitNothingOpen(client, server);
        }
    }

    @Test
    void readTimeoutIsOfSilenceNotOfTheWhole() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n");
                    for (int i = 0; i < 12; i++) {
                        // Together longer than the timeout.
                        Thread.sleep(100);
                        peer.send("x");
                    }
                    peer.awaitEnd();
                });
                PooledHttpClient client = clientWithReadTimeout(AFTER_THE_PEER)) {

            assertThat(fetch(client, server)).isEqualTo("x".repeat(12));
        }
    }

    @Test
    void requestTimeoutEndsTheWaitForTheFirstByte() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(Peer::awaitEnd);
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            timesOut(
                    () -> EndToEnd.send(client, getWithTimeout(server, AFTER_THE_PEER)),
                    "waiting for the response head",
                    RequestState.MAYBE_SENT);

            awaitNothingOpen(client, server);
        }
    }

    @ParameterizedTest
    @EnumSource
    void requestTimeoutCoversABodyThatDribbles(Way way) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
                    dribbleUntilClosed(peer);
                });
                PooledHttpClient client = clientWithReadTimeout(10_000)) {

            timesOut(
                    () -> way.send(client, getWithTimeout(server, AFTER_THE_PEER), BodyHandlers.ofString()),
                    "reading the response body",
                    RequestState.RESPONSE_STARTED);

            awaitNothingOpen(client, server);
        }
    }

    private static void dribbleUntilClosed(Peer peer) throws InterruptedException {
        try {
            while (true) {
                peer.send("x");
                Thread.sleep(20);
            }
        } catch (IOException gone) {
            // What the script waits for.
        }
    }

    @Test
    void requestTimeoutCoversAStreamThatIsReadLater() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
                    dribbleUntilClosed(peer);
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient();
                InputStream body = client.send(getWithTimeout(server, AFTER_THE_PEER), BodyHandlers.ofInputStream())
                        .body()) {

            timesOut(body::readAllBytes, "reading the response body", RequestState.RESPONSE_STARTED);

            awaitNothingOpen(client, server);
        }
    }

    @Test
    void requestTimeoutCoversAllAnswersToRedirects() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    while (peer.readRequestOrEnd() != null) {
                        Thread.sleep(50);
                        peer.send("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n");
                        if (peer.readRequestOrEnd() != null) {
                            peer.awaitEnd();
                        }
                    }
                });
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .followRedirects(java.net.http.HttpClient.Redirect.ALWAYS)
                        .build()) {

            timesOut(
                    () -> EndToEnd.send(client, getWithTimeout(server, AFTER_THE_PEER)),
                    "waiting for the response head",
                    RequestState.MAYBE_SENT);

            awaitNothingOpen(client, server);
        }
    }

    @Test
    void sleepingConsumerOfAStreamIsNotASilentPeer() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send(HEAD + "hello");
                    peer.readHead();
                });
                PooledHttpClient client = clientWithReadTimeout(AFTER_THE_PEER);
                InputStream body =
                        client.send(get(server), BodyHandlers.ofInputStream()).body()) {
            body.readNBytes(2);

            // The thing itself, not synchronisation: longer than the read timeout.
            Thread.sleep(AFTER_THE_PEER + 100);

            assertThat(body.readNBytes(3)).asString().isEqualTo("llo");
        }
    }
}
