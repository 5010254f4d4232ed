// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.pooledclient.EndToEnd.Way;
import io.github.pooledclient.testing.ScriptedServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the {@link BodyHandlers} and {@link BodySubscribers} make of a response's body. */
@ContractTest
class ResponseBodyContractTest {

    private static final String BODY = "first\nsecond\r\nth\u00efrd";
    private static final byte[] BYTES = BODY.getBytes(StandardCharsets.UTF_8);

    private final Client client;
    private final List<AutoCloseable> opened = new ArrayList<>();

    ResponseBodyContractTest(Client client) {
        this.client = client;
    }

    /** How bodies are framed; each is the same body. */
    enum Framing {
        LENGTH {
            @Override
            String answer(byte[] body) {
                return "Content-Length: " + body.length + "\r\n\r\n" + latin(body, 0, body.length);
            }
        },
        CHUNKS {
            @Override
            String answer(byte[] body) {
                int half = body.length / 2;
                return "Transfer-Encoding: chunked\r\n\r\n" + chunk(latin(body, 0, half))
                        + chunk(latin(body, half, body.length)) + "0\r\n\r\n";
            }
        },
        CLOSE {
            @Override
            String answer(byte[] body) {
                return "Connection: close\r\n\r\n" + latin(body, 0, body.length);
            }
        };

        abstract String answer(byte[] body);

        private static String latin(byte[] body, int from, int to) {
            return new String(body, from, to - from, StandardCharsets.ISO_8859_1);
        }

        private static String chunk(String text) {
            return text.isEmpty() ? "" : Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
        }
    }

    private <T> T receive(BodyHandler<T> handler) throws Exception {
        return receive(Framing.LENGTH, BYTES, handler);
    }

    private <T> T receive(Framing framing, byte[] body, BodyHandler<T> handler) throws Exception {
        return receive("", framing, body, handler).body();
    }

    private <T> HttpResponse<T> receive(String fields, Framing framing, byte[] body, BodyHandler<T> handler)
            throws Exception {
        ScriptedServer server = ScriptedServer.start(peer -> {
            peer.readRequest();
            peer.send("HTTP/1.1 200 OK\r\n" + fields + framing.answer(body));
        });
        opened.add(server);
        OpenClient open = client.open();
        opened.add(open);
        return open.http().send(EndToEnd.get(server), handler);
    }

