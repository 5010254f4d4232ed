// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.awaitNothingInUse;
import static io.github.pooledclient.EndToEnd.get;
import static io.github.pooledclient.EndToEnd.totals;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.EndToEnd.Way;
import io.github.pooledclient.testing.ScriptedServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Flow;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** All body handlers of the JDK get the whole body, whichever way the request was sent. */
class BodyHandlersTest {

    private static final int MIB = 1024 * 1024;
    private static final String NAMED =
            "HTTP/1.1 200 OK\r\nContent-Disposition: attachment; filename=\"download.bin\"\r\n";
    private static final byte[] TEN_MIB = letters(10 * MIB);
    private static final String LINES =
            Stream.iterate(0, i -> i + 1).limit(20_000).map(i -> "line " + i).collect(Collectors.joining("\n"));

    private static ScriptedServer big;
    private static ScriptedServer chunked;
    private static ScriptedServer empty;
    private static ScriptedServer lines;
    private static PooledHttpClient client;

    private static byte[] letters(int count) {
        byte[] bytes = new byte[count];
        new Random(1).nextBytes(bytes);
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) ('a' + (bytes[i] & 15));
        }
        return bytes;
    }

    @BeforeAll
    static void start() throws IOException {
        big = ScriptedServer.start(peer -> {
            while (peer.readRequestOrEnd() != null) {
                peer.send(NAMED + "Content-Length: " + TEN_MIB.length + "\r\n\r\n");
                peer.send(TEN_MIB);
            }
        });
        chunked = ScriptedServer.start(peer -> {
            while (peer.readRequestOrEnd() != null) {
                peer.send(NAMED + "Transfer-Encoding: chunked\r\n\r\n");
                for (int at = 0; at < TEN_MIB.length; at += MIB) {
                    peer.send(Integer.toHexString(MIB) + "\r\n");
                    peer.send(Arrays.copyOfRange(TEN_MIB, at, at + MIB));
                    peer.send("\r\n");
                }
                peer.send("0\r\n\r\n");
            }
        });
        empty = ScriptedServer.start(always(NAMED + "Content-Length: 0\r\n\r\n"));
        lines = ScriptedServer.start(
                always("HTTP/1.1 200 OK\r\nContent-Length: " + LINES.length() + "\r\n\r\n" + LINES));
        client = PooledHttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() throws IOException {
        client.close();
        big.close();
        chunked.close();
        empty.close();
        lines.close();
    }

    /** Has a body of 10 MiB, in one piece and in chunks, and an empty one, received twice on one connection. */
    private static <T> void receivesAll(Way way, BodyHandler<T> handler, Function<T, byte[]> content) throws Exception {
        for (int i = 0; i < 2; i++) {
            assertThat(content.apply(way.send(client, get(big), handler).body()))
                    .as("with a length")
                    .isEqualTo(TEN_MIB);
            assertThat(content.apply(way.send(client, get(chunked), handler).body()))
                    .as("in chunks")
                    .isEqualTo(TEN_MIB);
            assertThat(content.apply(way.send(client, get(empty), handler).body()))
                    .as("empty")
                    .isEmpty();
        }
        awaitNothingInUse(client);
        assertThat(big.open() + chunked.open() + empty.open()).isEqualTo(3);
    }

    private static byte[] read(InputStream stream) {
        try (stream) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofByteArray(Way way) throws Exception {
        receivesAll(way, BodyHandlers.ofByteArray(), bytes -> bytes);
    }

    @ParameterizedTest
    @EnumSource
    void ofString(Way way) throws Exception {
        receivesAll(way, BodyHandlers.ofString(), text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @EnumSource
    void ofInputStream(Way way) throws Exception {
        receivesAll(way, BodyHandlers.ofInputStream(), BodyHandlersTest::read);
    }

    @ParameterizedTest
    @EnumSource
    void ofFile(Way way, @TempDir Path directory) throws Exception {
        receivesAll(
                way,
                BodyHandlers.ofFile(directory.resolve("file"), CREATE, TRUNCATE_EXISTING, WRITE),
                BodyHandlersTest::read);
    }

    @ParameterizedTest
    @EnumSource
    void ofFileDownload(Way way, @TempDir Path directory) throws Exception {
        receivesAll(
                way, BodyHandlers.ofFileDownload(directory, CREATE, TRUNCATE_EXISTING, WRITE), BodyHandlersTest::read);
    }

    @ParameterizedTest
    @EnumSource
    void ofByteArrayConsumer(Way way) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        way.send(client, get(big), BodyHandlers.ofByteArrayConsumer(part -> part.ifPresent(bytes::writeBytes)));

        assertThat(bytes.toByteArray()).isEqualTo(TEN_MIB);
    }

    @ParameterizedTest
    @EnumSource
    void buffering(Way way) throws Exception {
        receivesAll(way, BodyHandlers.buffering(BodyHandlers.ofByteArray(), 5000), bytes -> bytes);
    }

    @ParameterizedTest
    @EnumSource
    void bufferingStream(Way way) throws Exception {
        receivesAll(way, BodyHandlers.buffering(BodyHandlers.ofInputStream(), 5000), BodyHandlersTest::read);
    }

    @ParameterizedTest
    @EnumSource
    void mappedStream(Way way) throws Exception {
        receivesAll(
                way,
                info -> BodySubscribers.mapping(BodySubscribers.ofInputStream(), stream -> stream),
                BodyHandlersTest::read);
    }

    @ParameterizedTest
    @EnumSource
    void streamReadWhileMapping(Way way) throws Exception {
        receivesAll(
                way,
                info -> BodySubscribers.mapping(BodySubscribers.ofInputStream(), BodyHandlersTest::read),
                bytes -> bytes);
    }

    @ParameterizedTest
    @EnumSource
    void ofPublisher(Way way) throws Exception {
        receivesAll(way, BodyHandlers.ofPublisher(), BodyHandlersTest::collect);
    }

    private static byte[] collect(Flow.Publisher<List<ByteBuffer>> publisher) {
        BodySubscriber<byte[]> collector = BodySubscribers.ofByteArray();
        publisher.subscribe(collector);
        return collector.getBody().toCompletableFuture().join();
    }

    @ParameterizedTest
    @EnumSource
    void fromSubscriber(Way way) throws Exception {
        BodySubscriber<byte[]> collector = BodySubscribers.ofByteArray();

        way.send(client, get(big), BodyHandlers.fromSubscriber(collector));

        assertThat(collector.getBody().toCompletableFuture().join()).isEqualTo(TEN_MIB);
    }

    @ParameterizedTest
    @EnumSource
    void ofLines(Way way) throws Exception {
        String received;
        try (Stream<String> body =
                way.send(client, get(lines), BodyHandlers.ofLines()).body()) {
            received = body.collect(Collectors.joining("\n"));
        }

        assertThat(received).isEqualTo(LINES);
    }

    @ParameterizedTest
    @EnumSource
    void fromLineSubscriber(Way way) throws Exception {
        List<String> received = new ArrayList<>();
        Flow.Subscriber<String> collector = new Flow.Subscriber<>() {
            private Flow.Subscription subscription;

            @Override
            public void onSubscribe(Flow.Subscription given) {
                subscription = given;
                given.request(1);
            }

            @Override
            public void onNext(String line) {
                received.add(line);
                subscription.request(1);
            }

            @Override
            public void onError(Throwable failure) {
                received.add(failure.toString());
            }

            @Override
            public void onComplete() {}
        };

        way.send(client, get(lines), BodyHandlers.fromLineSubscriber(collector));

        assertThat(String.join("\n", received)).isEqualTo(LINES);
    }

    @ParameterizedTest
    @EnumSource
    void discarding(Way way) throws Exception {
        long opened = totals(client).opened();
        way.send(client, get(big), BodyHandlers.ofByteArray());

        way.send(client, get(big), BodyHandlers.discarding());
        way.send(client, get(big), BodyHandlers.discarding());

        assertThat(totals(client).opened()).isLessThanOrEqualTo(opened + 1);
    }

    @ParameterizedTest
    @EnumSource
    void replacing(Way way) throws Exception {
        assertThat(way.send(client, get(big), BodyHandlers.replacing("instead")).body())
                .isEqualTo("instead");
    }
}
