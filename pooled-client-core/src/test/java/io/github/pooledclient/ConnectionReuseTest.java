// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.awaitNothingOpen;
import static io.github.pooledclient.EndToEnd.closed;
import static io.github.pooledclient.EndToEnd.fetch;
import static io.github.pooledclient.EndToEnd.send;
import static io.github.pooledclient.EndToEnd.totals;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.testing.ScriptedServer;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which connections carry another request, by what was said on them (RFC 9112, 9.3). */
class ConnectionReuseTest {

    private static final String FIELDS = "HTTP/1.1 200 OK\r\n";

    @ParameterizedTest(name = "{0}")
    @MethodSource("reusable")
    void connectionIsReusedAfter(String what, String answer, String body) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(answer));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            String first = fetch(client, server);
            String second = fetch(client, server);

            assertThat(first).isEqualTo(body);
            assertThat(second).isEqualTo(body);
            assertThat(server.accepted()).isEqualTo(1);
            assertThat(totals(client).idle()).isEqualTo(1);
        }
    }

    static Stream<Arguments> reusable() {
        return Stream.of(
                Arguments.of("a length", FIELDS + "Content-Length: 2\r\n\r\nhi", "hi"),
                Arguments.of("a length of zero", FIELDS + "Content-Length: 0\r\n\r\n", ""),
                Arguments.of(
                        "the same length twice", FIELDS + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi", "hi"),
                Arguments.of(
                        "chunks",
                        FIELDS + "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n3;ext=1\r\n yo\r\n0\r\n\r\n",
                        "hi yo"),
                Arguments.of(
                        "trailers",
                        FIELDS + "Transfer-Encoding: Chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n",
                        "hi"),
                Arguments.of("no chunk", FIELDS + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ""),
                Arguments.of("204", "HTTP/1.1 204 No Content\r\n\r\n", ""),
                Arguments.of(
                        "304 with the length of the GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", ""),
                Arguments.of(
                        "interim responses",
                        "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </s>\r\n\r\n" + ok("hi"),
                        "hi"),
                Arguments.of(
                        "HTTP/1.0 that says keep-alive",
                        "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nhi",
                        "hi"),
                Arguments.of("an error status", "HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nhi", "hi"),
                Arguments.of("no reason phrase", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", "hi"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("notReusable")
    void connectionIsClosedAfter(String what, String answer, CloseReason reason) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send(answer);
                    peer.socket().shutdownOutput();
                    peer.awaitEnd();
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            String body = fetch(client, server);

            assertThat(body).isEqualTo("hi");
            assertThat(totals(client).closed()).containsExactly(Map.entry(reason, 1L));
            awaitNothingOpen(client, server);
        }
    }

    static Stream<Arguments> notReusable() {
        CloseReason said = CloseReason.PEER_SAID_CLOSE;
        return Stream.of(
                Arguments.of("Connection: close", FIELDS + "Connection: close\r\nContent-Length: 2\r\n\r\nhi", said),
                Arguments.of("close in a list", FIELDS + "Connection: foo, Close\r\nContent-Length: 2\r\n\r\nhi", said),
                Arguments.of(
                        "close in a second field",
                        FIELDS + "Connection: foo\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi",
                        said),
                Arguments.of("HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", said),
                Arguments.of("408", "HTTP/1.1 408 Request Timeout\r\nContent-Length: 2\r\n\r\nhi", said),
                Arguments.of("a body until the close", FIELDS + "\r\nhi", CloseReason.PEER_CLOSED),
                Arguments.of("an HTTP/1.0 body until the close", "HTTP/1.0 200 OK\r\n\r\nhi", said),
                Arguments.of(
                        "Keep-Alive: max=0",
                        FIELDS + "Keep-Alive: timeout=9, max=0\r\nContent-Length: 2\r\n\r\nhi",
                        CloseReason.KEEP_ALIVE_HINT),
                Arguments.of("surplus bytes", FIELDS + "Content-Length: 2\r\n\r\nhiHTTP", CloseReason.SURPLUS_BYTES),
                Arguments.of("a surplus response", ok("hi") + ok("this is for nobody"), CloseReason.SURPLUS_BYTES));
    }

    @Test
    void connectionIsClosedAfterRequestSaidClose() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            HttpRequest request = new RequestWithField(EndToEnd.get(server), "Connection", "close");

            send(client, request);

            assertThat(server.requests().get(0).field("Connection")).isEqualTo("close");
            assertThat(closed(client, CloseReason.WE_SAID_CLOSE)).isEqualTo(1);
            awaitNothingOpen(client, server);
        }
    }

    @Test
    void headHasNoBodyWhateverItsLength() throws Exception {
        try (ScriptedServer server =
                        ScriptedServer.start(always("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            HttpRequest head = HttpRequest.newBuilder(server.uri("/"))
                    .method("HEAD", BodyPublishers.noBody())
                    .build();

            send(client, head);
            HttpResponse<String> response = send(client, head);

            assertThat(response.body()).isEmpty();
            assertThat(response.headers().firstValue("content-length")).hasValue("1000000");
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @Test
    void surplusResponseIsNeverTheNextAnswer() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("right") + ok("wrong")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            for (int i = 0; i < 5; i++) {
                assertThat(fetch(client, server)).isEqualTo("right");
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551617\r\n\r\nh",
                "HTTP/2 200 OK\r\nContent-Length: 2\r\n\r\nhi",
                "SSH-2.0-OpenSSH_9.6\r\n\r\n"
            })
    void answerThatBreaksTheProtocolIsRefused(String answer) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(answer));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            assertThatThrownBy(() -> fetch(client, server))
                    .isInstanceOf(ProtocolException.class)
                    .satisfies(e -> assertThat(RequestState.of(e)).isEqualTo(RequestState.RESPONSE_STARTED));

            assertThat(closed(client, CloseReason.PROTOCOL_ERROR)).isEqualTo(1);
            awaitNothingOpen(client, server);
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nhello"
            })
    void bodyThatIsCutShortIsAnError(String answer) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send(answer);
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            assertThatThrownBy(() -> fetch(client, server))
                    .isInstanceOf(IOException.class)
                    .satisfies(e -> assertThat(RequestState.of(e)).isEqualTo(RequestState.RESPONSE_STARTED));

            awaitNothingOpen(client, server);
        }
    }

    @Test
    void newestIdleConnectionIsTakenFirst() throws Exception {
        CountDownLatch bothThere = new CountDownLatch(2);
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    String name = String.valueOf(peer.socket().getPort());
                    for (boolean first = true; peer.readRequestOrEnd() != null; first = false) {
                        if (first) {
                            bothThere.countDown();
                            bothThere.await();
                        }
                        peer.send(ok(name));
                    }
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            var other = EndToEnd.inBackground(() -> fetch(client, server));
            fetch(client, server);
            other.join();

            String hot = fetch(client, server);

            for (int i = 0; i < 3; i++) {
                assertThat(fetch(client, server)).isEqualTo(hot);
            }
        }
    }

    @Test
    void responseSaysWhatTheJdksDoes() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(
                        always("HTTP/1.1 201 Created\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 2\r\n\r\nhi"));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            HttpRequest request = EndToEnd.get(server.uri("/path?q=%20#fragment"));

            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());

            assertThat(response.statusCode()).isEqualTo(201);
            assertThat(response.headers().allValues("X-a")).containsExactly("1", "2");
            assertThat(response.request()).isSameAs(request);
            assertThat(response.uri()).isEqualTo(request.uri());
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
            assertThat(response.sslSession()).isEmpty();
            assertThat(response.previousResponse()).isEmpty();
            assertThat(server.requests().get(0).line()).isEqualTo("GET /path?q=%20 HTTP/1.1");
        }
    }
}
