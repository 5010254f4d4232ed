// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.awaitNothingInUse;
import static io.github.pooledclient.EndToEnd.awaitNothingOpen;
import static io.github.pooledclient.EndToEnd.get;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.testing.EndlessTransport;
import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Peers that never stop: each is stopped by a limit, before it has cost more than that. */
@Timeout(60)
class FloodTest {

    private static final String HEAD = "HTTP/1.1 200 OK\r\n";
    private static final String CHUNKED = HEAD + "Transfer-Encoding: chunked\r\n\r\n";
    private static final int MIB = 1024 * 1024;
    private static final HttpRequest GET =
            HttpRequest.newBuilder(URI.create("http://a.example/")).build();

    /** What never ends, and what ends it. */
    enum Flood {
        STATUS_LINE("HTTP/1.1 200 ", "x", "maxResponseHeadSize"),
        FIELD(HEAD + "A: ", "x", "maxResponseHeadSize"),
        NAME(HEAD, "x", "maxResponseHeadSize"),
        FIELDS(HEAD, "A: b\r\n", "maxResponseFields"),
        FOLDS(HEAD + "A: b\r\n", " \r\n", "maxResponseHeadSize"),
        BARE_FOLDS("HTTP/1.1 200 OK\nA: b\n", " \n", "maxResponseHeadSize"),
        INTERIM_RESPONSES("", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", "maxInterimResponses"),
        FIELDS_OF_AN_INTERIM_RESPONSE("HTTP/1.1 103 Early Hints\r\n", "A: b\r\n", "maxResponseFields"),
        EXTENSION(CHUNKED + "5;", "a", "maxChunkExtensionSize"),
        EXTENSIONS(CHUNKED, "1;aaaaaaaaaaaaaaa\r\nx\r\n", "maxChunkExtensionSize"),
        TRAILER(CHUNKED + "0\r\nA: ", "x", "maxTrailerSize"),
        TRAILERS(CHUNKED + "0\r\n", "A: b\r\n", "maxResponseFields"),
        TRAILER_FOLDS(CHUNKED + "0\r\nA: b\r\n", " \r\n", "maxTrailerSize"),
        CHUNK_SIZE(CHUNKED, "0", "RFC 9112, 7.1");

        private final String beginning;
        private final String unit;
        private final String limit;

        Flood(String beginning, String unit, String limit) {
            this.beginning = beginning;
            this.unit = unit;
            this.limit = limit;
        }
    }

    @ParameterizedTest
    @EnumSource
    void floodIsStoppedBeforeItCostsMuch(Flood flood) {
        EndlessTransport transport = new EndlessTransport(flood.beginning, flood.unit);
        try (PooledHttpClient client = PooledHttpClient.newBuilder()
                .connector((route, deadline) -> transport)
                .build()) {
            assertThatThrownBy(() -> readAll(client))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining(flood.limit);

            // 64 KiB of a head, and what one read brings: who has taken no more can hold no more.
            assertThat(transport.consumed()).isLessThanOrEqualTo(80 * 1024);
            assertThat(transport.isClosed()).isTrue();
            awaitNothingInUse(client);
        }
    }

    private static void readAll(PooledHttpClient client) throws IOException, InterruptedException {
        try (InputStream body = client.send(GET, BodyHandlers.ofInputStream()).body()) {
            body.transferTo(OutputStream.nullOutputStream());
        }
    }

    @ParameterizedTest
    @EnumSource
    void serverThatFloodsIsCutOff(Flood flood) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send(flood.beginning);
                    String piece = flood.unit.repeat(64 * 1024 / flood.unit.length());
                    // What the system buffers between us is some megabytes.
                    for (int sent = 0; sent < 256 * MIB; sent += piece.length()) {
                        peer.send(piece);
                    }
                    throw new AssertionError("the client has taken 256 MiB");
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            assertThatThrownBy(() -> client.send(get(server), BodyHandlers.discarding()))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining(flood.limit);

