// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.testing.ScriptedServer;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

/** What a {@link BodySubscriber} is given, and what becomes of its body. */
@ContractTest
class BodySubscriberContractTest {

    private static final String BODY = "first\nsecond\r\nth\u00efrd";
    private static final byte[] BYTES = BODY.getBytes(StandardCharsets.UTF_8);

    private final Client client;

    BodySubscriberContractTest(Client client) {
        this.client = client;
    }

    private <T> T receive(BodyHandler<T> handler) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + BYTES.length + "\r\n\r\n");
                    peer.send(BYTES);
                    peer.awaitEnd();
                });
                OpenClient open = client.open()) {
            return open.http().send(EndToEnd.get(server), handler).body();
        }
    }

    @Test
    void consumerGetsTheBytesAndThenNothing() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        List<Boolean> ends = new ArrayList<>();

        receive(BodyHandlers.ofByteArrayConsumer(piece -> {
            piece.ifPresent(bytes::writeBytes);
            ends.add(piece.isEmpty());
        }));

        assertThat(bytes.toByteArray()).isEqualTo(BYTES);
        assertThat(ends).endsWith(true).filteredOn(end -> end).hasSize(1);
    }

    @Test
    void publisherGivesWhatItsSubscriberAsksFor() throws Exception {
        Collector<List<ByteBuffer>> collector = new Collector<>();
        try (ScriptedServer server = ScriptedServer.start(always(ok("in pieces")));
                OpenClient open = client.open()) {

            open.http()
                    .send(EndToEnd.get(server), BodyHandlers.ofPublisher())
                    .body()
                    .subscribe(collector);

            int size = EndToEnd.get(collector.all).stream()
                    .flatMap(List::stream)
                    .mapToInt(ByteBuffer::remaining)
                    .sum();
            assertThat(size).isEqualTo("in pieces".length());
        }
    }

    @Test
    void subscriberGetsTheBuffers() throws Exception {
        Collector<List<ByteBuffer>> collector = new Collector<>();

        assertThat(receive(BodyHandlers.fromSubscriber(collector))).isNull();

        assertThat(EndToEnd.get(collector.all).stream()
                        .flatMap(List::stream)
                        .mapToInt(ByteBuffer::remaining)
                        .sum())
                .isEqualTo(BYTES.length);
    }

    @Test
    void subscriberMayBeFinishedIntoABody() throws Exception {
        int size = receive(BodyHandlers.fromSubscriber(
                new Collector<List<ByteBuffer>>(),
                collector -> collector.all.join().stream()
                        .flatMap(List::stream)
                        .mapToInt(ByteBuffer::remaining)
                        .sum()));

        assertThat(size).isEqualTo(BYTES.length);
    }

    @Test
    void lineSubscriberGetsLines() throws Exception {
        Collector<String> collector = new Collector<>();

        receive(BodyHandlers.fromLineSubscriber(collector));

        assertThat(EndToEnd.get(collector.all)).containsExactly("first", "second", "th\u00efrd");
    }

    @Test
    void lineSubscriberMayHaveItsOwnSeparator() throws Exception {
        List<String> lines = receive(
                BodyHandlers.fromLineSubscriber(new Collector<String>(), collector -> collector.all.join(), "\r\n"));

        assertThat(lines).containsExactly("first\nsecond", "th\u00efrd");
    }

    @Test
    void subscriberKeepsBuffersThatNobodyWritesTo() throws Exception {
        Collector<List<ByteBuffer>> collector = new Collector<>();

        receive(BodyHandlers.fromSubscriber(collector));

        assertThat(EndToEnd.get(collector.all).stream().flatMap(List::stream)).allMatch(ByteBuffer::isReadOnly);
    }

    @Test
    void bodyOfASubscriberMayComeFromAnotherThread() throws Exception {
        CompletableFuture<String> elsewhere = new CompletableFuture<>();
        BodySubscriber<String> subscriber = new BodySubscriber<>() {
            @Override
            public CompletionStage<String> getBody() {
                return elsewhere;
            }

            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(List<ByteBuffer> buffers) {}

            @Override
            public void onError(Throwable failure) {
                elsewhere.completeExceptionally(failure);
            }

            @Override
            public void onComplete() {
                EndToEnd.background(() -> elsewhere.complete("elsewhere"));
            }
        };

        BodyHandler<String> handler = info -> subscriber;
        assertThat(receive(handler)).isEqualTo("elsewhere");
    }

    @Test
    void subscriberThatCancelsHasItsBody() throws Exception {
        CompletableFuture<String> body = new CompletableFuture<>();
        BodySubscriber<String> subscriber = new BodySubscriber<>() {
            @Override
            public CompletionStage<String> getBody() {
                return body;
            }

            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.cancel();
                body.complete("cancelled");
            }

            @Override
            public void onNext(List<ByteBuffer> buffers) {}

            @Override
            public void onError(Throwable failure) {
                body.completeExceptionally(failure);
            }

            @Override
            public void onComplete() {}
        };

        BodyHandler<String> handler = info -> subscriber;
        assertThat(receive(handler)).isEqualTo("cancelled");
    }

    /** Asks for one after the other, and keeps them. */
    private static final class Collector<T> implements Flow.Subscriber<T> {

        final CompletableFuture<List<T>> all = new CompletableFuture<>();
        private final List<T> soFar = new ArrayList<>();
        private Flow.Subscription source;

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            source = subscription;
            source.request(1);
        }

        @Override
        public void onNext(T item) {
            soFar.add(item);
            source.request(1);
        }

        @Override
        public void onError(Throwable failure) {
            all.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            all.complete(soFar);
        }
    }
}
