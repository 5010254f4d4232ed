// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.PATIENCE;
import static io.github.pooledclient.EndToEnd.awaitNothingInUse;
import static io.github.pooledclient.EndToEnd.awaitNothingOpen;
import static io.github.pooledclient.EndToEnd.closed;
import static io.github.pooledclient.EndToEnd.fetch;
import static io.github.pooledclient.EndToEnd.get;
import static io.github.pooledclient.EndToEnd.inBackground;
import static io.github.pooledclient.EndToEnd.totals;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pooledclient.EndToEnd.Way;
import io.github.pooledclient.micrometer.PooledHttpClientMetrics;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.testing.CapturedLog;
import io.github.pooledclient.testing.RecordingPoolListener;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.TestCertificates;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A response that nobody has any more, and nobody has read or closed: its connection is taken back, and counted. */
class UnreachableBodyTest {

    /** The bodies that a user can have before they have come. */
    enum Body {
        STREAM {
            @Override
            void drop(Way way, PooledHttpClient client, ScriptedServer server) throws Exception {
                way.send(client, get(server), BodyHandlers.ofInputStream());
            }
        },
        STREAM_BEGUN {
            @Override
            void drop(Way way, PooledHttpClient client, ScriptedServer server) throws Exception {
                InputStream body = way.send(client, get(server), BodyHandlers.ofInputStream())
                        .body();
                assertThat(body.readNBytes(3)).hasSize(3);
            }
        },
        JDK_STREAM {
            @Override
            void drop(Way way, PooledHttpClient client, ScriptedServer server) throws Exception {
                way.send(client, get(server), BodyHandlers.buffering(BodyHandlers.ofInputStream(), 100));
            }
        },
        MAPPED_STREAM {
            @Override
            void drop(Way way, PooledHttpClient client, ScriptedServer server) throws Exception {
                way.send(
                        client,
                        get(server),
                        info -> BodySubscribers.mapping(BodySubscribers.ofInputStream(), MAPPED_STREAM::begun));
            }
        },
        LINES {
            @Override
            void drop(Way way, PooledHttpClient client, ScriptedServer server) throws Exception {
                way.send(client, get(server), BodyHandlers.ofLines());
            }
        },
        LINES_BEGUN {
            @Override
            void drop(Way way, PooledHttpClient client, ScriptedServer server) throws Exception {
                Iterator<String> lines = way.send(client, get(server), BodyHandlers.ofLines())
                        .body()
                        .iterator();
                assertThat(lines.next()).isEqualTo("line");
            }
        },
        PUBLISHER {
            @Override
            void drop(Way way, PooledHttpClient client, ScriptedServer server) throws Exception {
                way.send(client, get(server), BodyHandlers.ofPublisher());
            }
        },
        PUBLISHER_BEGUN {
            @Override
            void drop(Way way, PooledHttpClient client, ScriptedServer server) throws Exception {
                AsksOnce subscriber = new AsksOnce();
                way.send(client, get(server), BodyHandlers.ofPublisher()).body().subscribe(subscriber);
                assertThat(subscriber.served.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
            }
        },
        SUBSCRIBER_OF_THE_USERS {
            @Override
            void drop(Way way, PooledHttpClient client, ScriptedServer server) throws Exception {
                AsksOnce subscriber = new AsksOnce();
                way.send(client, get(server), info -> subscriber);
                assertThat(subscriber.served.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
            }
        };

        InputStream begun(InputStream stream) {
            try {
                assertThat(stream.read()).isEqualTo('l');
                return stream;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        /** Receives a response, and forgets it: in a frame of its own, which would keep it. */
        abstract void drop(Way way, PooledHttpClient client, ScriptedServer server) throws Exception;
    }

    /** Asks for one piece and then no more; its own body is there from the beginning. */
    private static final class AsksOnce implements BodySubscriber<AsksOnce> {

        private final CountDownLatch served = new CountDownLatch(1);

        // As most do: what it has been given leads back to it.
        @SuppressWarnings("unused")
        private Flow.@Nullable Subscription subscription;

        private boolean hasAsked;

        @Override
        public CompletionStage<AsksOnce> getBody() {
            return CompletableFuture.completedFuture(this);
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(1);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            if (buffers.isEmpty() && !hasAsked) {
                // The first answer to a subscriber like this has nothing in it.
                hasAsked = true;
                subscription.request(1);
            } else {
                served.countDown();
            }
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onComplete() {}
    }

    static Stream<Arguments> bodiesByWay() {
        return Stream.of(Body.values()).flatMap(body -> Stream.of(Way.values()).map(way -> Arguments.of(body, way)));
    }

    private static final String MUCH = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + "line\n".repeat(200_000);

    private static PoolSettings.Builder oneConnection() {
        return PoolSettings.builder().maxConnectionsPerHost(1).acquireTimeout(PATIENCE);
    }

    private static void awaitLeaks(PooledHttpClient client, int count) {
        await().pollInterval(Duration.ofMillis(20)).atMost(PATIENCE).untilAsserted(() -> {
            System.gc();
            assertThat(closed(client, CloseReason.LEAKED)).isEqualTo(count);
        });
    }

    /** Proves that the collector has run, and that the reaper has looked at what it found. */
    private static void collectGarbage() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(MUCH));
                PooledHttpClient another = PooledHttpClient.newHttpClient()) {
            Body.STREAM.drop(Way.SEND, another, server);
            awaitLeaks(another, 1);
        }
    }

    @ParameterizedTest
    @MethodSource("bodiesByWay")
    void permitOfADroppedResponseComesBack(Body body, Way way) throws Exception {
        RecordingPoolListener listener = new RecordingPoolListener();
        try (ScriptedServer server = ScriptedServer.start(always(MUCH), always(ok("next")));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .pool(oneConnection().build())
                        .listener(listener)
                        .build()) {
            body.drop(way, client, server);

            awaitLeaks(client, 1);

            assertThat(fetch(client, server)).isEqualTo("next");
            assertThat(totals(client).leaks()).isEqualTo(1);
            assertThat(listener.events())
                    .filteredOn(event -> event.startsWith("leaked"))
                    .hasSize(1);
            awaitNothingInUse(client);
        }
    }

    @ParameterizedTest
    @EnumSource
    void silentPeerMakesNoDifference(Way way) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\n\r\n");
                    peer.awaitEnd();
                });
                PooledHttpClient client =
                        PooledHttpClient.newBuilder().readTimeout(Duration.ZERO).build()) {
            Body.STREAM.drop(way, client, server);
            Body.LINES.drop(way, client, server);
            Body.PUBLISHER.drop(way, client, server);

            awaitLeaks(client, 3);

            awaitNothingOpen(client, server);
        }
    }

    @ParameterizedTest
    @EnumSource
    void callerThatWaitsGetsThePermitOfADroppedResponse(Way way) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(MUCH), always(ok("next")));
                PooledHttpClient client = EndToEnd.client(oneConnection())) {
            Body.STREAM.drop(way, client, server);
            CompletableFuture<String> waiting = inBackground(() -> fetch(client, server));

            awaitLeaks(client, 1);

            assertThat(get(waiting)).isEqualTo("next");
        }
    }

    @ParameterizedTest
    @EnumSource
    void droppedResponseOverTlsGivesItsConnectionBack(Way way) throws Exception {
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(MUCH));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .sslContext(TestCertificates.client())
                        .build()) {
            Body.LINES_BEGUN.drop(way, client, server);

            awaitLeaks(client, 1);

            awaitNothingOpen(client, server);
        }
    }

    @ParameterizedTest
    @EnumSource
    void droppedResponseThatIsDecompressedGivesItsConnectionBack(Way way) throws Exception {
        ByteArrayOutputStream coded = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(coded)) {
            gzip.write("line\n".repeat(1_000_000).getBytes(StandardCharsets.US_ASCII));
        }
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + coded.size()
                            + "\r\n\r\n");
                    peer.send(coded.toByteArray());
                    peer.awaitEnd();
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            Body.LINES_BEGUN.drop(way, client, server);

            awaitLeaks(client, 1);

            awaitNothingOpen(client, server);
        }
    }

    @Test
    @SuppressWarnings("FutureReturnValueIgnored") // that is what it is about
    void futureThatNobodyWaitedForIsDroppedWithItsResponse() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(MUCH));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            client.sendAsync(get(server), BodyHandlers.ofPublisher());

            awaitLeaks(client, 1);

            awaitNothingOpen(client, server);
        }
    }

    @Test
    void futureOfTheStatusDoesNotKeepTheResponse() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(MUCH));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            CompletableFuture<Integer> status =
                    client.sendAsync(get(server), BodyHandlers.ofLines()).thenApply(HttpResponse::statusCode);

            awaitLeaks(client, 1);

            assertThat(get(status)).isEqualTo(200);
        }
    }

    @Test
    void warningNamesTheOriginAndWhatWouldTellMore() throws Exception {
        try (CapturedLog log = new CapturedLog();
                ScriptedServer server = ScriptedServer.start(always(MUCH));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            Body.STREAM.drop(Way.SEND, client, server);

            awaitLeaks(client, 1);

            assertThat(log.linesWith("its response was dropped"))
                    .singleElement()
                    .asString()
                    .contains("WARN")
                    .containsPattern("http://localhost:" + server.port() + " was closed after [0-9]+m?s in use")
                    .contains("Leak detection would tell where it was acquired");
        }
    }

    @ParameterizedTest
    @EnumSource
    void warningHasTheStackOfTheCallerWithLeakDetection(Way way) throws Exception {
        try (CapturedLog log = new CapturedLog();
                ScriptedServer server = ScriptedServer.start(always(MUCH));
                PooledHttpClient client =
                        EndToEnd.client(PoolSettings.builder().leakDetectionThreshold(Duration.ofHours(1)))) {
            Body.STREAM.drop(way, client, server);

            awaitLeaks(client, 1);

            assertThat(log.linesWith("its response was dropped")).hasSize(1);
            String caller = way == Way.SEND
                    ? "acquired here, by thread test-caller"
                    : "sent here, by thread " + Thread.currentThread().getName();
            assertThat(log.text()).contains(caller).contains(".EndToEnd$Way$");
        }
    }

    @Test
    void responseThatWasHeldTooLongAndThenDroppedIsCountedOnce() throws Exception {
        RecordingPoolListener listener = new RecordingPoolListener();
        try (ScriptedServer server = ScriptedServer.start(always(MUCH));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .pool(PoolSettings.builder()
                                .leakDetectionThreshold(Duration.ofMillis(1))
                                .build())
                        .listener(listener)
                        .build()) {
            dropOnceReported(client, server);

            awaitLeaks(client, 1);

            assertThat(totals(client).leaks()).isEqualTo(1);
            assertThat(listener.events())
                    .filteredOn(event -> event.startsWith("leaked"))
                    .hasSize(1);
        }
    }

    private static void dropOnceReported(PooledHttpClient client, ScriptedServer server) throws Exception {
        InputStream body =
                client.send(get(server), BodyHandlers.ofInputStream()).body();
        await().atMost(PATIENCE).until(() -> totals(client).leaks() == 1);
        assertThat(body.read()).isEqualTo('l');
    }

    @ParameterizedTest
    @EnumSource
    void responsesThatWereReadOrClosedAreNoLeaks(Way way) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(MUCH));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            readOrClose(way, client, server);

            collectGarbage();

            assertThat(totals(client).leaks()).isZero();
            awaitNothingInUse(client);
        }
    }

    private static void readOrClose(Way way, PooledHttpClient client, ScriptedServer server) throws Exception {
        way.send(client, get(server), BodyHandlers.ofString());
        way.send(client, get(server), BodyHandlers.ofInputStream()).body().readAllBytes();
        way.send(client, get(server), BodyHandlers.ofInputStream()).body().close();
        way.send(client, get(server), BodyHandlers.ofLines()).body().forEach(line -> {});
        way.send(client, get(server), BodyHandlers.ofLines()).body().close();
        awaitNothingInUse(client);
    }

    // ---- together with the client

    @ParameterizedTest
    @EnumSource
    void clientIsDroppedWithItsResponse(Way way) throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (ScriptedServer server = ScriptedServer.start(always(MUCH))) {
            WeakReference<PooledHttpClient> client = dropped(way, server, registry);

            await().pollInterval(Duration.ofMillis(20)).atMost(PATIENCE).untilAsserted(() -> {
                System.gc();
                assertThat(client.get()).isNull();
                assertThat(server.open()).isZero();
            });

            assertThat(registry.get("http.client.pool.leaks").counter().count()).isEqualTo(2);
        }
    }

    private static WeakReference<PooledHttpClient> dropped(Way way, ScriptedServer server, SimpleMeterRegistry registry)
            throws Exception {
        PooledHttpClient client = PooledHttpClient.newHttpClient();
        new PooledHttpClientMetrics(client, "dropped").bindTo(registry);
        Body.STREAM_BEGUN.drop(way, client, server);
        Body.LINES_BEGUN.drop(way, client, server);
        way.send(client, get(server), BodyHandlers.ofInputStream()).body().close();
        return new WeakReference<>(client);
    }

    @ParameterizedTest
    @EnumSource
    void closeEndsWhenWhatItWaitsForIsDropped(Way way) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(MUCH))) {
            PooledHttpClient client = PooledHttpClient.newHttpClient();
            Body.LINES.drop(way, client, server);

            CompletableFuture<Void> closing = inBackground(() -> {
                client.close();
                return null;
            });

            await().pollInterval(Duration.ofMillis(20)).atMost(PATIENCE).until(() -> {
                System.gc();
                return closing.isDone();
            });
            assertThat(server.awaitNoneOpen(PATIENCE)).isTrue();
        }
    }

    @Test
    void responseOfAViewIsTakenBackAfterThePoolWasClosed() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(MUCH))) {
            PooledHttpClient client = PooledHttpClient.newHttpClient();
            PooledHttpClient view = client.toBuilder().build();
            Body.LINES.drop(Way.SEND, view, server);

            client.close();

            awaitLeaks(view, 1);
            assertThat(server.awaitNoneOpen(PATIENCE)).isTrue();
        }
    }

    // ---- what is still in use

    @ParameterizedTest
    @EnumSource
    void streamThatOnlyItsReaderHasIsReadToItsEnd(Way way) throws Exception {
        CountDownLatch mayGoOn = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + "x".repeat(100_000));
                    begun.countDown();
                    mayGoOn.await();
                    peer.send("x".repeat(100_000));
                    peer.awaitEnd();
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            CompletableFuture<Integer> length = inBackground(() -> lengthOf(
                    way.send(client, get(server), BodyHandlers.ofInputStream()).body()));
            begun.await();

            collectGarbage();

            mayGoOn.countDown();
            assertThat(get(length)).isEqualTo(200_000);
            assertThat(totals(client).leaks()).isZero();
        }
    }

    private static int lengthOf(InputStream stream) throws IOException {
        int length = 0;
        byte[] some = new byte[1000];
        for (int count = stream.read(some); count >= 0; count = stream.read(some)) {
            length += count;
        }
        return length;
    }

    // Threads that look up a name get little of a machine that does nothing but collect.
    private static PooledHttpClient patientClient() {
        Duration patience = Duration.ofMinutes(1);
        return PooledHttpClient.newBuilder()
                .pool(PoolSettings.builder().acquireTimeout(patience).build())
                .connectTimeout(patience)
                .build();
    }

    @Test
    void streamsAreReadToTheirEndWhileGarbageIsCollected() throws Exception {
        // Compiled, the caller has no more use for its stream than the last read, and that one none but for its fields.
        try (ScriptedServer server = ScriptedServer.start(always(ok("x".repeat(50_000))));
                PooledHttpClient client = patientClient()) {
            CompletableFuture<Integer> wrong = inBackground(() -> {
                int others = 0;
                for (int i = 0; i < 10; i++) {
                    others += lengthOf(client.send(get(server), BodyHandlers.ofInputStream())
                                            .body())
                                    == 50_000
                            ? 0
                            : 1;
                }
                return others;
            });

            while (!wrong.isDone()) {
                System.gc();
            }

            assertThat(get(wrong)).isZero();
            assertThat(totals(client).leaks()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void subscriberThatHasAskedIsServedThoughNobodyElseHasIt(Way way) throws Exception {
        CountDownLatch mayGoOn = new CountDownLatch(1);
        CountDownLatch completed = new CountDownLatch(1);
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
                    mayGoOn.await();
                    peer.send("hello");
                    peer.awaitEnd();
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            CompletableFuture<Void> subscribed = inBackground(() -> {
                way.send(client, get(server), BodyHandlers.ofPublisher()).body().subscribe(new AsksForAll(completed));
                return null;
            });
            await().atMost(PATIENCE).until(() -> totals(client).active() == 1);

            collectGarbage();

            mayGoOn.countDown();
            assertThat(completed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            get(subscribed);
            assertThat(totals(client).leaks()).isZero();
        }
    }

    /** Nobody else has the subscription. */
    private record AsksForAll(CountDownLatch completed) implements Flow.Subscriber<List<ByteBuffer>> {

        @Override
        public void onSubscribe(Flow.Subscription given) {
            given.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onComplete() {
            completed.countDown();
        }
    }

    @ParameterizedTest
    @EnumSource
    void responseThatIsHeldIsNoLeak(Way way) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(MUCH));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            HttpResponse<InputStream> stream = way.send(client, get(server), BodyHandlers.ofInputStream());
            HttpResponse<Stream<String>> lines = way.send(client, get(server), BodyHandlers.ofLines());

            collectGarbage();

            assertThat(stream.body().readAllBytes()).hasSize(1_000_000);
            assertThat(lines.body().count()).isEqualTo(200_000);
            assertThat(totals(client).leaks()).isZero();
        }
    }
}
