// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.PATIENCE;
import static io.github.pooledclient.EndToEnd.fetch;
import static io.github.pooledclient.EndToEnd.totals;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.testing.CapturedLog;
import io.github.pooledclient.testing.ClosedPort;
import io.github.pooledclient.testing.ForwardProxy;
import io.github.pooledclient.testing.FullBacklog;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.TestCertificates;
import io.github.pooledclient.transport.Origin;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class WarmUpTest {

    @Test
    void firstCallFindsAConnectionWithItsHandshakeDone() throws Exception {
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(ok("warm")));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .sslContext(TestCertificates.client())
                        .pool(keeping(2, server))
                        .build()) {
            assertThat(client.warmUp(PATIENCE)).isTrue();

            assertThat(totals(client).idle()).isEqualTo(2);
            assertThat(fetch(client, server)).isEqualTo("warm");
            assertThat(server.accepted()).isEqualTo(2);
            assertThat(totals(client).reused()).isEqualTo(1);
        }
    }

    @Test
    void connectionsHaveTheTlsOfTheHost() throws Exception {
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(ok("warm")));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .host(
                                server.uri("").toString(),
                                HostSettings.builder()
                                        .tls(TestCertificates.client())
                                        .build())
                        .pool(keeping(1, server))
                        .build()) {
            assertThat(client.warmUp(PATIENCE)).isTrue();

            fetch(client, server);
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @Test
    void connectionsGoThroughTheProxy() throws Exception {
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(ok("behind it")));
                ScriptedServer proxy = ScriptedServer.start(ForwardProxy.open());
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .sslContext(TestCertificates.client())
                        .proxy(ProxySelector.of(InetSocketAddress.createUnresolved("localhost", proxy.port())))
                        .pool(keeping(1, server))
                        .build()) {
            assertThat(client.warmUp(PATIENCE)).isTrue();

            fetch(client, server);
            assertThat(proxy.accepted()).isEqualTo(1);
        }
    }

    @Test
    void proxyThatAsksIsToldTheCredentials() throws Exception {
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(ok("behind it")));
                ScriptedServer proxy = ScriptedServer.start(ForwardProxy.asking("user", "secret"));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .sslContext(TestCertificates.client())
                        .proxy(ProxySelector.of(InetSocketAddress.createUnresolved("localhost", proxy.port())))
                        .proxyCredentials("user", "secret")
                        .pool(keeping(2, server))
                        .build()) {
            assertThat(client.warmUp(PATIENCE)).isTrue();

            assertThat(totals(client).idle()).isEqualTo(2);
            assertThat(fetch(client, server)).isEqualTo("behind it");
            assertThat(server.accepted()).isEqualTo(2);
        }
    }

    @Test
    void proxyThatRefusesIsAWarning() throws Exception {
        try (CapturedLog log = new CapturedLog();
                ScriptedServer proxy = ScriptedServer.start(ForwardProxy.asking("user", "secret"));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .proxy(ProxySelector.of(InetSocketAddress.createUnresolved("localhost", proxy.port())))
                        .proxyCredentials("user", "wrong")
                        .pool(keeping(1, "https://origin.invalid"))
                        .build()) {
            assertThat(client.warmUp(PATIENCE)).isFalse();

            assertThat(log.linesWith("refused a tunnel to origin.invalid:443 with status 407"))
                    .hasSize(1);
            assertThat(proxy.requests()).hasSize(2);
        }
    }

    @Test
    void hostThatCannotBeReachedIsAWarning() throws Exception {
        try (ClosedPort closed = new ClosedPort();
                CapturedLog log = new CapturedLog();
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .pool(keeping(1, "http://127.0.0.1:" + closed.port()))
                        .build()) {
            assertThat(client.warmUp(PATIENCE)).isFalse();

            assertThat(log.linesWith("No connection to http://127.0.0.1:" + closed.port()))
                    .singleElement()
                    .asString()
                    .contains("WARN");
        }
    }

    @Test
    void waitHasAnEnd() throws Exception {
        try (FullBacklog full = new FullBacklog();
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .pool(keeping(1, "http://127.0.0.1:" + full.port()))
                        .build()) {
            assertThat(client.warmUp(Duration.ofMillis(20))).isFalse();

            await().atMost(PATIENCE).until(() -> totals(client).connecting() == 1);
        }
    }

    @Test
    void callsWithoutAWayAreAWarning() throws Exception {
        Proxy socks = new Proxy(Proxy.Type.SOCKS, InetSocketAddress.createUnresolved("socks.example", 1080));
        try (CapturedLog log = new CapturedLog();
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .proxy(selecting(socks))
                        .pool(keeping(1, "http://127.0.0.1:1"))
                        .build()) {
            assertThat(client.warmUp(PATIENCE)).isFalse();

            assertThat(log.linesWith("No connections to http://127.0.0.1:1 are opened in advance"))
                    .hasSize(1);
        }
    }

    @Test
    void wildcardsAndOtherHostsAreLeftAlone() throws Exception {
        PoolSettings one = PoolSettings.builder().minIdlePerHost(1).build();
        try (PooledHttpClient client = PooledHttpClient.newBuilder()
                .pool(one.toBuilder().host("http://*.localhost", one).build())
                .build()) {
            assertThat(client.warmUp(Duration.ZERO)).isTrue();

            assertThat(client.snapshot().hosts()).isEmpty();
        }
    }

    @Test
    void coolingDownClosesWhatWasOpened() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("")));
                PooledHttpClient client =
                        PooledHttpClient.newBuilder().pool(keeping(2, server)).build()) {
            client.warmUp(PATIENCE);

            client.coolDown();

            assertThat(totals(client).idle()).isZero();
            assertThat(server.awaitNoneOpen(PATIENCE)).isTrue();
            assertThat(client.warmUp(PATIENCE)).isTrue();
            assertThat(totals(client).idle()).isEqualTo(2);
        }
    }

    @Test
    void coolingDownGivesUpWhatIsBeingOpened() throws Exception {
        try (FullBacklog full = new FullBacklog();
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .connectTimeout(Duration.ofMinutes(5))
                        .pool(keeping(1, "http://127.0.0.1:" + full.port()))
                        .build()) {
            assertThat(client.warmUp(Duration.ofMillis(20))).isFalse();

            client.coolDown();

            Awaitility.await()
                    .untilAsserted(() -> assertThat(totals(client).connecting()).isZero());
        }
    }

    @Test
    void whatWasOpenedInAdvanceHasNotBeenUsed() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("")));
                PooledHttpClient client =
                        PooledHttpClient.newBuilder().pool(keeping(1, server)).build()) {
            Origin origin = Origin.of(server.uri("/"));
            client.warmUp(PATIENCE);
            assertThat(client.connections(origin))
                    .singleElement()
                    .satisfies(c -> assertThat(c.uses()).isZero());

            fetch(client, server);

            assertThat(client.connections(origin))
                    .singleElement()
                    .satisfies(c -> assertThat(c.uses()).isEqualTo(1));
        }
    }

    @Test
    void clientThatWasShutDownOpensNone() throws Exception {
        PooledHttpClient client = PooledHttpClient.newBuilder()
                .pool(keeping(1, "http://127.0.0.1:1"))
                .build();
        client.close();

        assertThat(client.warmUp(Duration.ZERO)).isTrue();

        assertThat(totals(client).connectFailures()).isZero();
    }

    @Test
    void negativeNumberIsRefused() {
        assertThatThrownBy(() -> PoolSettings.builder().minIdlePerHost(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("minIdlePerHost must be at least 0: -1");
    }

    private static ProxySelector selecting(Proxy proxy) {
        return new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                return List.of(proxy);
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
        };
    }

    private static PoolSettings keeping(int count, ScriptedServer server) {
        return keeping(count, server.uri("").toString());
    }

    private static PoolSettings keeping(int count, String origin) {
        return PoolSettings.builder()
                .host(origin, PoolSettings.builder().minIdlePerHost(count).build())
                .build();
    }
}
