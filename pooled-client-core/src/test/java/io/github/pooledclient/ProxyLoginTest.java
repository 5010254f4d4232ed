// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.testing.ForwardProxy;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.TestCertificates;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A proxy that asks who asks is asked no more often, and has no more connections, than one that does not. */
class ProxyLoginTest {

    private ScriptedServer one;
    private ScriptedServer other;
    private ScriptedServer proxy;

    @BeforeEach
    void start() throws Exception {
        one = ScriptedServer.startTls(TestCertificates.server(), always(ok("1")));
        other = ScriptedServer.startTls(TestCertificates.server(), always(ok("2")));
        proxy = ScriptedServer.start(ForwardProxy.askingForDigest());
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        one.close();
        other.close();
    }

    @Test
    void tunnelsAreReusedWhicheverOriginWasAskedInBetween() throws Exception {
        try (PooledHttpClient client = builder().build()) {
            for (int i = 0; i < 3; i++) {
                assertThat(get(client, one.uri("/"))).isEqualTo("1");
                assertThat(get(client, other.uri("/"))).isEqualTo("2");
            }

            assertThat(one.accepted()).isEqualTo(1);
            assertThat(other.accepted()).isEqualTo(1);
            // To the first one without an answer, and with it; to the second one with one of its own at once.
            assertThat(proxy.requests()).hasSize(3);
        }
    }

    @Test
    void tunnelsOfOneOriginHaveOneLimitAndAnAnswerEach() throws Exception {
        try (PooledHttpClient client = builder().build()) {
            get(client, one.uri("/"));
            client.evictIdle();
            get(client, one.uri("/"));

            assertThat(one.accepted()).isEqualTo(2);
            assertThat(proxy.requests()).hasSize(3);
            assertThat(client.snapshot().totals().max()).isEqualTo(50);
        }
    }

    @Test
    void viewsShareTunnels() throws Exception {
        try (PooledHttpClient client = builder().build()) {
            PooledHttpClient view =
                    client.toBuilder().readTimeout(Duration.ofSeconds(9)).build();
            get(view, one.uri("/"));
            get(client, one.uri("/"));
            get(client.toBuilder().build(), one.uri("/"));

            assertThat(one.accepted()).isEqualTo(1);
        }
    }

    @Test
    void viewWithCredentialsOfItsOwnHasItsOwnTunnels() throws Exception {
        try (PooledHttpClient client = builder().build()) {
            PooledHttpClient view =
                    client.toBuilder().proxyCredentials("somebody", "else").build();
            get(client, one.uri("/"));
            get(view, one.uri("/"));
            get(view, one.uri("/"));

            assertThat(one.accepted()).isEqualTo(2);
            assertThat(proxy.requests())
                    .extracting(request -> request.field("Proxy-Authorization"))
                    .filteredOn(answer -> answer != null && answer.contains("somebody"))
                    .hasSize(1);
        }
    }

    @Test
    void plainRequestsShareConnectionsToTheProxy() throws Exception {
        try (ScriptedServer answering = ScriptedServer.start(peer -> {
                    for (var r = peer.readRequestOrEnd(); r != null; r = peer.readRequestOrEnd()) {
                        peer.send(
                                r.field("Proxy-Authorization") == null
                                        ? "HTTP/1.1 407 Who\r\nProxy-Authenticate: Digest realm=\"r\", nonce=\"n\","
                                                + " qop=\"auth\"\r\nContent-Length: 0\r\n\r\n"
                                        : ok("in"));
                    }
                });
                PooledHttpClient client = builder(answering).build()) {
            for (int i = 0; i < 3; i++) {
                assertThat(get(client, URI.create("http://origin.invalid/"))).isEqualTo("in");
            }

            assertThat(answering.accepted()).isEqualTo(1);
            assertThat(List.copyOf(client.snapshot().hosts().values()))
                    .singleElement()
                    .satisfies(host -> assertThat(host.max()).isEqualTo(50));
        }
    }

    private PooledHttpClient.Builder builder() {
        return builder(proxy);
    }

    private static PooledHttpClient.Builder builder(ScriptedServer proxy) {
        return PooledHttpClient.newBuilder()
                .sslContext(TestCertificates.client())
                .proxy(ProxySelector.of(InetSocketAddress.createUnresolved("localhost", proxy.port())))
                .proxyCredentials("user", "secret");
    }

    private static String get(PooledHttpClient client, URI uri) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                .body();
    }
}
