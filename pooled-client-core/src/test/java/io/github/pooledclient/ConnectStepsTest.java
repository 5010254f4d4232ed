// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.internal.net.ChannelConnector;
import io.github.pooledclient.internal.time.DeadlineWatchdog;
import io.github.pooledclient.testing.ForwardProxy;
import io.github.pooledclient.testing.RecordingPoolListener;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.TestCertificates;
import io.github.pooledclient.transport.Ticker;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import org.junit.jupiter.api.Test;

/** The steps in which a connection is opened, as listeners hear of them. */
class ConnectStepsTest {

    private final RecordingPoolListener listener = new RecordingPoolListener();

    @Test
    void plainConnectionIsResolvedAndConnected() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(ScriptedServer.always(ScriptedServer.ok("ok")));
                PooledHttpClient client =
                        PooledHttpClient.newBuilder().listener(listener).build()) {
            String host = host(server.uri("/"));

            EndToEnd.fetch(client, server);

            assertThat(listener.events())
                    .startsWith(
                            "added " + host,
                            "resolved " + host,
                            "connected " + host,
                            "opened " + host,
                            "acquired " + host);
        }
    }

    @Test
    void tlsConnectionIsSecuredToo() throws Exception {
        try (ScriptedServer server = ScriptedServer.startTls(
                        TestCertificates.server(), ScriptedServer.always(ScriptedServer.ok("ok")));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .sslContext(TestCertificates.client())
                        .listener(listener)
                        .build()) {
            String host = host(server.uri("/"));

            EndToEnd.fetch(client, server);

            assertThat(listener.events()).containsSubsequence("connected " + host, "secured " + host, "opened " + host);
        }
    }

    @Test
    void tunnelOfAProxyIsAStepOfItsOwn() throws Exception {
        try (ScriptedServer server = ScriptedServer.startTls(
                        TestCertificates.server(), ScriptedServer.always(ScriptedServer.ok("ok")));
                ScriptedServer proxy = ScriptedServer.start(ForwardProxy.open());
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .sslContext(TestCertificates.client())
                        .proxy(ProxySelector.of(InetSocketAddress.createUnresolved("localhost", proxy.port())))
                        .listener(listener)
                        .build()) {
            String host = host(server.uri("/"));

            EndToEnd.fetch(client, server);

            assertThat(listener.events())
                    .containsSubsequence("connected " + host, "tunnelled " + host, "secured " + host, "opened " + host);
        }
    }

    @Test
    void connectorOfAnApplicationConnectsInOneStep() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(ScriptedServer.always(ScriptedServer.ok("ok")));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .connector(new ChannelConnector(Ticker.system(), DeadlineWatchdog.shared(), null))
                        .listener(listener)
                        .build()) {
            String host = host(server.uri("/"));

            EndToEnd.fetch(client, server);

            assertThat(listener.events())
                    .containsSubsequence("connected " + host, "opened " + host)
                    .doesNotContain("resolved " + host);
        }
    }

    private static String host(URI uri) {
        return uri.getScheme() + "://" + uri.getAuthority();
    }
}
