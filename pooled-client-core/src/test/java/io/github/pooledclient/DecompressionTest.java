// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.awaitNothingInUse;
import static io.github.pooledclient.EndToEnd.get;
import static io.github.pooledclient.EndToEnd.totals;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.EndToEnd.Way;
import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Content that comes compressed and leaves decompressed. */
class DecompressionTest {

    private static final String TEXT = "the same words again and again, ".repeat(20_000);

    private interface Compression {
        OutputStream over(OutputStream bytes) throws IOException;
    }

    private static byte[] compressed(Compression compression) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = compression.over(bytes)) {
            out.write(TEXT.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] gzip() {
        return compressed(GZIPOutputStream::new);
    }

    private static ScriptedServer server(String coding, byte[] body, boolean chunked) throws IOException {
        return ScriptedServer.start(peer -> {
            while (peer.readRequestOrEnd() != null) {
                peer.send("HTTP/1.1 200 OK\r\nContent-Encoding: " + coding + "\r\n"
                        + (chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + body.length) + "\r\n\r\n");
                if (chunked) {
                    for (int at = 0; at < body.length; at += 100) {
                        byte[] chunk = Arrays.copyOfRange(body, at, Math.min(body.length, at + 100));
                        peer.send(Integer.toHexString(chunk.length) + "\r\n");
                        peer.send(chunk);
                        peer.send("\r\n");
                    }
                    peer.send("0\r\n\r\n");
                } else {
                    peer.send(body);
                }
            }
        });
    }

    @ParameterizedTest(name = "{0}, chunked {2}, {3}")
    @MethodSource("codings")
    void contentIsDecoded(String coding, byte[] body, boolean chunked, Way way) throws Exception {
        try (ScriptedServer server = server(coding, body, chunked);
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            for (int i = 0; i < 3; i++) {
                HttpResponse<String> response = way.send(client, get(server), BodyHandlers.ofString());

                assertThat(response.body()).isEqualTo(TEXT);
                assertThat(response.headers().map()).doesNotContainKeys("content-encoding", "content-length");
            }

            assertThat(server.requests().get(0).field("Accept-Encoding")).isEqualTo("gzip, deflate");
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    static Stream<Arguments> codings() {
        byte[] bare = compressed(out -> new DeflaterOutputStream(out, new Deflater(9, true)));

        return Stream.of(true, false)
                .flatMap(chunked -> Stream.of(Way.values())
                        .flatMap(way -> Stream.of(
                                Arguments.of("gzip", gzip(), chunked, way),
                                Arguments.of("X-GZip", gzip(), chunked, way),
                                Arguments.of("deflate", compressed(DeflaterOutputStream::new), chunked, way),
                                Arguments.of("deflate", bare, chunked, way))));
    }

    @Test
    void streamIsDecoded() throws Exception {
        try (ScriptedServer server = server("gzip", gzip(), true);
                PooledHttpClient client = PooledHttpClient.newHttpClient();
                InputStream body =
                        client.send(get(server), BodyHandlers.ofInputStream()).body()) {

            assertThat(body.readAllBytes()).asString().isEqualTo(TEXT);

            awaitNothingInUse(client);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatTheCallerAskedForHimselfIsHis(boolean byField) throws Exception {
        byte[] gzip = gzip();
        try (ScriptedServer server = server("gzip", gzip, false);
                PooledHttpClient client =
                        PooledHttpClient.newBuilder().decompress(byField).build()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(server.uri("/"));
            if (byField) {
                request.header("accept-encoding", "gzip");
            }

            HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());

            assertThat(response.body()).isEqualTo(gzip);
            assertThat(response.headers().firstValue("Content-Encoding")).hasValue("gzip");
            assertThat(server.lastRequest().field("Accept-Encoding")).isEqualTo(byField ? "gzip" : null);
        }
    }

    @Test
    void codingThatWasNotAskedForIsLeftAlone() throws Exception {
        try (ScriptedServer server = server("br", gzip(), false);
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            HttpResponse<byte[]> response = client.send(get(server), BodyHandlers.ofByteArray());

            assertThat(response.body()).isEqualTo(gzip());
            assertThat(response.headers().firstValue("Content-Encoding")).hasValue("br");
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("damaged")
    void damagedContentIsAnError(String what, byte[] body, boolean chunked) throws Exception {
        try (ScriptedServer server = server("gzip", body, chunked);
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            assertThatThrownBy(() -> EndToEnd.fetch(client, server))
                    .isInstanceOf(IOException.class)
                    .satisfies(e -> assertThat(RequestState.of(e)).isEqualTo(RequestState.RESPONSE_STARTED));

            awaitNothingInUse(client);
        }
    }

    static Stream<Arguments> damaged() {
        byte[] gzip = gzip();
        byte[] flipped = gzip.clone();
        flipped[gzip.length / 2] ^= 0x55;
        byte[] checksum = gzip.clone();
        checksum[gzip.length - 7] ^= 0x55;
        return Stream.of(true, false)
                .flatMap(chunked -> Stream.of(
                        Arguments.of("cut short", Arrays.copyOf(gzip, gzip.length / 2), chunked),
                        Arguments.of("cut short by the trailer", Arrays.copyOf(gzip, gzip.length - 8), chunked),
                        Arguments.of("cut short by a byte", Arrays.copyOf(gzip, gzip.length - 1), chunked),
                        Arguments.of("a wrong byte", flipped, chunked),
                        Arguments.of("a wrong checksum", checksum, chunked),
                        Arguments.of("no gzip at all", TEXT.getBytes(StandardCharsets.UTF_8), chunked)));
    }

    @ParameterizedTest
    @EnumSource
    void emptyContentIsEmptyWhateverItsCoding(Way way) throws Exception {
        try (ScriptedServer server = server("gzip", new byte[0], false);
                ScriptedServer chunked = server("gzip", new byte[0], true);
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            for (int i = 0; i < 2; i++) {
                assertThat(way.send(client, get(server), BodyHandlers.ofString())
                                .body())
                        .isEmpty();
                assertThat(way.send(client, get(chunked), BodyHandlers.ofString())
                                .body())
                        .isEmpty();
            }

            assertThat(totals(client).opened()).isEqualTo(2);
        }
    }

    @Test
    void headOfCompressedContentIsAnsweredAsItIs() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(ScriptedServer.always(
                        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 99\r\n\r\n"));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            HttpRequest head = HttpRequest.newBuilder(server.uri("/"))
                    .method("HEAD", BodyPublishers.noBody())
                    .build();

            HttpResponse<String> response = EndToEnd.send(client, head);

            assertThat(response.headers().firstValue("content-length")).hasValue("99");
            assertThat(totals(client).idle()).isEqualTo(1);
        }
    }

    @Test
    void compressedStreamThatIsClosedEarlyGivesTheConnectionBack() throws Exception {
        try (ScriptedServer server = server("gzip", gzip(), true);
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            for (int i = 0; i < 3; i++) {
                try (InputStream body =
                        client.send(get(server), BodyHandlers.ofInputStream()).body()) {
                    body.read();
                }
            }

            awaitNothingInUse(client);
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @Test
    void lineOfACompressedStreamIsReadBeforeTheNextOneIsSent() throws Exception {
        Semaphore allowed = new Semaphore(0);
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n");
                    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes, true)) {
                        for (int i = 0; i < 3; i++) {
                            allowed.acquire();
                            gzip.write(("line " + i + "\n").getBytes(StandardCharsets.UTF_8));
                            gzip.flush();
                            sendChunk(peer, bytes);
                        }
                    }
                    sendChunk(peer, bytes);
                    peer.send("0\r\n\r\n");
                    peer.awaitEnd();
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient();
                InputStream body =
                        client.send(get(server), BodyHandlers.ofInputStream()).body()) {

            for (int i = 0; i < 3; i++) {
                allowed.release();
                assertThat(EndToEnd.get(EndToEnd.inBackground(() -> body.readNBytes(7))))
                        .asString()
                        .isEqualTo("line " + i + "\n");
            }

            assertThat(body.read()).isEqualTo(-1);
        }
    }

    private static void sendChunk(Peer peer, ByteArrayOutputStream bytes) throws IOException {
        peer.send(Integer.toHexString(bytes.size()) + "\r\n");
        peer.send(bytes.toByteArray());
        peer.send("\r\n");
        bytes.reset();
    }
}
