// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.testing.ForwardProxy;
import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.ScriptedServer.Script;
import io.github.pooledclient.testing.TestCertificates;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProxyTest {

    @Test
    void plainRequestsGoToTheProxyInAbsoluteForm() throws Exception {
        try (ScriptedServer proxy = ScriptedServer.start(always(ok("from the proxy")));
                PooledHttpClient client = through(proxy)) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://origin.invalid/path?q=1"))
                    .build();

            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());

            assertThat(response.body()).isEqualTo("from the proxy");
            assertThat(proxy.requests().get(0).line()).isEqualTo("GET http://origin.invalid/path?q=1 HTTP/1.1");
            assertThat(proxy.requests().get(0).field("Host")).isEqualTo("origin.invalid");
        }
    }

    @Test
    void connectionsToTheProxyAreReused() throws Exception {
        try (ScriptedServer proxy = ScriptedServer.start(always(ok("")));
                PooledHttpClient client = through(proxy)) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create("http://origin.invalid/")).build();

            client.send(request, BodyHandlers.discarding());
            client.send(request, BodyHandlers.discarding());

            assertThat(proxy.accepted()).isEqualTo(1);
        }
    }

    @Test
    void secureRequestsGoThroughATunnel() throws Exception {
        try (ScriptedServer origin = ScriptedServer.startTls(TestCertificates.server(), always(ok("from the origin")));
                ScriptedServer proxy = ScriptedServer.start(tunnel("HTTP/1.1 200 Connection established\r\n\r\n"));
                PooledHttpClient client = through(proxy)) {
            HttpRequest request = HttpRequest.newBuilder(origin.uri("/")).build();

            client.send(request, BodyHandlers.discarding());
            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());

            assertThat(response.body()).isEqualTo("from the origin");
            assertThat(response.sslSession()).isPresent();
            assertThat(proxy.requests()).hasSize(1);
            assertThat(proxy.requests().get(0).line()).isEqualTo("CONNECT localhost:" + origin.port() + " HTTP/1.1");
            assertThat(proxy.requests().get(0).field("Host")).isEqualTo("localhost:" + origin.port());
            assertThat(origin.requests().get(0).line()).isEqualTo("GET / HTTP/1.1");
        }
    }

    @Test
    void tunnelOfAnOldProxyIsATunnel() throws Exception {
        try (ScriptedServer origin = ScriptedServer.startTls(TestCertificates.server(), always(ok("from the origin")));
                ScriptedServer proxy = ScriptedServer.start(tunnel("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n"));
                PooledHttpClient client = through(proxy)) {
            HttpRequest request = HttpRequest.newBuilder(origin.uri("/")).build();

            assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("from the origin");
        }
    }

    @Test
    void proxyCredentialsNeverReachTheOrigin() throws Exception {
        try (ScriptedServer origin = ScriptedServer.startTls(TestCertificates.server(), always(ok("")));
                ScriptedServer proxy = ScriptedServer.start(tunnel("HTTP/1.1 200 OK\r\n\r\n"));
                PooledHttpClient client = through(proxy)) {
            HttpRequest request = HttpRequest.newBuilder(origin.uri("/"))
                    .header("Proxy-Authorization", "Basic c2VjcmV0")
                    .build();

            client.send(request, BodyHandlers.discarding());

            assertThat(proxy.requests().get(0).field("Proxy-Authorization")).isEqualTo("Basic c2VjcmV0");
            assertThat(origin.requests().get(0).field("Proxy-Authorization")).isNull();
        }
    }

    @Test
    void proxyCredentialsAreNotSentWithoutAProxy() throws Exception {
        try (ScriptedServer origin = ScriptedServer.start(always(ok("")));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .proxy(HttpClient.Builder.NO_PROXY)
                        .build()) {
            HttpRequest request = HttpRequest.newBuilder(origin.uri("/"))
                    .header("Proxy-Authorization", "Basic c2VjcmV0")
                    .build();

            client.send(request, BodyHandlers.discarding());

            assertThat(origin.requests().get(0).field("Proxy-Authorization")).isNull();
        }
    }

    @Test
    void refusedTunnelIsAFailureAndNotTheAnswerOfTheOrigin() throws Exception {
        try (ScriptedServer proxy =
                        ScriptedServer.start(always("HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\n\r\nno way"));
                PooledHttpClient client = through(proxy)) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("https://origin.invalid/"))
                    .build();

            assertThatThrownBy(() -> client.send(request, BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("refused a tunnel to origin.invalid:443 with status 403")
                    .satisfies(e -> assertThat(RequestState.of(e)).isEqualTo(RequestState.NOT_SENT));

            assertThat(proxy.awaitNoneOpen(Duration.ofSeconds(10))).isTrue();
        }
    }

    @Test
    void bytesBeforeTheTunnelIsUsedAreRefused() throws Exception {
        try (ScriptedServer proxy = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfake");
                    peer.awaitEnd();
                });
                PooledHttpClient client = through(proxy)) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("https://origin.invalid/"))
                    .build();

            assertThatThrownBy(() -> client.send(request, BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("RFC 9110, 9.3.6");
        }
    }

    @Test
    void stalledProxyTimesOutInThePhaseOfTheTunnel() throws Exception {
        try (ScriptedServer proxy = ScriptedServer.start(Peer::stall);
                PooledHttpClient client =
                        builder(proxy).connectTimeout(Duration.ofSeconds(1)).build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("https://origin.invalid/"))
                    .build();

            assertThatThrownBy(() -> client.send(request, BodyHandlers.ofString()))
                    .isInstanceOf(HttpConnectTimeoutException.class)
                    .hasMessageContaining(
                            "still waiting for the proxy localhost:" + proxy.port() + " to open a tunnel");
        }
    }

    @Test
    void selectorIsAskedWithTheWholeTarget() throws Exception {
        URI[] asked = new URI[1];
        ProxySelector selector = new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                asked[0] = uri;
                return List.of(Proxy.NO_PROXY);
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
        };
        try (ScriptedServer origin = ScriptedServer.start(always(ok("")));
                PooledHttpClient client =
                        PooledHttpClient.newBuilder().proxy(selector).build()) {
            client.send(HttpRequest.newBuilder(origin.uri("/path?q=1")).build(), BodyHandlers.discarding());

            assertThat(asked[0]).isEqualTo(origin.uri("/path?q=1"));
        }
    }

    @Test
    void selectorThatFailsIsAFailureOfTheCall() throws Exception {
        ProxySelector selector = new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                throw new IllegalStateException("the selector's own");
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
        };
        try (ScriptedServer server = ScriptedServer.start(always(ok("direct")));
                PooledHttpClient client =
                        PooledHttpClient.newBuilder().proxy(selector).build()) {

            assertThatThrownBy(() -> EndToEnd.fetch(client, server))
                    .isInstanceOf(IOException.class)
                    .hasRootCauseMessage("the selector's own")
                    .satisfies(e -> assertThat(RequestState.of(e)).isEqualTo(RequestState.NOT_SENT));

            assertThat(server.accepted()).isZero();
        }
    }

    @Test
    void kindOfProxyThatIsNotKnownIsNeverBypassed() throws Exception {
        ProxySelector selector = new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                return List.of(new Proxy(Proxy.Type.SOCKS, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)));
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
        };
        try (ScriptedServer origin = ScriptedServer.start(always(ok("")));
                PooledHttpClient client =
                        PooledHttpClient.newBuilder().proxy(selector).build()) {
            HttpRequest request = HttpRequest.newBuilder(origin.uri("/")).build();

            assertThatThrownBy(() -> client.send(request, BodyHandlers.discarding()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("SOCKS is not supported");

            assertThat(origin.accepted()).isZero();
        }
    }

    @Test
    void credentialsOpenATunnelWhenTheProxyAsks() throws Exception {
        try (ScriptedServer origin = ScriptedServer.startTls(TestCertificates.server(), always(ok("behind it")));
                ScriptedServer proxy = ScriptedServer.start(ForwardProxy.asking("user", "secret"));
                PooledHttpClient client =
                        builder(proxy).proxyCredentials("user", "secret").build()) {
            HttpRequest request = HttpRequest.newBuilder(origin.uri("/")).build();

            assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("behind it");

            assertThat(proxy.requests()).hasSize(2);
            assertThat(origin.requests().get(0).field("Proxy-Authorization")).isNull();
        }
    }

    @Test
    void credentialsAreToldOnceAProxyHasAsked() throws Exception {
        try (ScriptedServer origin = ScriptedServer.start(always(ok("behind it")));
                ScriptedServer proxy = ScriptedServer.start(ForwardProxy.asking("user", "secret"));
                PooledHttpClient client =
                        builder(proxy).proxyCredentials("user", "secret").build()) {
            HttpRequest request = HttpRequest.newBuilder(origin.uri("/")).build();

            assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("behind it");
            client.send(request, BodyHandlers.discarding());

            assertThat(proxy.requests()).hasSize(3);
            assertThat(origin.requests().get(0).field("Proxy-Authorization")).isNull();
        }
    }

    @Test
    void wrongCredentialsAreNotSentAgain() throws Exception {
        try (ScriptedServer proxy = ScriptedServer.start(ForwardProxy.asking("user", "secret"));
                PooledHttpClient client =
                        builder(proxy).proxyCredentials("user", "wrong").build()) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create("http://origin.invalid/")).build();

            assertThat(client.send(request, BodyHandlers.discarding()).statusCode())
                    .isEqualTo(407);

            assertThat(proxy.requests()).hasSize(2);
        }
    }

    @Test
    void serversAreNotToldTheCredentialsOfProxies() throws Exception {
        try (ScriptedServer origin = ScriptedServer.start(always(
                        "HTTP/1.1 401 Who\r\nWWW-Authenticate: Basic realm=\"o\"\r\nContent-Length: 0\r\n\r\n"));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .proxyCredentials("user", "secret")
                        .build()) {
            HttpRequest request = HttpRequest.newBuilder(origin.uri("/")).build();

            assertThat(client.send(request, BodyHandlers.discarding()).statusCode())
                    .isEqualTo(401);

            assertThat(origin.requests()).hasSize(1);
        }
    }

    @Test
    void credentialsThatCannotBeSaidAreRefused() {
        assertThatThrownBy(() -> PooledHttpClient.newBuilder().proxyCredentials("a:b", "secret"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("userName must not contain a colon: a:b");
    }

    private static PooledHttpClient through(ScriptedServer proxy) {
        return builder(proxy).build();
    }

    private static PooledHttpClient.Builder builder(ScriptedServer proxy) {
        return PooledHttpClient.newBuilder()
                .sslContext(TestCertificates.client())
                .proxy(ProxySelector.of(InetSocketAddress.createUnresolved("localhost", proxy.port())));
    }

    /** Answers CONNECT, and passes bytes both ways from then on. */
    private static Script tunnel(String answer) {
        return peer -> {
            String line = peer.readRequest().line();
            int port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1, line.lastIndexOf(' ')));
            try (Socket upstream = new Socket(InetAddress.getLoopbackAddress(), port)) {
                peer.send(answer);
                Thread back = new Thread(() -> pass(upstream, peer.socket()), "tunnel");
                back.setDaemon(true);
                back.start();
                pass(peer.socket(), upstream);
            }
        };
    }

    private static void pass(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
            to.shutdownOutput();
        } catch (IOException oneEndHasGone) {
            // The other one sees it too.
        }
    }
}
