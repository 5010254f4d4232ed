// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.sample;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.github.pooledclient.testing.ClosedPort;
import io.github.pooledclient.testing.Gate;
import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@Timeout(180)
@ExtendWith(OutputCaptureExtension.class)
@SuppressWarnings("StringConcatToTextBlock") // the lines of HTTP end with CR LF
class ProxyTest {

    private static final int LARGE = 48 * 1024 * 1024;

    private final HttpClient caller =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void connectionsAreThoseOfTheRest() throws Exception {
        try (RunningSample sample = new RunningSample()) {
            for (String path : List.of("/call/fast", "/proxy/fast", "/rest/fast", "/proxy/fast")) {
                assertThat(sample.get(path).getBody()).isEqualTo("FAST\n");
                Awaitility.await()
                        .untilAsserted(
                                () -> assertThat(sample.upstream().path("idle").asInt())
                                        .isEqualTo(1));
            }

            assertThat(sample.upstream().path("opened").asInt()).isEqualTo(1);
            assertThat(sample.upstream().path("reused").asInt()).isEqualTo(3);
        }
    }

    @Test
    void requestArrivesAsItWasSent() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.start(always(ok("")));
                RunningSample sample = proxyTo(upstream)) {
            HttpRequest request = HttpRequest.newBuilder(sample.uri("/proxy/a%20b/c;d=e?x=%26&y=%C3%A4"))
                    .method("PATCH", BodyPublishers.ofString("changed"))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .header("X-Twice", "one")
                    .header("X-Twice", "two")
                    .build();

            caller.send(request, BodyHandlers.discarding());

            Peer.Request received = upstream.lastRequest();
            assertThat(received.line()).isEqualTo("PATCH /a%20b/c;d=e?x=%26&y=%C3%A4 HTTP/1.1");
            assertThat(received.text()).isEqualTo("changed");
            assertThat(received.fields("X-Twice")).containsExactly("one", "two");
            assertThat(received.field("Host")).isEqualTo("localhost:" + upstream.port());
            assertThat(received.field("Content-Length")).isEqualTo("7");
            assertThat(received.field("Via")).isEqualTo("1.1 sample-app");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"})
    void methodIsPassedOn(String method) throws Exception {
        try (ScriptedServer upstream =
                        ScriptedServer.start(always("HTTP/1.1 204 No Content\r\nAllow: " + method + "\r\n\r\n"));
                RunningSample sample = proxyTo(upstream)) {
            HttpRequest request = HttpRequest.newBuilder(sample.uri("/proxy/"))
                    .method(method, BodyPublishers.noBody())
                    .build();

            HttpResponse<String> answer = caller.send(request, BodyHandlers.ofString());

            assertThat(upstream.lastRequest().line()).isEqualTo(method + " / HTTP/1.1");
            assertThat(answer.statusCode()).isEqualTo(204);
            assertThat(answer.headers().firstValue("Allow")).contains(method);
        }
    }

    @Test
    void answerComesAsItIs() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.start(always("HTTP/1.1 302 Found\r\n"
                        + "Location: http://elsewhere.example/\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
                        + "Content-Encoding: gzip\r\nContent-Length: 10\r\n\r\nnot gunzip"));
                RunningSample sample = proxyTo(upstream)) {
            HttpResponse<String> answer =
                    caller.send(HttpRequest.newBuilder(sample.uri("/proxy/")).build(), BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(302);
            assertThat(answer.headers().firstValue("Location")).contains("http://elsewhere.example/");
            assertThat(answer.headers().allValues("Set-Cookie")).containsExactly("a=1", "b=2");
            assertThat(answer.headers().firstValue("Content-Encoding")).contains("gzip");
            assertThat(answer.headers().firstValue("Content-Length")).contains("10");
            assertThat(answer.headers().firstValue("Via")).contains("1.1 sample-app");
            assertThat(answer.body()).isEqualTo("not gunzip");
            assertThat(upstream.lastRequest().field("Accept-Encoding")).isNull();
        }
    }

    @Test
    void hopByHopFieldsEndHere() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.start(always("HTTP/1.1 200 OK\r\n"
                        + "Connection: keep-alive, X-Answer\r\nKeep-Alive: timeout=60\r\nX-Answer: secret\r\n"
                        + "Proxy-Authenticate: Basic\r\nX-End: to end\r\nContent-Length: 2\r\n\r\nhi"));
                RunningSample sample = proxyTo(upstream);
                Socket socket = new Socket("localhost", sample.port())) {
            String answer = exchange(
                    socket,
                    "GET /proxy/ HTTP/1.1\r\nHost: localhost\r\n"
                            + "Connection: close, x-request\r\nX-Request: secret\r\nKeep-Alive: timeout=60\r\n"
                            + "TE: trailers\r\nUpgrade: websocket\r\nProxy-Authorization: Basic abc\r\n"
                            + "Proxy-Connection: keep-alive\r\nX-End: to end\r\n\r\n");

            Peer.Request received = upstream.lastRequest();
            for (String name : List.of(
                    "Connection",
                    "X-Request",
                    "Keep-Alive",
                    "TE",
                    "Upgrade",
                    "Proxy-Authorization",
                    "Proxy-Connection")) {
                assertThat(received.fields(name)).as(name).isEmpty();
            }
            assertThat(received.field("X-End")).isEqualTo("to end");
            assertThat(answer)
                    .containsIgnoringCase("X-End: to end")
                    .doesNotContain("secret", "timeout=60", "Proxy-Authenticate")
                    .endsWith("\r\n\r\nhi");
        }
    }

    @Test
    void largeBodiesAreStreamedBothWays() throws Exception {
        byte[] expected = digest(new RandomBytes(LARGE));
        AtomicReference<byte[]> received = new AtomicReference<>();
        ExecutorService threads = Executors.newCachedThreadPool();
        HttpServer upstream = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        upstream.setExecutor(threads);
        upstream.createContext("/", exchange -> {
            try (exchange) {
                received.set(digest(exchange.getRequestBody()));
                exchange.sendResponseHeaders(200, 0);
                new RandomBytes(LARGE).transferTo(exchange.getResponseBody());
            }
        });
        upstream.start();
        try (RunningSample sample = new RunningSample(
                "--proxy.upstream=http://localhost:" + upstream.getAddress().getPort())) {
            HttpRequest request = HttpRequest.newBuilder(sample.uri("/proxy/"))
                    .POST(BodyPublishers.ofInputStream(() -> new RandomBytes(LARGE)))
                    .build();

            try (InputStream body =
                    caller.send(request, BodyHandlers.ofInputStream()).body()) {
                assertThat(digest(body)).isEqualTo(expected);
            }
            assertThat(received.get()).isEqualTo(expected);
        } finally {
            upstream.stop(0);
            threads.shutdownNow();
        }
    }

    @Test
    void bodiesDoNotWaitForTheirEnd() throws Exception {
        Gate firstPartArrived = new Gate("first part");
        Gate answerSeen = new Gate("answer");
        try (ScriptedServer upstream = ScriptedServer.start(peer -> {
                    peer.readHead();
                    assertThat(new String(peer.readBytes(10), StandardCharsets.US_ASCII))
                            .isEqualTo("5\r\nfirst\r\n");
                    firstPartArrived.open();
                    assertThat(new String(peer.readBytes(11), StandardCharsets.US_ASCII))
                            .isEqualTo("6\r\nsecond\r\n");
                    peer.readBytes(5);
                    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
                    peer.waitFor(answerSeen);
                    peer.send("3\r\ntwo\r\n0\r\n\r\n");
                });
                RunningSample sample = proxyTo(upstream);
                Socket socket = new Socket("localhost", sample.port())) {
            OutputStream out = socket.getOutputStream();
            out.write(ascii("POST /proxy/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n"));
            firstPartArrived.await();
            out.write(ascii("6\r\nsecond\r\n0\r\n\r\n"));

            String answer = readUntil(socket, "one\r\n");
            answerSeen.open();
            answer += new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

            assertThat(answer).startsWith("HTTP/1.1 200").contains("3\r\none\r\n3\r\ntwo\r\n0\r\n");
        }
    }

    @Test
    void upstreamThatCannotBeReachedIsABadGateway() throws Exception {
        try (ClosedPort nobody = new ClosedPort();
                RunningSample sample = new RunningSample("--proxy.upstream=http://localhost:" + nobody.port())) {
            assertThat(sample.get("/proxy/").getStatusCode().value()).isEqualTo(502);
        }
    }

    @Test
    void upstreamThatBreaksOffIsABadGateway() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.start(Peer::readRequest);
                RunningSample sample = proxyTo(upstream)) {
            assertThat(sample.get("/proxy/").getStatusCode().value()).isEqualTo(502);
        }
    }

    @Test
    void silentUpstreamIsAGatewayTimeout() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.start(ScriptedServer.silence());
                RunningSample sample = new RunningSample(
                        "--proxy.upstream=http://localhost:" + upstream.port(), "--pool.read-timeout=200ms")) {
            assertThat(sample.get("/proxy/").getStatusCode().value()).isEqualTo(504);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 200000", "Transfer-Encoding: chunked"})
    void bodyThatBreaksOffIsNotTakenForAWholeOne(String framing) throws Exception {
        try (ScriptedServer upstream = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\n" + framing + "\r\n\r\n186a0\r\n" + "x".repeat(100_000) + "\r\n");
                });
                RunningSample sample = proxyTo(upstream)) {
            HttpRequest request = HttpRequest.newBuilder(sample.uri("/proxy/")).build();

            assertThatThrownBy(() -> caller.send(request, BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void answerThatBreaksOffBeforeAnyOfItWasPassedOnIsABadGateway() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\nX-Gone: yes\r\n\r\n");
                });
                RunningSample sample = proxyTo(upstream)) {
            HttpResponse<String> answer =
                    caller.send(HttpRequest.newBuilder(sample.uri("/proxy/")).build(), BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(502);
            assertThat(answer.headers().firstValue("X-Gone")).isEmpty();
        }
    }

    @Test
    void callerThatGoesAwayFreesTheConnectionToTheUpstream() throws Exception {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        try (ScriptedServer upstream = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                    String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
                    try {
                        while (true) {
                            peer.send(chunk);
                        }
                    } catch (IOException e) {
                        ended.complete(null);
                    }
                });
                RunningSample sample = proxyTo(upstream)) {
            try (Socket socket = new Socket("localhost", sample.port())) {
                socket.getOutputStream().write(ascii("GET /proxy/ HTTP/1.1\r\nHost: localhost\r\n\r\n"));
                readUntil(socket, "xxx");
            }

            ended.get(30, TimeUnit.SECONDS);
            sample.awaitNoneActive();
        }
    }

    @Test
    void callerThatBreaksOffItsUploadIsNoFailureOfTheApplication(CapturedOutput output) throws Exception {
        Gate arrived = new Gate("first part");
        CompletableFuture<Void> ended = new CompletableFuture<>();
        try (ScriptedServer upstream = ScriptedServer.start(peer -> {
                    peer.readHead();
                    peer.readBytes(5);
                    arrived.open();
                    peer.expectEnd();
                    ended.complete(null);
                });
                RunningSample sample = proxyTo(upstream)) {
            try (Socket socket = new Socket("localhost", sample.port())) {
                socket.getOutputStream()
                        .write(ascii("POST /proxy/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nfirst"));
                arrived.await();
            }

            ended.get(30, TimeUnit.SECONDS);
            sample.awaitNoneActive();
        }
        assertThat(output).doesNotContain("ERROR");
    }

    @Test
    void bodyThatCannotBeReadIsABadRequest() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.start(Peer::readRequestOrEnd);
                RunningSample sample = proxyTo(upstream);
                Socket socket = new Socket("localhost", sample.port())) {
            String answer = exchange(
                    socket,
                    "POST /proxy/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n");

            assertThat(answer).startsWith("HTTP/1.1 400");
        }
    }

    @Test
    void onlyTheUpstreamAsksForABodyThatWaitsToBeAskedFor() throws Exception {
        try (ScriptedServer upstream = ScriptedServer.start(peer -> {
                    assertThat(peer.readHead()).containsIgnoringCase("Expect: 100-continue");
                    peer.send("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno");
                    peer.expectEnd();
                });
                RunningSample sample = proxyTo(upstream);
                Socket socket = new Socket("localhost", sample.port())) {
            String answer = exchange(
                    socket,
                    "POST /proxy/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                            + "Expect: 100-continue\r\nContent-Length: 1000000\r\n\r\n");

            assertThat(answer).startsWith("HTTP/1.1 417").endsWith("\r\n\r\nno");
        }
    }

    private static RunningSample proxyTo(ScriptedServer upstream) throws IOException {
        return new RunningSample("--proxy.upstream=http://localhost:" + upstream.port());
    }

    private static String exchange(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(ascii(request));
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    private static String readUntil(Socket socket, String text) throws IOException {
        StringBuilder read = new StringBuilder();
        while (read.indexOf(text) < 0) {
            int next = socket.getInputStream().read();
            assertThat(next).as("the end came after: " + read).isNotNegative();
            read.append((char) next);
        }
        return read.toString();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] digest(InputStream bytes) throws IOException {
        try {
            DigestInputStream digest = new DigestInputStream(bytes, MessageDigest.getInstance("SHA-256"));
            digest.transferTo(OutputStream.nullOutputStream());
            return digest.getMessageDigest().digest();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** The same bytes each time. */
    private static final class RandomBytes extends InputStream {

        private final Random random = new Random(1);
        private int left;

        RandomBytes(int size) {
            left = size;
        }

        @Override
        public int read() {
            return left-- > 0 ? (byte) (random.nextInt() >>> 13) & 0xff : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            if (left <= 0) {
                return -1;
            }
            int count = Math.min(left, length);
            for (int i = 0; i < count; i++) {
                into[offset + i] = (byte) (random.nextInt() >>> 13);
            }
            left -= count;
            return count;
        }
    }
}