    // Only now: a body may be read long after its response came.
    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Framing.class)
    void bodyIsTheSameInAnyFraming(Framing framing) throws Exception {
        byte[] large = new byte[300_000];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) ((i * 17) >> 2);
        }

        assertThat(receive(framing, BYTES, BodyHandlers.ofByteArray())).isEqualTo(BYTES);
        assertThat(receive(framing, large, BodyHandlers.ofByteArray())).isEqualTo(large);
        assertThat(receive(framing, new byte[0], BodyHandlers.ofByteArray())).isEmpty();
    }

    @Test
    void stringIsOfTheCharsetInTheContentType() throws Exception {
        byte[] latin = BODY.getBytes(StandardCharsets.ISO_8859_1);

        assertThat(receive(BodyHandlers.ofString())).isEqualTo(BODY);
        assertThat(receive(
                                "Content-Type: text/plain; charset=ISO-8859-1\r\n",
                                Framing.LENGTH,
                                latin,
                                BodyHandlers.ofString())
                        .body())
                .isEqualTo(BODY);
        assertThat(receive(Framing.LENGTH, latin, BodyHandlers.ofString(StandardCharsets.ISO_8859_1)))
                .isEqualTo(BODY);
    }

    @Test
    void emptyBodyIsEmptyAndNotNull() throws Exception {
        assertThat(receive(Framing.LENGTH, new byte[0], BodyHandlers.ofString()))
                .isEmpty();
        assertThat(receive(Framing.LENGTH, new byte[0], BodyHandlers.ofLines())).isEmpty();
        try (InputStream body = receive(Framing.LENGTH, new byte[0], BodyHandlers.ofInputStream())) {
            assertThat(body.read()).isEqualTo(-1);
        }
    }

    @Test
    void linesAreThoseOfAReader() throws Exception {
        try (Stream<String> lines = receive(BodyHandlers.ofLines())) {
            assertThat(lines).containsExactly("first", "second", "th\u00efrd");
        }
    }

    @Test
    void linesMayBeCutOffEarly() throws Exception {
        try (Stream<String> lines = receive(BodyHandlers.ofLines())) {
            assertThat(lines.findFirst()).hasValue("first");
        }
    }

    @Test
    void streamIsReadToItsEnd() throws Exception {
        try (InputStream body = receive(BodyHandlers.ofInputStream())) {
            assertThat(body.read()).isEqualTo('f');
            assertThat(body.skip(4)).isEqualTo(4);
            assertThat(body.readAllBytes()).hasSize(BYTES.length - 5);
            assertThat(body.read()).isEqualTo(-1);
        }
    }

    @Test
    void streamThatIsClosedCannotBeRead() throws Exception {
        InputStream body = receive(BodyHandlers.ofInputStream());

        body.close();
        body.close();

        assertThatThrownBy(body::read).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @EnumSource
    void streamComesBeforeItsBody(Way way) throws Exception {
        CompletableFuture<Void> seen = new CompletableFuture<>();
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
                    EndToEnd.get(seen);
                    peer.send("late");
                    peer.awaitEnd();
                });
                OpenClient open = client.open()) {

            HttpResponse<InputStream> response =
                    way.send(open.http(), EndToEnd.get(server), BodyHandlers.ofInputStream());
            seen.complete(null);

            try (InputStream body = response.body()) {
                assertThat(body).hasBinaryContent("late".getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void handlerOfAWholeBodyWaitsForIt(Way way) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("whole")));
                OpenClient open = client.open()) {
            assertThat(way.send(open.http(), EndToEnd.get(server), BodyHandlers.ofString())
                            .body())
                    .isEqualTo("whole");
        }
    }

    @Test
    void fileIsWritten(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("body");

        assertThat(receive(BodyHandlers.ofFile(file))).isEqualTo(file);
        assertThat(file).hasBinaryContent(BYTES);

        receive(BodyHandlers.ofFile(file, StandardOpenOption.APPEND));
        assertThat(Files.size(file)).isEqualTo(2L * BYTES.length);
    }

    @Test
    void fileThatCannotBeWrittenIsTheCause(@TempDir Path directory) {
        assertThatThrownBy(() -> receive(BodyHandlers.ofFile(directory.resolve("none/body"))))
                .isInstanceOf(IOException.class)
                .hasStackTraceContaining("none");
    }

    @Test
    void downloadIsNamedByTheServer(@TempDir Path directory) throws Exception {
        BodyHandler<Path> handler =
                BodyHandlers.ofFileDownload(directory, StandardOpenOption.CREATE, StandardOpenOption.WRITE);

        Path file = receive(
                        "Content-Disposition: attachment; filename=\"given.txt\"\r\n", Framing.LENGTH, BYTES, handler)
                .body();

        assertThat(file).isEqualTo(directory.resolve("given.txt")).hasBinaryContent(BYTES);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "Content-Disposition: inline\r\n", "Content-Disposition: attachment; filename=\"..\"\r\n"})
    void downloadWithoutANameFails(String fields, @TempDir Path directory) {
        BodyHandler<Path> handler =
                BodyHandlers.ofFileDownload(directory, StandardOpenOption.CREATE, StandardOpenOption.WRITE);

        assertThatThrownBy(() -> receive(fields, Framing.LENGTH, BYTES, handler))
                .isInstanceOf(IOException.class);
    }

    @Test
    void discardedAndReplacedBodiesAreReadPast() throws Exception {
        assertThat(receive(BodyHandlers.discarding())).isNull();
        assertThat(receive(BodyHandlers.replacing("instead"))).isEqualTo("instead");
        assertThat(receive(BodyHandlers.<String>replacing(null))).isNull();
    }

    @Test
    void bufferedBodyArrivesInPiecesOfItsSize() throws Exception {
        List<Integer> sizes = new ArrayList<>();

        receive(BodyHandlers.buffering(
                BodyHandlers.ofByteArrayConsumer(piece -> piece.ifPresent(bytes -> sizes.add(bytes.length))), 7));

        assertThat(sizes.subList(0, sizes.size() - 1)).containsOnly(7);
        assertThat(sizes.stream().mapToInt(Integer::intValue).sum()).isEqualTo(BYTES.length);
    }

    @Test
    void mappedBodyIsTheResultOfTheMapper() throws Exception {
        BodyHandler<String> handler = info -> BodySubscribers.mapping(
                BodySubscribers.ofString(StandardCharsets.UTF_8), text -> info.statusCode() + text);

        assertThat(receive(handler)).isEqualTo("200" + BODY);
    }

    @Test
    void mapperMayReadAStream() throws Exception {
        BodyHandler<String> firstLine =
                info -> BodySubscribers.mapping(BodySubscribers.ofInputStream(), ResponseBodyContractTest::firstLine);

        assertThat(receive(firstLine)).isEqualTo("first");
    }

    private static String firstLine(InputStream body) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            return reader.readLine();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void limitedBodyFailsBeyondItsLimit() throws Exception {
        assumeTrue(Runtime.version().feature() >= 25, "limiting came with JDK 25");

        assertThat(receive(limiting(BodyHandlers.ofString(), BYTES.length))).isEqualTo(BODY);
        assertThatThrownBy(() -> receive(limiting(BodyHandlers.ofString(), BYTES.length - 1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("body exceeds capacity");
    }

    @SuppressWarnings("unchecked")
    private static BodyHandler<String> limiting(BodyHandler<String> handler, long capacity) throws Exception {
        return (BodyHandler<String>) BodyHandlers.class
                .getMethod("limiting", BodyHandler.class, long.class)
                .invoke(null, handler, capacity);
    }

    @Test
    void handlerSeesTheHead() throws Exception {
        List<ResponseInfo> seen = new ArrayList<>();

        receive("X-A: one\r\nx-a: two\r\n", Framing.LENGTH, BYTES, info -> {
            seen.add(info);
            return BodySubscribers.discarding();
        });

        assertThat(seen).hasSize(1);
        assertThat(seen.get(0).statusCode()).isEqualTo(200);
        assertThat(seen.get(0).version()).isEqualTo(HttpClient.Version.HTTP_1_1);
        assertThat(seen.get(0).headers().allValues("X-a")).containsExactly("one", "two");
    }

    @Test
    void requestIsSentOnceWhateverTheHandlerDoes() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                OpenClient open = client.open()) {

            Optional<String> body = Optional.ofNullable(open.http()
                    .send(HttpRequest.newBuilder(server.uri("/")).build(), BodyHandlers.<String>replacing(null))
                    .body());

            assertThat(body).isEmpty();
            assertThat(server.requests()).hasSize(1);
        }
    }
}
