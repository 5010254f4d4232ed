// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.TestCertificates;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/** What a {@link ProxySelector} decides, and how a proxy is spoken to. */
@ContractTest
class ProxyContractTest {

    private final Client client;

    ProxyContractTest(Client client) {
        this.client = client;
    }

    private OpenClient with(ProxySelector selector) {
        return client.open(builder -> builder.proxy(selector));
    }

    private static Proxy at(ScriptedServer proxy) {
        return new Proxy(Proxy.Type.HTTP, new InetSocketAddress("localhost", proxy.port()));
    }

    @Test
    void plainRequestIsSentToTheProxyInAbsoluteForm() throws Exception {
        try (ScriptedServer proxy = ScriptedServer.start(always(ok("from the proxy")));
                OpenClient open = with(ProxySelector.of(new InetSocketAddress("localhost", proxy.port())))) {

            HttpResponse<String> response = open.get(URI.create("http://origin.invalid/path?q"));

            assertThat(response.body()).isEqualTo("from the proxy");
            assertThat(proxy.lastRequest().line()).isEqualTo("GET http://origin.invalid/path?q HTTP/1.1");
            assertThat(proxy.lastRequest().field("Host")).isEqualTo("origin.invalid");
        }
    }

    @Test
    @Difference("RFC 9112, 3.2.2: a target has no fragment; the JDK's client tells it to a proxy")
    void fragmentIsNotSentToAProxy() throws Exception {
        try (ScriptedServer proxy = ScriptedServer.start(always(ok("hi")));
                OpenClient open = with(ProxySelector.of(new InetSocketAddress("localhost", proxy.port())))) {

            open.get(URI.create("http://origin.invalid/path#secret"));

            assertThat(proxy.lastRequest().line())
                    .isEqualTo("GET http://origin.invalid/path" + client.differs("#secret", "") + " HTTP/1.1");
        }
    }

    @Test
    void secureRequestGoesThroughATunnel() throws Exception {
        try (ScriptedServer proxy = ScriptedServer.start(peer -> {
                    Peer.Request connect = peer.readRequest();
                    assertThat(connect.line()).isEqualTo("CONNECT origin.invalid:443 HTTP/1.1");
                    peer.send("HTTP/1.1 200 Connected\r\n\r\n");
                    // What comes now is TLS.
                    assertThat(peer.readBytes(1)).containsExactly(22);
                });
                OpenClient open = with(ProxySelector.of(new InetSocketAddress("localhost", proxy.port())))) {
            assertThatThrownBy(() -> open.get(URI.create("https://origin.invalid/")))
                    .isInstanceOf(IOException.class);
            assertThat(proxy.requests().get(0).field("Host")).isEqualTo("origin.invalid:443");
        }
    }

    @Test
    void proxyThatRefusesATunnelIsNotBypassed() throws Exception {
        try (ScriptedServer origin = ScriptedServer.startTls(TestCertificates.server(), always(ok("hi")));
                ScriptedServer proxy =
                        ScriptedServer.start(always("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"));
                OpenClient open = with(ProxySelector.of(new InetSocketAddress("localhost", proxy.port())))) {
            assertThatThrownBy(() -> open.get(origin.uri("/"))).isInstanceOf(IOException.class);
            assertThat(origin.accepted()).isZero();
        }
    }

    @Test
    @Difference("what a proxy says to CONNECT is not the origin's answer (RFC 9110, 9.3.6)")
    void proxyThatWantsCredentialsForATunnelIsAnError() throws Exception {
        try (ScriptedServer proxy = ScriptedServer.start(always(
                        "HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=\"r\"\r\nContent-Length: 0\r\n\r\n"));
                OpenClient open = with(ProxySelector.of(new InetSocketAddress("localhost", proxy.port())))) {
            URI secure = URI.create("https://origin.invalid/");
            switch (client) {
                case JDK -> assertThat(open.get(secure).statusCode()).isEqualTo(407);
                case OURS ->
                    assertThatThrownBy(() -> open.get(secure))
                            .isInstanceOf(IOException.class)
                            .hasMessageContaining("407");
            }
        }
    }

    @Test
    void proxyThatIsNotThereIsNotBypassed() throws Exception {
        try (ScriptedServer origin = ScriptedServer.start(always(ok("hi")));
                OpenClient open = with(ProxySelector.of(new InetSocketAddress("localhost", 1)))) {
            assertThatThrownBy(() -> open.get(origin.uri("/"))).isInstanceOf(IOException.class);
            assertThat(origin.accepted()).isZero();
        }
    }

    @Test
    void noProxyIsTheDirectWay() throws Exception {
        try (ScriptedServer origin = ScriptedServer.start(always(ok("hi")));
                OpenClient open = with(HttpClient.Builder.NO_PROXY);
                OpenClient ofNull = with(ProxySelector.of(null))) {
            assertThat(open.get(origin.uri("/")).body()).isEqualTo("hi");
            assertThat(ofNull.get(origin.uri("/")).body()).isEqualTo("hi");
            assertThat(origin.lastRequest().line()).isEqualTo("GET / HTTP/1.1");
        }
    }

