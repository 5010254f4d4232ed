// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.PATIENCE;
import static io.github.pooledclient.EndToEnd.awaitNothingInUse;
import static io.github.pooledclient.EndToEnd.awaitNothingOpen;
import static io.github.pooledclient.EndToEnd.background;
import static io.github.pooledclient.EndToEnd.closed;
import static io.github.pooledclient.EndToEnd.get;
import static io.github.pooledclient.EndToEnd.inBackground;
import static io.github.pooledclient.EndToEnd.totals;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.pooledclient.EndToEnd.Way;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.testing.ScriptedServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bodies that are used while they still come. */
class StreamedBodyTest {

    private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    /** Sends a line each time it is allowed to. */
    private static ScriptedServer linesWhen(Semaphore allowed) throws IOException {
        return ScriptedServer.start(peer -> {
            peer.readRequest();
            peer.send(CHUNKED);
            for (int i = 0; i < 3; i++) {
                allowed.acquire();
                peer.send("7\r\nline " + i + "\n\r\n");
            }
            peer.send("0\r\n\r\n");
            peer.awaitEnd();
        });
    }

    private static void linesArriveOneByOne(Way way, BodyHandler<Stream<String>> handler) throws Exception {
        Semaphore allowed = new Semaphore(0);
        try (ScriptedServer server = linesWhen(allowed);
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            Iterator<String> lines =
                    way.send(client, get(server), handler).body().iterator();

            for (int i = 0; i < 3; i++) {
                allowed.release();
                assertThat(EndToEnd.get(inBackground(lines::next))).isEqualTo("line " + i);
            }

            assertThat(lines.hasNext()).isFalse();
            awaitNothingInUse(client);
            assertThat(totals(client).idle()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void lineIsReadBeforeTheNextOneIsSent(Way way) throws Exception {
        linesArriveOneByOne(way, BodyHandlers.ofLines());
    }

    @ParameterizedTest
    @EnumSource
    void lineOfMappedStreamIsReadBeforeTheNextOneIsSent(Way way) throws Exception {
        linesArriveOneByOne(
                way,
                info -> BodySubscribers.mapping(
                        BodySubscribers.ofInputStream(),
                        stream -> new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8)).lines()));
    }

    @ParameterizedTest
    @EnumSource
    void lineOfStreamIsReadBeforeTheNextOneIsSent(Way way) throws Exception {
        Semaphore allowed = new Semaphore(0);
        try (ScriptedServer server = linesWhen(allowed);
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            InputStream body =
                    way.send(client, get(server), BodyHandlers.ofInputStream()).body();

            for (int i = 0; i < 3; i++) {
                allowed.release();
                assertThat(body.readNBytes(7)).asString().isEqualTo("line " + i + "\n");
            }

            assertThat(body.read()).isEqualTo(-1);
            awaitNothingInUse(client);
        }
    }

    @Test
    void dependentOfFutureMayReadTheLines() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("a\nb\nc")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            CompletableFuture<List<String>> lines = client.sendAsync(get(server), BodyHandlers.ofLines())
                    .thenApply(response -> response.body().toList());

            assertThat(EndToEnd.get(lines)).containsExactly("a", "b", "c");
            awaitNothingInUse(client);
        }
    }

    @Test
    void dependentOfFutureMayWaitForThePublishersBody() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("a\nb\nc")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            CompletableFuture<String> body = client.sendAsync(get(server), BodyHandlers.ofPublisher())
                    .thenApply(response -> {
                        var collector = BodySubscribers.ofString(StandardCharsets.UTF_8);
                        response.body().subscribe(collector);
                        return collector.getBody().toCompletableFuture().join();
                    });

            assertThat(EndToEnd.get(body)).isEqualTo("a\nb\nc");
            awaitNothingInUse(client);
        }
    }

    @ParameterizedTest
    @EnumSource
    void closeFromAnotherThreadEndsABlockedRead(Way way) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send(CHUNKED + "2\r\nhi\r\n");
                    peer.awaitEnd();
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            InputStream body =
                    way.send(client, get(server), BodyHandlers.ofInputStream()).body();
            body.readNBytes(2);
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread reader = background(() -> {
                try {
                    body.read();
                } catch (IOException e) {
                    failure.set(e);
                }
            });
            await().atMost(PATIENCE).until(() -> isIn(reader, "SocketChannelImpl"));

            body.close();

            reader.join(PATIENCE.toMillis());
            assertThat(failure.get()).isInstanceOf(IOException.class);
            assertThat(closed(client, CloseReason.CANCELLED)).isEqualTo(1);
            awaitNothingOpen(client, server);
        }
    }

    private static boolean isIn(Thread thread, String type) {
        return Stream.of(thread.getStackTrace())
                .anyMatch(frame -> frame.getClassName().contains(type));
    }

    @Test
    void streamMayBeReadByOneThreadAfterAnother() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hello")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            InputStream body =
                    client.send(get(server), BodyHandlers.ofInputStream()).body();

            StringBuilder read = new StringBuilder();
            for (int i = 0; i < 5; i++) {
                read.append((char) (int) EndToEnd.get(inBackground(body::read)));
            }

            assertThat(read).hasToString("hello");
            awaitNothingInUse(client);
        }
    }

    @Test
    void streamThatHasFailedGoesOnFailing() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            InputStream body =
                    client.send(get(server), BodyHandlers.ofInputStream()).body();
            body.readNBytes(5);

            assertThatThrownBy(body::read).isInstanceOf(IOException.class);
            // A -1 here would tell a reader that tries again that the body is complete.
            assertThatThrownBy(body::read).isInstanceOf(IOException.class);
            awaitNothingOpen(client, server);
        }
    }

    @ParameterizedTest
    @EnumSource
    void cancellingASubscriptionEndsABlockedRead(Way way) throws Exception {
        CountDownLatch gotFirst = new CountDownLatch(1);
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send(CHUNKED + "2\r\nhi\r\n");
                    peer.awaitEnd();
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            AtomicReference<Flow.Subscription> subscription = new AtomicReference<>();
            Flow.Publisher<List<ByteBuffer>> body =
                    way.send(client, get(server), BodyHandlers.ofPublisher()).body();
            background(() -> body.subscribe(new Flow.Subscriber<>() {
                @Override
                public void onSubscribe(Flow.Subscription given) {
                    subscription.set(given);
                    given.request(Long.MAX_VALUE);
                }

                @Override
                public void onNext(List<ByteBuffer> buffers) {
                    gotFirst.countDown();
                }

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onComplete() {}
            }));
            gotFirst.await();

            subscription.get().cancel();

            awaitNothingOpen(client, server);
        }
    }

    @ParameterizedTest
    @EnumSource
    void publisherAnswersDemandOfLessThanOneWithAnError(Way way) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            CompletableFuture<Throwable> told = new CompletableFuture<>();
            way.send(client, get(server), BodyHandlers.ofPublisher()).body().subscribe(new Flow.Subscriber<>() {
                @Override
                public void onSubscribe(Flow.Subscription given) {
                    given.request(0);
                }

                @Override
                public void onNext(List<ByteBuffer> buffers) {}

                @Override
                public void onError(Throwable failure) {
                    told.complete(failure);
                }

                @Override
                public void onComplete() {}
            });

            assertThat(EndToEnd.get(told)).isInstanceOf(IllegalArgumentException.class);
            awaitNothingInUse(client);
        }
    }

    @Test
    void responseOfManyBodiesInALoopKeepsTheStackFlat() throws Exception {
        // A subscriber that asks in onNext must not nest a frame for each piece.
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send(CHUNKED + "1\r\nx\r\n".repeat(50_000) + "0\r\n\r\n");
                    peer.awaitEnd();
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            String body = client.send(get(server), BodyHandlers.buffering(BodyHandlers.ofString(), 7))
                    .body();

            assertThat(body).hasSize(50_000);
        }
    }
}
