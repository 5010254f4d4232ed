// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.awaitNothingInUse;
import static io.github.pooledclient.EndToEnd.awaitNothingOpen;
import static io.github.pooledclient.EndToEnd.fetch;
import static io.github.pooledclient.EndToEnd.send;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.EndToEnd.Way;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What publishers give is what the server gets, or the call fails. */
class RequestBodiesTest {

    private static final byte[] BIG = new byte[3_000_000];

    static {
        new Random(1).nextBytes(BIG);
    }

    @TempDir
    static Path directory;

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("publishers")
    void bodyArrivesAsPublished(Way way, String what, BodyPublisher publisher, byte[] expected) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("thanks")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            HttpRequest request = to(server, publisher);

            HttpResponse<String> response = way.send(client, request, BodyHandlers.ofString());

            assertThat(response.body()).isEqualTo("thanks");
            Peer.Request received = server.lastRequest();
            assertThat(received.body()).isEqualTo(expected);
            boolean known = publisher.contentLength() >= 0;
            assertThat(received.field("Content-Length")).isEqualTo(known ? "" + expected.length : null);
            assertThat(received.field("Transfer-Encoding")).isEqualTo(known ? null : "chunked");
            assertThat(fetch(client, server)).isEqualTo("thanks");
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    static Stream<Arguments> publishers() throws IOException {
        Path file = Files.write(directory.resolve("body"), BIG);
        byte[] hello = "hello".getBytes(StandardCharsets.UTF_8);
        return Stream.of(Way.values())
                .flatMap(way -> Stream.of(
                        Arguments.of(way, "ofString", BodyPublishers.ofString("hello"), hello),
                        Arguments.of(way, "ofString of nothing", BodyPublishers.ofString(""), new byte[0]),
                        Arguments.of(way, "noBody", BodyPublishers.noBody(), new byte[0]),
                        Arguments.of(way, "ofByteArray", BodyPublishers.ofByteArray(BIG), BIG),
                        Arguments.of(
                                way,
                                "a part of a ByteArray",
                                BodyPublishers.ofByteArray(BIG, 7, 100_000),
                                part(100_000)),
                        Arguments.of(
                                way,
                                "ofByteArrays",
                                BodyPublishers.ofByteArrays(List.of(BIG, new byte[0], hello)),
                                both()),
                        Arguments.of(way, "ofFile", ofFile(file), BIG),
                        Arguments.of(
                                way,
                                "ofInputStream",
                                BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(BIG)),
                                BIG),
                        Arguments.of(
                                way,
                                "an empty InputStream",
                                BodyPublishers.ofInputStream(InputStream::nullInputStream),
                                new byte[0]),
                        Arguments.of(
                                way,
                                "fromPublisher",
                                BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(BIG)),
                                BIG),
                        Arguments.of(
                                way,
                                "fromPublisher with a length",
                                BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(BIG), BIG.length),
                                BIG),
                        Arguments.of(way, "empty buffers", Pieces.of(-1, "", "hel", "", "lo", ""), hello),
                        Arguments.of(
                                way, "empty buffers with a length", Pieces.of(5, "", "hel", "", "lo", ""), hello)));
    }

    private static BodyPublisher ofFile(Path file) {
        try {
            return BodyPublishers.ofFile(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] part(int length) {
        return Arrays.copyOfRange(BIG, 7, 7 + length);
    }

    private static byte[] both() {
        byte[] both = Arrays.copyOf(BIG, BIG.length + 5);
        System.arraycopy("hello".getBytes(StandardCharsets.UTF_8), 0, both, BIG.length, 5);
        return both;
    }

    private static HttpRequest to(ScriptedServer server, BodyPublisher publisher) {
        return HttpRequest.newBuilder(server.uri("/")).POST(publisher).build();
    }

    @Test
    void emptyPostSaysThatItIsEmpty() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            send(client, to(server, BodyPublishers.noBody()));

            assertThat(server.lastRequest().field("Content-Length")).isEqualTo("0");
        }
    }

    @Test
    void getSaysNothingOfABody() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            fetch(client, server);

            assertThat(server.lastRequest().field("Content-Length")).isNull();
            assertThat(server.lastRequest().field("Transfer-Encoding")).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void publisherMayEmitFromAnotherThread(Way way) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            SubmissionPublisher<ByteBuffer> source = new SubmissionPublisher<>();
            CountDownLatch subscribed = new CountDownLatch(1);
            BodyPublisher body = BodyPublishers.fromPublisher(subscriber -> {
                source.subscribe(subscriber);
                subscribed.countDown();
            });
            EndToEnd.background(() -> {
                EndToEnd.uninterruptibly(subscribed::await);
                for (int i = 0; i < 1000; i++) {
                    source.submit(ByteBuffer.wrap("0123456789".getBytes(StandardCharsets.UTF_8)));
                }
                source.close();
            });

            way.send(client, to(server, body), BodyHandlers.ofString());

            assertThat(server.lastRequest().text()).isEqualTo("0123456789".repeat(1000));
        }
    }

    @Test
    void pieceIsSentBeforeTheNextOneIsThere() throws Exception {
        CountDownLatch firstArrived = new CountDownLatch(1);
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readHead();
                    assertThat(new String(peer.readBytes(10), StandardCharsets.UTF_8))
                            .isEqualTo("5\r\nhello\r\n");
                    firstArrived.countDown();
                    assertThat(new String(peer.readBytes(15), StandardCharsets.UTF_8))
                            .isEqualTo("5\r\nworld\r\n0\r\n\r\n");
                    peer.send(ok("hi"));
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            SubmissionPublisher<ByteBuffer> source = new SubmissionPublisher<>();
            BodyPublisher body = BodyPublishers.fromPublisher(subscriber -> {
                source.subscribe(subscriber);
                source.submit(ByteBuffer.wrap("hello".getBytes(StandardCharsets.UTF_8)));
            });
            CompletableFuture<HttpResponse<String>> call = EndToEnd.inBackground(() -> send(client, to(server, body)));

            assertThat(firstArrived.await(10, TimeUnit.SECONDS)).isTrue();
            source.submit(ByteBuffer.wrap("world".getBytes(StandardCharsets.UTF_8)));
            source.close();

            assertThat(EndToEnd.get(call).body()).isEqualTo("hi");
        }
    }

    @Test
    void earlyAnswerIsSeenWhileThePublisherHasNothing() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readHead();
                    peer.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
                    peer.awaitEnd();
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient();
                SubmissionPublisher<ByteBuffer> silent = new SubmissionPublisher<>()) {

            HttpResponse<String> response = EndToEnd.get(
                    EndToEnd.inBackground(() -> send(client, to(server, BodyPublishers.fromPublisher(silent)))));

            assertThat(response.statusCode()).isEqualTo(403);
            assertThat(response.body()).isEqualTo("no");
            awaitNothingOpen(client, server);
        }
    }

    @ParameterizedTest
    @EnumSource
    void requestTimeoutCoversAPublisherThatNeverEmits(Way way) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(Peer::awaitEnd);
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            BodyPublisher silent = BodyPublishers.fromPublisher(subscriber -> {});
            HttpRequest request = HttpRequest.newBuilder(server.uri("/"))
                    // Time enough to connect.
                    .timeout(Duration.ofSeconds(1))
                    .POST(silent)
                    .build();

            assertThatThrownBy(() -> way.send(client, request, BodyHandlers.ofString()))
                    .isInstanceOf(HttpTimeoutException.class)
                    .hasMessageContaining("writing the request");

            awaitNothingOpen(client, server);
        }
    }

    @Test
    void answerToAnUploadThatIsRefusedArrives() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readHead();
                    peer.send(
                            "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 7\r\n\r\ntoo big");
                    // Unread bytes make the close a reset.
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            HttpResponse<String> response = send(client, to(server, BodyPublishers.ofByteArray(new byte[20_000_000])));

            assertThat(response.statusCode()).isEqualTo(413);
            assertThat(EndToEnd.closed(client, CloseReason.PEER_SAID_CLOSE)).isEqualTo(1);
            awaitNothingOpen(client, server);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forbidden")
    void requestThatWouldBreakTheProtocolIsRefusedBeforeItIsSent(String name, String value) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            HttpRequest request = new RequestWithField(EndToEnd.get(server), name, value);

            assertThatThrownBy(() -> send(client, request)).isInstanceOf(IllegalArgumentException.class);

            assertThat(server.accepted()).isZero();
            awaitNothingInUse(client);
        }
    }

    static Stream<Arguments> forbidden() {
        return Stream.of(
                Arguments.of("X-A", "a\r\nX-B: b"),
                Arguments.of("X-A", "a\nb"),
                Arguments.of("X-A\r\nX-B", "b"),
                Arguments.of("X A", "b"),
                Arguments.of("Content-Length", "7"),
                Arguments.of("Transfer-Encoding", "chunked"));
    }
}
