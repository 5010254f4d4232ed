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

import io.github.pooledclient.testing.ScriptedServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.ObjLongConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Publishers that do not give what they said: the server must never take it for a whole body. */
class WrongRequestBodiesTest {

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrong")
    void serverNeverSeesACompleteBodyWhenPublisherIsWrong(String what, BodyPublisher publisher, String message)
            throws Exception {
        CompletableFuture<Boolean> complete = new CompletableFuture<>();
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    try {
                        peer.readRequest();
                        complete.complete(true);
                    } catch (IOException e) {
                        complete.complete(false);
                    }
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            assertThatThrownBy(() -> send(client, to(server, publisher)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(message)
                    .satisfies(e -> assertThat(RequestState.of(e)).isNotNull());

            awaitNothingInUse(client);
            client.evictIdle();
            assertThat(EndToEnd.get(complete)).isFalse();
            awaitNothingOpen(client, server);
        }
    }

    static Stream<Arguments> wrong() {
        String big = "x".repeat(200_000);
        return Stream.of(
                Arguments.of("too short", Pieces.of(6, "hello"), "5 of 6"),
                Arguments.of("nothing", Pieces.of(6), "0 of 6"),
                Arguments.of("too long", Pieces.of(4, "hello"), "more than the 4"),
                Arguments.of("too long by a piece", Pieces.of(5, "hello", "x"), "more than the 5"),
                Arguments.of("much too short", Pieces.of(200_001, big), "200000 of 200001"),
                Arguments.of("much too long", Pieces.of(200_000, big, "x"), "more than the 200000"),
                Arguments.of("fails at once", Pieces.failing(-1), "the source's own"),
                Arguments.of("fails midway", Pieces.failing(-1, "hello"), "the source's own"),
                Arguments.of("fails midway, with a length", Pieces.failing(10, "hello"), "the source's own"),
                Arguments.of("fails at the end, with a length", Pieces.failing(5, "hello"), "the source's own"),
                Arguments.of("fails far in", Pieces.failing(-1, big), "the source's own"),
                Arguments.of(
                        "throws when subscribed",
                        Pieces.from(5, s -> {
                            throw new IllegalStateException("the source's own");
                        }),
                        "the source's own"),
                Arguments.of(
                        "gives more than asked for",
                        answering((subscriber, n) -> {
                            subscriber.onNext(ByteBuffer.wrap(new byte[3]));
                            subscriber.onNext(ByteBuffer.wrap(new byte[4]));
                            subscriber.onComplete();
                        }),
                        "more than it was asked for"),
                Arguments.of("something where it said nothing", Pieces.of(0, "x"), "more than the 0"),
                Arguments.of("fails where it said nothing", Pieces.failing(0), "the source's own"),
                Arguments.of(
                        "goes on behind its end",
                        answering((subscriber, n) -> {
                            subscriber.onComplete();
                            subscriber.onNext(ByteBuffer.wrap(new byte[3]));
                        }),
                        "behind its end"),
                Arguments.of(
                        "gives null", answering((subscriber, n) -> subscriber.onNext(nothing())), "called with null"),
                Arguments.of(
                        "gives null and does not notice",
                        answering((subscriber, n) -> {
                            try {
                                subscriber.onNext(nothing());
                            } catch (NullPointerException e) {
                                // As if nothing had happened.
                            }
                        }),
                        "called with null"),
                Arguments.of(
                        "fails with null and does not notice",
                        answering((subscriber, n) -> {
                            try {
                                subscriber.onError(nothing());
                            } catch (NullPointerException e) {
                                // As if nothing had happened.
                            }
                        }),
                        "called with null"),
                Arguments.of(
                        "a stream that fails",
                        BodyPublishers.ofInputStream(() ->
                                new SequenceInputStream(new ByteArrayInputStream(new byte[9]), new FailingStream())),
                        "the source's own"));
    }

    /** A publisher of unknown length that does this when it is asked. */
    private static BodyPublisher answering(ObjLongConsumer<Flow.Subscriber<? super ByteBuffer>> asked) {
        return Pieces.from(
                -1,
                subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
                    @Override
                    public void request(long n) {
                        asked.accept(subscriber, n);
                    }

                    @Override
                    public void cancel() {}
                }));
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // what a publisher must not give, and some do
    private static <T> T nothing() {
        return null;
    }

    @Test
    void sourceThatFailsBeforeItsFirstByteCostsNoConnection() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            fetch(client, server);

            assertThatThrownBy(() -> send(client, to(server, Pieces.failing(5))))
                    .satisfies(e -> assertThat(RequestState.of(e)).isEqualTo(RequestState.NOT_SENT));

            assertThat(fetch(client, server)).isEqualTo("hi");
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    private static HttpRequest to(ScriptedServer server, BodyPublisher publisher) {
        return HttpRequest.newBuilder(server.uri("/")).POST(publisher).build();
    }

    private static final class FailingStream extends InputStream {

        @Override
        public int read() throws IOException {
            throw new IOException("the source's own");
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return read();
        }
    }
}
