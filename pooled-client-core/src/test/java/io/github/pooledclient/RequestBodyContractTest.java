// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the {@link BodyPublishers} publish, and how it is framed. */
@ContractTest
class RequestBodyContractTest {

    private static final String BODY = "the b\u00f6dy";
    private static final byte[] BYTES = BODY.getBytes(StandardCharsets.UTF_8);

    private final Client client;

    RequestBodyContractTest(Client client) {
        this.client = client;
    }

    private Peer.Request received(BodyPublisher publisher) throws Exception {
        return received("POST", publisher);
    }

    private Peer.Request received(String method, BodyPublisher publisher) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                OpenClient open = client.open()) {
            open.send(HttpRequest.newBuilder(server.uri("/")).method(method, publisher));
            return server.requests().get(0);
        }
    }

    private void isSent(BodyPublisher publisher, boolean inChunks) throws Exception {
        Peer.Request received = received(publisher);

        assertThat(received.text()).isEqualTo(BODY);
        assertThat(received.field("Transfer-Encoding")).isEqualTo(inChunks ? "chunked" : null);
        assertThat(received.field("Content-Length")).isEqualTo(inChunks ? null : String.valueOf(BYTES.length));
        assertThat(received.field("Content-Type")).isNull();
    }

    @Test
    void stringIsSentWithItsLength() throws Exception {
        isSent(BodyPublishers.ofString(BODY), false);
    }

    @Test
    void stringIsSentInItsCharset() throws Exception {
        Peer.Request received = received(BodyPublishers.ofString(BODY, StandardCharsets.ISO_8859_1));

        assertThat(new String(received.body(), StandardCharsets.ISO_8859_1)).isEqualTo(BODY);
    }

    @Test
    void bytesAreSentWithTheirLength() throws Exception {
        isSent(BodyPublishers.ofByteArray(BYTES), false);
        isSent(BodyPublishers.ofByteArray(("<" + BODY + ">").getBytes(StandardCharsets.UTF_8), 1, BYTES.length), false);
    }

    @Test
    void fileIsSentWithItsLength(@TempDir Path directory) throws Exception {
        isSent(BodyPublishers.ofFile(Files.writeString(directory.resolve("body"), BODY)), false);
    }

    @Test
    void fileThatIsMissingIsNoPublisher(@TempDir Path directory) {
        assertThatThrownBy(() -> BodyPublishers.ofFile(directory.resolve("none")))
                .isInstanceOf(FileNotFoundException.class);
    }

    @Test
    void streamIsSentInChunks() throws Exception {
        isSent(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(BYTES)), true);
    }

    @Test
    void arraysAreSentInChunks() throws Exception {
        isSent(BodyPublishers.ofByteArrays(List.of(new byte[0], BYTES)), true);
    }

    @Test
    void publisherOfUnknownLengthIsSentInChunks() throws Exception {
        isSent(BodyPublishers.fromPublisher(BodyPublishers.ofString(BODY)), true);
    }

    @Test
    void publisherOfKnownLengthIsSentWithIt() throws Exception {
        isSent(BodyPublishers.fromPublisher(BodyPublishers.ofString(BODY), BYTES.length), false);
    }

    @Test
    void concatenatedPublishersAreSentWithTheSumOfTheirLengths() throws Exception {
        BodyPublisher first = BodyPublishers.ofString(BODY.substring(0, 3));
        BodyPublisher second = BodyPublishers.ofString(BODY.substring(3));

        isSent(BodyPublishers.concat(first, second), false);
        isSent(BodyPublishers.concat(first, BodyPublishers.fromPublisher(second)), true);
        isSent(BodyPublishers.concat(BodyPublishers.noBody(), first, second), false);
    }

    @Test
    void publisherMayGiveItsBytesFromAnotherThread() throws Exception {
        BodyPublisher string = BodyPublishers.ofString(BODY);

        isSent(
                BodyPublishers.fromPublisher(subscriber -> EndToEnd.background(() -> string.subscribe(subscriber))),
                true);
    }

    @ParameterizedTest
    @CsvSource({"POST", "PUT", "PATCH"})
    void emptyBodyHasALengthWhereOneIsExpected(String method) throws Exception {
        Peer.Request received = received(method, BodyPublishers.noBody());

        assertThat(received.field("Content-Length")).isEqualTo("0");
        assertThat(received.field("Transfer-Encoding")).isNull();
    }

    @ParameterizedTest
    @CsvSource({"GET", "DELETE", "OPTIONS"})
    void anyMethodMayHaveABody(String method) throws Exception {
        Peer.Request received = received(method, BodyPublishers.ofString(BODY));

        assertThat(received.text()).isEqualTo(BODY);
        assertThat(received.field("Content-Length")).isEqualTo(String.valueOf(BYTES.length));
    }

    @Test
    void emptyStreamIsSentAsABodyOfNoChunks() throws Exception {
        Peer.Request received = received(BodyPublishers.ofInputStream(InputStream::nullInputStream));

        assertThat(received.field("Transfer-Encoding")).isEqualTo("chunked");
        assertThat(received.body()).isEmpty();
    }

    @Test
    void largeBodyIsSentWhole() throws Exception {
        byte[] large = new byte[3 << 20];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) ((i * 31) >> 3);
        }

        assertThat(received(BodyPublishers.ofByteArray(large)).body()).isEqualTo(large);
        assertThat(received(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large)))
                        .body())
                .isEqualTo(large);
    }

    @Test
    void requestMayBeSentAgainWithItsBody() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                OpenClient open = client.open()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(server.uri("/"))
                    .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(BYTES)));

            open.send(request);
            open.send(request);

            assertThat(server.requests()).extracting(Peer.Request::text).containsExactly(BODY, BODY);
        }
    }

    @Test
    void supplierOfNoStreamFails() throws Exception {
        fails(BodyPublishers.ofInputStream(() -> null), "");
    }

    @Test
    void streamThatFailsIsTheCause() throws Exception {
        InputStream failing = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("disk on fire");
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                return read();
            }
        };

        fails(BodyPublishers.ofInputStream(() -> failing), "disk on fire");
    }

    @Test
    void publisherThatFailsIsTheCause() throws Exception {
        BodyPublisher failing = BodyPublishers.fromPublisher(subscriber -> {
            subscriber.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long n) {
                    subscriber.onError(new IllegalStateException("out of bytes"));
                }

                @Override
                public void cancel() {}
            });
        });

        fails(failing, "out of bytes");
    }

    @Test
    void publisherThatThrowsIsTheCause() throws Exception {
        fails(
                BodyPublishers.fromPublisher(subscriber -> {
                    throw new IllegalStateException("no bytes");
                }),
                "no bytes");
    }

    private void fails(BodyPublisher publisher, String cause) throws Exception {
        CompletableFuture<byte[]> received = new CompletableFuture<>();
        try (ScriptedServer server = ScriptedServer.start(peer -> received.complete(peer.awaitEnd()))) {
            try (OpenClient open = client.open()) {
                assertThatThrownBy(() -> open.send(
                                HttpRequest.newBuilder(server.uri("/")).POST(publisher)))
                        .isInstanceOf(IOException.class)
                        .hasStackTraceContaining(cause);
            }
            // Whatever was sent is cut off: the server never takes it for a body that is complete.
            assertThat(isComplete(EndToEnd.get(received))).isFalse();
        }
    }

    private static boolean isComplete(byte[] received) {
        String text = new String(received, StandardCharsets.ISO_8859_1);
        int head = text.indexOf("\r\n\r\n");
        String body = head < 0 ? "" : text.substring(head + 4);
        Matcher length = Pattern.compile("(?i)\r\ncontent-length: (\\d+)\r\n").matcher(text);
        return length.find() ? body.length() >= Integer.parseInt(length.group(1)) : body.endsWith("0\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 100})
    void declaredLengthThatIsWrongFails(long length) throws Exception {
        fails(BodyPublishers.fromPublisher(BodyPublishers.ofString(BODY), length), "");
    }

    @Test
    void publisherIsSubscribedToOncePerRequest() throws Exception {
        AtomicInteger subscribed = new AtomicInteger();
        BodyPublisher string = BodyPublishers.ofString(BODY);

        received(BodyPublishers.fromPublisher(subscriber -> {
            subscribed.incrementAndGet();
            string.subscribe(subscriber);
        }));

        assertThat(subscribed).hasValue(1);
    }

    @Test
    void expectContinueSendsTheBodyWhenItIsAskedFor() throws Exception {
        CountDownLatch continued = new CountDownLatch(1);
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    String head = peer.readHead();
                    assertThat(head).containsIgnoringCase("\r\nExpect: 100-continue");
                    continued.countDown();
                    peer.send("HTTP/1.1 100 Continue\r\n\r\n");
                    assertThat(peer.readBytes(BYTES.length)).isEqualTo(BYTES);
                    peer.send(ok("hi"));
                    peer.awaitEnd();
                });
                OpenClient open = client.open()) {
            BodyPublisher string = BodyPublishers.ofString(BODY);
            BodyPublisher waiting = BodyPublishers.fromPublisher(
                    subscriber -> {
                        assertThat(continued.getCount()).isZero();
                        string.subscribe(subscriber);
                    },
                    BYTES.length);

            HttpResponse<String> response = open.send(
                    HttpRequest.newBuilder(server.uri("/")).expectContinue(true).POST(waiting));

            assertThat(response.body()).isEqualTo("hi");
        }
    }

    @Test
    void expectContinueThatIsRefusedSendsNoBody() throws Exception {
        assumeTrue(client == Client.OURS || Runtime.version().feature() > 17, "the client of JDK 17 hangs");
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readHead();
                    peer.send("HTTP/1.1 417 No\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno");
                    assertThat(peer.awaitEnd()).isEmpty();
                });
                OpenClient open = client.open()) {

            HttpResponse<String> response = open.send(
                    HttpRequest.newBuilder(server.uri("/")).expectContinue(true).POST(BodyPublishers.ofString(BODY)));

            assertThat(response.statusCode()).isEqualTo(417);
            assertThat(response.body()).isEqualTo("no");
        }
    }

    @Test
    void earlyAnswerEndsAnUpload() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readHead();
                    peer.send("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno");
                    peer.awaitEnd();
                });
                OpenClient open = client.open()) {

            HttpResponse<String> response = open.send(
                    HttpRequest.newBuilder(server.uri("/")).POST(BodyPublishers.ofByteArray(new byte[100_000])));

            assertThat(response.statusCode()).isEqualTo(413);
        }
    }
}