    @Test
    void selectorIsAskedForEachTarget() throws Exception {
        try (ScriptedServer origin = ScriptedServer.start(always(ok("direct")));
                ScriptedServer proxy = ScriptedServer.start(always(ok("by proxy")))) {
            Choosing selector =
                    new Choosing(uri -> List.of(uri.getPath().startsWith("/proxied") ? at(proxy) : Proxy.NO_PROXY));
            try (OpenClient open = with(selector)) {
                assertThat(open.get(origin.uri("/proxied?x")).body()).isEqualTo("by proxy");
                assertThat(open.get(origin.uri("/")).body()).isEqualTo("direct");
            }

            assertThat(selector.asked).contains(origin.uri("/proxied?x"), origin.uri("/"));
        }
    }

    @Test
    void firstOfSeveralProxiesIsTaken() throws Exception {
        try (ScriptedServer first = ScriptedServer.start(always(ok("first")));
                ScriptedServer second = ScriptedServer.start(always(ok("second")));
                OpenClient open = with(new Choosing(uri -> List.of(at(first), at(second), Proxy.NO_PROXY)))) {
            assertThat(open.get(URI.create("http://origin.invalid/")).body()).isEqualTo("first");
        }
    }

    @Test
    void emptyListIsTheDirectWay() throws Exception {
        try (ScriptedServer origin = ScriptedServer.start(always(ok("hi")));
                OpenClient open = with(new Choosing(uri -> List.of()))) {
            assertThat(open.get(origin.uri("/")).body()).isEqualTo("hi");
        }
    }

    @Test
    @Difference("a selector that says nothing names no proxy; the JDK's client fails on it")
    void nullListIsTheDirectWay() throws Exception {
        try (ScriptedServer origin = ScriptedServer.start(always(ok("hi")));
                OpenClient open = with(new Choosing(uri -> null))) {
            switch (client) {
                case JDK ->
                    assertThatThrownBy(() -> open.get(origin.uri("/"))).isInstanceOf(NullPointerException.class);
                case OURS -> assertThat(open.get(origin.uri("/")).body()).isEqualTo("hi");
            }
        }
    }

    @Test
    @Difference("a proxy that is asked for is never bypassed in silence")
    void socksProxyIsNotBypassed() throws Exception {
        Proxy socks = new Proxy(Proxy.Type.SOCKS, new InetSocketAddress("localhost", 1));
        try (ScriptedServer origin = ScriptedServer.start(always(ok("hi")));
                OpenClient open = with(new Choosing(uri -> List.of(socks)))) {
            switch (client) {
                case JDK -> assertThat(open.get(origin.uri("/")).body()).isEqualTo("hi");
                case OURS ->
                    assertThatThrownBy(() -> open.get(origin.uri("/")))
                            .isInstanceOf(IOException.class)
                            .hasMessageContaining("SOCKS");
            }
        }
    }

    @Test
    @ResourceLock("java.net.ProxySelector.default")
    void defaultSelectorIsAskedWhereNoneIsSet() throws Exception {
        ProxySelector before = ProxySelector.getDefault();
        try (ScriptedServer proxy = ScriptedServer.start(always(ok("by proxy")))) {
            // Only for this name: other tests of this JVM go their way.
            ProxySelector.setDefault(
                    new Choosing(uri -> List.of("proxied.invalid".equals(uri.getHost()) ? at(proxy) : Proxy.NO_PROXY)));
            try (OpenClient open = client.open(builder -> builder)) {
                assertThat(open.get(URI.create("http://proxied.invalid/")).body())
                        .isEqualTo("by proxy");
            }
        } finally {
            ProxySelector.setDefault(before);
        }
    }

    @Test
    void fieldForAProxyDoesNotReachTheOrigin() throws Exception {
        try (ScriptedServer origin = ScriptedServer.start(always(ok("hi")));
                OpenClient open = with(HttpClient.Builder.NO_PROXY)) {

            open.send(HttpRequest.newBuilder(origin.uri("/")).header("Proxy-Authorization", "Basic secret"));

            assertThat(origin.lastRequest().field("Proxy-Authorization")).isNull();
        }
    }

    /** Chooses as it is told, and notes for what. */
    private static final class Choosing extends ProxySelector {

        interface Choice {
            @Nullable
            List<Proxy> of(URI uri);
        }

        final List<URI> asked = new CopyOnWriteArrayList<>();
        private final Choice choice;

        Choosing(Choice choice) {
            this.choice = choice;
        }

        @Override
        public @Nullable List<Proxy> select(URI uri) {
            asked.add(uri);
            return choice.of(uri);
        }

        @Override
        public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
    }
}