            awaitNothingOpen(client, server);
        }
    }

    @Test
    void proxyThatFloodsItsAnswerToConnectIsCutOff() throws Exception {
        try (ScriptedServer proxy = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send(HEAD + "A: " + "x".repeat(2000));
                    peer.awaitEnd();
                });
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .proxy(ProxySelector.of(new InetSocketAddress("localhost", proxy.port())))
                        .limits(MessageLimits.builder()
                                .maxResponseHeadSize(1000)
                                .build())
                        .build()) {

            assertThatThrownBy(() -> client.send(
                            HttpRequest.newBuilder(URI.create("https://a.example/"))
                                    .build(),
                            BodyHandlers.discarding()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("response head is longer than 1000 bytes (maxResponseHeadSize)")
                    .matches(e -> RequestState.of(e) == RequestState.NOT_SENT);

            awaitNothingOpen(client, proxy);
        }
    }

    @Test
    void viewHasTheLimitsOfItsBaseUntilItIsGivenOthers() throws Exception {
        String answer = HEAD + "A: " + "x".repeat(2000) + "\r\nContent-Length: 2\r\n\r\nhi";
        try (ScriptedServer server = ScriptedServer.start(always(answer));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .limits(MessageLimits.builder()
                                .maxResponseHeadSize(1000)
                                .build())
                        .build();
                PooledHttpClient same = client.toBuilder().build();
                PooledHttpClient generous =
                        client.toBuilder().limits(MessageLimits.defaults()).build()) {
            assertThat(same.limits()).isSameAs(client.limits());

            assertThatThrownBy(() -> EndToEnd.fetch(client, server)).hasMessageContaining("1000");
            assertThatThrownBy(() -> EndToEnd.fetch(same, server)).hasMessageContaining("1000");
            assertThat(EndToEnd.fetch(generous, server)).isEqualTo("hi");
        }
    }

    @Test
    void bombIsStoppedBeforeItFillsTheMemory() throws Exception {
        byte[] bomb = gzippedBlanks(64 * MIB);
        try (ScriptedServer server = ScriptedServer.start(peer -> sendGzip(peer, bomb));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            assertThatThrownBy(() -> client.send(get(server), BodyHandlers.ofByteArray()))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("more than 200 times as many (maxDecompressionRatio)")
                    .matches(e -> RequestState.of(e) == RequestState.RESPONSE_STARTED);

            awaitNothingInUse(client);
        }
    }

    @Test
    void bombForAStreamEndsItWithAnError() throws Exception {
        byte[] bomb = gzippedBlanks(64 * MIB);
        try (ScriptedServer server = ScriptedServer.start(peer -> sendGzip(peer, bomb));
                PooledHttpClient client = PooledHttpClient.newHttpClient();
                InputStream body =
                        client.send(get(server), BodyHandlers.ofInputStream()).body()) {

            assertThatThrownBy(() -> body.transferTo(OutputStream.nullOutputStream()))
                    .isInstanceOf(ProtocolException.class);

            awaitNothingInUse(client);
        }
    }

    @Test
    void smallBodyMayUnfoldAsFarAsItCan() throws Exception {
        byte[] blanks = gzippedBlanks(10 * MIB);
        try (ScriptedServer server = ScriptedServer.start(peer -> sendGzip(peer, blanks));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            assertThat(client.send(get(server), BodyHandlers.ofByteArray()).body())
                    .hasSize(10 * MIB);
        }
    }

    @Test
    void bombIsWelcomeToWhoSaysSo() throws Exception {
        byte[] bomb = gzippedBlanks(64 * MIB);
        try (ScriptedServer server = ScriptedServer.start(peer -> sendGzip(peer, bomb));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .limits(MessageLimits.builder().maxDecompressionRatio(0).build())
                        .build();
                InputStream body =
                        client.send(get(server), BodyHandlers.ofInputStream()).body()) {

            assertThat(body.transferTo(OutputStream.nullOutputStream())).isEqualTo(64 * MIB);
        }
    }

    private static void sendGzip(Peer peer, byte[] body) throws IOException {
        peer.readRequest();
        peer.send(HEAD + "Content-Encoding: gzip\r\nContent-Length: " + body.length + "\r\n\r\n");
        peer.send(body);
        peer.awaitEnd();
    }

    private static byte[] gzippedBlanks(int count) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] blanks = " ".repeat(MIB).getBytes(StandardCharsets.US_ASCII);
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            for (int i = 0; i < count; i += blanks.length) {
                out.write(blanks);
            }
        }
        return bytes.toByteArray();
    }
}
