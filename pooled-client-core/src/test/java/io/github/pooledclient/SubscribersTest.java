// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.awaitNothingInUse;
import static io.github.pooledclient.EndToEnd.get;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.EndToEnd.Way;
import io.github.pooledclient.testing.ScriptedServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Body subscribers that are not the JDK's, and ask as they please. */
class SubscribersTest {

    private static final String PIECE = "0123456789".repeat(1000);
    private static final byte[] EXPECTED = PIECE.repeat(100).getBytes(StandardCharsets.UTF_8);

    private ScriptedServer chunked;
    private PooledHttpClient client;

    @BeforeEach
    void start() throws IOException {
        String chunk = Integer.toHexString(PIECE.length()) + "\r\n" + PIECE + "\r\n";
        chunked = ScriptedServer.start(
                always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk.repeat(100) + "0\r\n\r\n"));
        client = PooledHttpClient.newHttpClient();
    }

    @AfterEach
    void stop() throws IOException {
        awaitNothingInUse(client);
        client.close();
        chunked.close();
    }

    @ParameterizedTest
    @EnumSource
    void subscriberThatAsksForOneAtATimeWithItsBodyThereAlready(Way way) throws Exception {
        OneByOne subscriber = new OneByOne();

        way.send(client, get(chunked), info -> subscriber);

        assertThat(subscriber.received.get(15, TimeUnit.SECONDS)).isEqualTo(EXPECTED);
    }

    @ParameterizedTest
    @EnumSource
    void subscriberThatAsksFromAnotherThread(Way way) throws Exception {
        BodySubscriber<byte[]> asking = new BodySubscriber<>() {
            private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            private final CompletableFuture<byte[]> body = new CompletableFuture<>();
            private Flow.Subscription subscription;

            @Override
            public CompletionStage<byte[]> getBody() {
                return body;
            }

            @Override
            public void onSubscribe(Flow.Subscription given) {
                subscription = given;
                askElsewhere();
            }

            private void askElsewhere() {
                EndToEnd.background(() -> subscription.request(1));
            }

            @Override
            public void onNext(List<ByteBuffer> buffers) {
                buffers.forEach(buffer -> bytes.writeBytes(bytesOf(buffer)));
                askElsewhere();
            }

            @Override
            public void onError(Throwable failure) {
                body.completeExceptionally(failure);
            }

            @Override
            public void onComplete() {
                body.complete(bytes.toByteArray());
            }
        };

        byte[] body = way.send(client, get(chunked), info -> asking).body();

        assertThat(body).isEqualTo(EXPECTED);
    }

    @Test
    void buffersAreReadOnlyAndTheSubscribersToKeep() throws Exception {
        List<ByteBuffer> kept = new ArrayList<>();
        BodySubscriber<byte[]> collector = BodySubscribers.ofByteArray();
        BodySubscriber<byte[]> keeping = new OneByOne() {
            @Override
            public void onNext(List<ByteBuffer> buffers) {
                kept.addAll(buffers);
                super.onNext(buffers.stream().map(ByteBuffer::duplicate).toList());
            }
        };

        client.send(get(chunked), info -> keeping);
        collector.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long n) {}

            @Override
            public void cancel() {}
        });
        collector.onNext(kept);
        collector.onComplete();

        assertThat(kept).allMatch(ByteBuffer::isReadOnly);
        assertThat(collector.getBody().toCompletableFuture().join()).isEqualTo(EXPECTED);
    }

    private static byte[] bytesOf(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    /** Hands its body out before it is there, and asks for the next piece when it has one. */
    private static class OneByOne implements BodySubscriber<byte[]> {

        final CompletableFuture<byte[]> received = new CompletableFuture<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private Flow.Subscription subscription;

        @Override
        public CompletionStage<byte[]> getBody() {
            return CompletableFuture.completedFuture(new byte[0]);
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(1);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            buffers.forEach(buffer -> bytes.writeBytes(bytesOf(buffer)));
            subscription.request(1);
        }

        @Override
        public void onError(Throwable failure) {
            received.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            received.complete(bytes.toByteArray());
        }
    }
}
