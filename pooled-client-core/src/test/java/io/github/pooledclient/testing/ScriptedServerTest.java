// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.answers;
import static io.github.pooledclient.testing.ScriptedServer.chunked;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static io.github.pooledclient.testing.ScriptedServer.silence;
import static io.github.pooledclient.testing.ScriptedServer.unexpected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.PooledHttpClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a test may rely on; with plain sockets as clients, so that nothing of ours stands in between. */
@Timeout(60)
class ScriptedServerTest {

    private static final String GET = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
    private static final int TO_THE_END = Integer.MAX_VALUE;

    @Test
    void nthConnectionGetsTheNthScriptAndLaterOnesTheLast() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(answers("one"), answers("two"))) {

            assertThat(exchange(server, GET, 3)).isEqualTo("one");
            assertThat(exchange(server, GET, 3)).isEqualTo("two");
            assertThat(exchange(server, GET, 3)).isEqualTo("two");

            assertThat(server.accepted()).isEqualTo(3);
            assertThat(server.requests()).extracting(Peer.Request::connection).containsExactly(1, 2, 3);
        }
    }

    @Test
    void requestIsThereParsedAndAsItCame() throws Exception {
        String post = """
                POST /b?c HTTP/1.1
                A: 1
                a: 2\s
                Transfer-Encoding: chunked

                2
                hi
                1
                !
                0

                """.replace("\n", "\r\n");
        try (ScriptedServer server = ScriptedServer.start(always(ok("")))) {
            exchange(server, post + GET, 2 * ok("").length());

            Peer.Request request = server.awaitRequests(2).get(0);
            assertThat(request.line()).isEqualTo("POST /b?c HTTP/1.1");
            assertThat(request.method()).isEqualTo("POST");
            assertThat(request.target()).isEqualTo("/b?c");
            assertThat(request.field("A")).isEqualTo("1");
            assertThat(request.fields("a")).containsExactly("1", "2");
            assertThat(request.field("B")).isNull();
            assertThat(request.text()).isEqualTo("hi!");
            assertThat(request).hasToString(post);
            assertThat(server.lastRequest()).hasToString(GET);
        }
    }

    @Test
    void chunksAreWrittenAsTheGrammarHasThem() {
        assertThat(chunked("hi", "0123456789"))
                .endsWith("\r\n\r\n2\r\nhi\r\na\r\n0123456789\r\n0\r\n\r\n")
                .contains("Transfer-Encoding: chunked");
    }

    @Test
    void failureOfAScriptIsTheTestsAndShowsWhatCame() throws Exception {
        ScriptedServer server = ScriptedServer.start(peer -> peer.expectRequest("GET /other "));
        exchange(server, GET, 0);

        assertThatThrownBy(() -> server.awaitRequests(2))
                .isInstanceOf(AssertionError.class)
                .hasMessage("the script of connection 1 failed: expected 'GET /other ', but this came:\n" + GET);
        assertThatThrownBy(server::check).isInstanceOf(AssertionError.class);
        assertThatThrownBy(server::close).isInstanceOf(AssertionError.class);
    }

    @Test
    void failuresOfOtherConnectionsAreSuppressed() throws Exception {
        ScriptedServer server = ScriptedServer.start(peer -> {
            throw new IllegalStateException("of " + peer.number());
        });
        exchange(server, "", TO_THE_END);
        exchange(server, "", TO_THE_END);

        assertThatThrownBy(server::close)
                .hasCauseInstanceOf(IllegalStateException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    }

    @Test
    void failureJustBeforeTheEndIsNotLost() throws Exception {
        Gate closing = new Gate("the server is being closed");
        ScriptedServer server = ScriptedServer.start(peer -> {
            closing.open();
            peer.stall();
            throw new IllegalStateException("late");
        });
        try (Socket client = connect(server)) {
            closing.await();

            assertThatThrownBy(server::close).hasMessageContaining("late");
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void clientThatGoesAwayFailsNoScript() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
            while (true) {
                peer.send("x".repeat(10_000));
            }
        })) {
            exchange(server, "", 1);

            assertThat(server.awaitNoneOpen(Gate.PATIENCE)).isTrue();
        }
    }

    @Test
    void clientThatGoesWhereARequestWasExpectedFailsTheScript() throws Exception {
        ScriptedServer server = ScriptedServer.start(Peer::readRequest);
        exchange(server, "", TO_THE_END);

        assertThatThrownBy(server::close).hasMessageContaining("closed where the script expected a request");
    }

    @Test
    void connectionThatNobodyExpectedFailsTheTest() throws Exception {
        ScriptedServer server = ScriptedServer.start(answers("one"), unexpected());
        exchange(server, GET, TO_THE_END);
        exchange(server, GET, TO_THE_END);

        assertThatThrownBy(server::close).hasMessageEndingWith("but this came:\n" + GET);
    }

    @Test
    void requestThatNobodyExpectedFailsTheTest() throws Exception {
        ScriptedServer server = ScriptedServer.start(answers("one"));
        exchange(server, GET + GET, TO_THE_END);

        assertThatThrownBy(server::close).hasMessageEndingWith("expected the client to close, but this came:\n" + GET);
    }

    @Test
    void closeLeavesNoThreadWhateverItsScriptWaitsFor() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        ScriptedServer server = ScriptedServer.start(
                silence(), Peer::awaitEnd, peer -> never.await(), peer -> new Gate("nothing").await(), peer -> {
                    while (true) {
                        peer.send("x".repeat(100_000));
                    }
                });
        try (Socket a = connect(server);
                Socket b = connect(server);
                Socket c = connect(server);
                Socket d = connect(server);
                Socket e = connect(server)) {
            send(a, GET);
            server.awaitRequests(1);
            assertThat(e.getInputStream().read()).isEqualTo('x');
            assertThat(b.isConnected() && c.isConnected() && d.isConnected()).isTrue();

            server.close();
        }

        assertThat(server.open()).isZero();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("scripted-" + server.port()));
    }

    @Test
    void scriptsFollowOneAnother() throws Exception {
        ScriptedServer.Script head = peer -> peer.send("head ");
        try (ScriptedServer server =
                ScriptedServer.start(head.then(peer -> peer.send("body")).then(Peer::expectEnd))) {
            assertThat(exchange(server, "", 9)).isEqualTo("head body");
        }
    }

    @Test
    void piecesMakeTheWhole() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> peer.sendInPieces("0123456789", 3))) {
            assertThat(exchange(server, "", 10)).isEqualTo("0123456789");
        }
    }

    @Test
    void gateHoldsTheScriptUntilTheTestOpensIt() throws Exception {
        Gate gate = new Gate("the first is read");
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.send("1");
                    peer.waitFor(gate);
                    peer.send("2");
                });
                Socket client = connect(server)) {
            assertThat(client.getInputStream().read()).isEqualTo('1');
            assertThat(client.getInputStream().available()).isZero();

            gate.open();

            assertThat(client.getInputStream().read()).isEqualTo('2');
        }
    }

    @Test
    void halfCloseEndsOneWayOnly() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.halfClose();
                    peer.readRequest();
                });
                Socket client = connect(server)) {
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            send(client, GET);

            assertThat(server.awaitRequests(1)).hasSize(1);
        }
    }

    @Test
    void resetIsAReset() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(Peer::reset);
                Socket client = connect(server)) {
            assertThatThrownBy(() -> client.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    void allConnectionsAreClosedAsByARestart() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always("x"));
                Socket client = connect(server)) {
            send(client, GET);
            assertThat(client.getInputStream().read()).isEqualTo('x');

            server.closeConnections();

            assertThat(client.getInputStream().read()).isEqualTo(-1);
            assertThat(exchange(server, GET, 1)).isEqualTo("x");
        }
    }

    @Test
    void serverSpeaksTls() throws Exception {
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), answers("x"));
                SSLSocket client = connectTls(server)) {
            send(client, GET);

            assertThat(client.getInputStream().read()).isEqualTo('x');
            assertThat(server.uri("/")).hasScheme("https");
        }
    }

    @Test
    void endOfTlsIsAGoodbyeAndACutIsNone() throws Exception {
        String untilTheEnd = "HTTP/1.1 200 OK\r\n\r\nhi";
        ScriptedServer.Script answer = peer -> {
            peer.expectRequest("GET / ");
            peer.send(untilTheEnd);
        };
        try (ScriptedServer server = ScriptedServer.startTls(
                        TestCertificates.server(), answer.then(Peer::close), answer.then(Peer::cut));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .sslContext(TestCertificates.client())
                        .build()) {
            HttpRequest request = HttpRequest.newBuilder(server.uri("/")).build();

            assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("hi");
            // The JDK's own sockets take the one for the other.
            assertThatThrownBy(() -> client.send(request, BodyHandlers.ofString()))
                    .hasMessageContaining("close_notify");
        }
    }

    @Test
    void resetOfTlsIsAReset() throws Exception {
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), peer -> {
                    peer.readRequest();
                    peer.reset();
                });
                SSLSocket client = connectTls(server)) {
            send(client, GET);

            assertThatThrownBy(() -> client.getInputStream().read()).hasMessageContaining("reset");
        }
    }

    private static Socket connect(ScriptedServer server) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), server.port());
    }

    private static SSLSocket connectTls(ScriptedServer server) throws IOException {
        return (SSLSocket) TestCertificates.client().getSocketFactory().createSocket("localhost", server.port());
    }

    private static void send(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        client.getOutputStream().flush();
    }

    /** Sends, reads so many bytes, and closes. */
    private static String exchange(ScriptedServer server, String sent, int expected) throws IOException {
        try (Socket client = connect(server)) {
            send(client, sent);
            client.shutdownOutput();
            return new String(client.getInputStream().readNBytes(expected), StandardCharsets.ISO_8859_1);
        }
    }
}
