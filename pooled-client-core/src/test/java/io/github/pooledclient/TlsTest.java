// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.fetch;
import static io.github.pooledclient.EndToEnd.get;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.TestCertificates;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsTest {

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void connectionsAreReused(String version) throws Exception {
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(new String[] {version});
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(ok("secret")));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .sslContext(TestCertificates.client())
                        .sslParameters(parameters)
                        .build()) {
            fetch(client, server);
            HttpResponse<String> response = client.send(get(server), BodyHandlers.ofString());

            assertThat(response.body()).isEqualTo("secret");
            assertThat(response.sslSession().orElseThrow().getProtocol()).isEqualTo(version);
            assertThat(server.accepted()).isEqualTo(1);
            assertThat(client.snapshot().totals().reused()).isEqualTo(1);
        }
    }

    @Test
    void certificateForAnotherHostIsRefused() throws Exception {
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.otherHostServer(), always(ok("")));
                PooledHttpClient client = client(TestCertificates.client())) {
            assertThatThrownBy(() -> fetch(client, server))
                    .isInstanceOf(SSLHandshakeException.class)
                    .satisfies(e -> assertThat(RequestState.of(e)).isEqualTo(RequestState.NOT_SENT));

            assertThat(client.snapshot().totals().active()).isZero();
            assertThat(client.snapshot().totals().connectFailures()).isEqualTo(1);
        }
    }

    @Test
    void certificateOfAnUnknownAuthorityIsRefused() throws Exception {
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(ok("")));
                PooledHttpClient client = client(TestCertificates.untrustingClient())) {
            assertThatThrownBy(() -> fetch(client, server)).isInstanceOf(SSLHandshakeException.class);
        }
    }

    @Test
    void clientCertificateIsShown() throws Exception {
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), peer -> {
                    ((SSLSocket) peer.socket()).setNeedClientAuth(true);
                    peer.readRequest();
                    String name = ((SSLSocket) peer.socket())
                            .getSession()
                            .getPeerPrincipal()
                            .getName();
                    peer.send(ok(name));
                    peer.awaitEnd();
                });
                PooledHttpClient client = client(TestCertificates.clientWithCertificate())) {
            assertThat(fetch(client, server)).isEqualTo(TestCertificates.CLIENT_NAME);
        }
    }

    @Test
    void missingClientCertificateIsAFailure() throws Exception {
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), peer -> {
                    ((SSLSocket) peer.socket()).setNeedClientAuth(true);
                    peer.readHead();
                });
                PooledHttpClient client = client(TestCertificates.client())) {
            assertThatThrownBy(() -> fetch(client, server)).isInstanceOf(IOException.class);

            assertThat(client.snapshot().totals().active()).isZero();
            assertThat(client.snapshot().totals().idle()).isZero();
        }
    }

    @Test
    void stalledHandshakeTimesOutInItsPhase() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(Peer::awaitEnd);
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .sslContext(TestCertificates.client())
                        // Time enough to come to the handshake.
                        .connectTimeout(Duration.ofSeconds(1))
                        .build()) {
            URI secure = URI.create("https://localhost:" + server.port() + "/");

            assertThatThrownBy(() -> client.send(get(secure), BodyHandlers.discarding()))
                    .isInstanceOf(HttpConnectTimeoutException.class)
                    .hasMessageContaining("still in the TLS handshake with");

            assertThat(server.awaitNoneOpen(EndToEnd.PATIENCE)).isTrue();
        }
    }

    @Test
    void clientsWithOtherContextsDoNotShareConnections() throws Exception {
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(ok("")));
                PooledHttpClient client = client(TestCertificates.client())) {
            PooledHttpClient other = client.toBuilder()
                    .sslContext(TestCertificates.clientWithCertificate())
                    .build();
            PooledHttpClient same =
                    client.toBuilder().sslParameters(client.sslParameters()).build();

            fetch(client, server);
            fetch(same, server);
            fetch(other, server);

            assertThat(server.accepted()).isEqualTo(2);
            assertThat(client.snapshot().hosts()).hasSize(1);
        }
    }

    @Test
    void retiringAContextReplacesItsConnectionsOnly() throws Exception {
        SSLContext renewed = TestCertificates.client();
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(ok("")));
                PooledHttpClient client = client(renewed)) {
            PooledHttpClient other =
                    client.toBuilder().sslContext(TestCertificates.client()).build();
            fetch(client, server);
            fetch(other, server);

            client.retire(renewed);
            fetch(client, server);
            fetch(other, server);

            assertThat(client.snapshot().totals().closed()).isEqualTo(Map.of(CloseReason.EVICTED, 1L));
            assertThat(server.accepted()).isEqualTo(3);
        }
    }

    @Test
    void closeNotifyOnAnIdleConnectionClosesIt() throws Exception {
        try (ScriptedServer server = ScriptedServer.startTls(
                        TestCertificates.server(),
                        peer -> {
                            peer.readRequest();
                            peer.send(ok("first"));
                        },
                        always(ok("second")));
                PooledHttpClient client = client(TestCertificates.client())) {
            fetch(client, server);
            assertThat(server.awaitNoneOpen(EndToEnd.PATIENCE)).isTrue();

            assertThat(fetch(client, server)).isEqualTo("second");

            assertThat(client.snapshot().totals().closed()).isEqualTo(Map.of(CloseReason.PEER_CLOSED, 1L));
        }
    }

    private static PooledHttpClient client(SSLContext context) {
        return PooledHttpClient.newBuilder().sslContext(context).build();
    }
}
