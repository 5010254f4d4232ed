// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.fetch;
import static io.github.pooledclient.EndToEnd.get;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.testing.FullBacklog;
import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.TestCertificates;
import java.net.ProtocolException;
import java.net.URI;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;

/** What a client does differently for one host. */
class HostOverridesTest {

    private static final Duration SHORT = Duration.ofMillis(50);

    @Test
    void readTimeoutIsThatOfTheHost() throws Exception {
        try (ScriptedServer silent = ScriptedServer.start(Peer::stall);
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .host(
                                origin(silent),
                                HostSettings.builder().readTimeout(SHORT).build())
                        .build()) {
            assertThatThrownBy(() -> fetch(client, silent))
                    .isInstanceOf(HttpTimeoutException.class)
                    .hasMessageContaining("within 50ms");
        }
    }

    @Test
    void otherHostsKeepTheClientsReadTimeout() throws Exception {
        try (ScriptedServer silent = ScriptedServer.start(Peer::stall);
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .readTimeout(SHORT)
                        .host(
                                "http://other.example",
                                HostSettings.builder()
                                        .readTimeout(Duration.ZERO)
                                        .build())
                        .build()) {
            assertThatThrownBy(() -> fetch(client, silent)).isInstanceOf(HttpTimeoutException.class);
        }
    }

    @Test
    void connectTimeoutIsThatOfTheHost() throws Exception {
        try (FullBacklog full = new FullBacklog();
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .host(
                                "http://127.0.0.1:" + full.port(),
                                HostSettings.builder().connectTimeout(SHORT).build())
                        .build()) {
            assertThatThrownBy(() -> client.send(
                            get(URI.create("http://127.0.0.1:" + full.port() + "/")), BodyHandlers.discarding()))
                    .isInstanceOf(HttpConnectTimeoutException.class)
                    .hasMessageContaining("still connecting");
        }
    }

    @Test
    void decompressionIsAskedForByHost() throws Exception {
        try (ScriptedServer with = ScriptedServer.start(always(ok("")));
                ScriptedServer without = ScriptedServer.start(always(ok("")));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .host(
                                origin(without),
                                HostSettings.builder().decompress(false).build())
                        .build()) {
            assertOnlyTheFirstIsAskedToCompress(client, with, without);
        }
    }

    @Test
    void decompressionOfOneHostOnly() throws Exception {
        try (ScriptedServer with = ScriptedServer.start(always(ok("")));
                ScriptedServer without = ScriptedServer.start(always(ok("")));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .decompress(false)
                        .host(
                                origin(with),
                                HostSettings.builder().decompress(true).build())
                        .build()) {
            assertOnlyTheFirstIsAskedToCompress(client, with, without);
        }
    }

    private static void assertOnlyTheFirstIsAskedToCompress(
            PooledHttpClient client, ScriptedServer with, ScriptedServer without) throws Exception {
        fetch(client, with);
        fetch(client, without);

        assertThat(with.requests().get(0).field("Accept-Encoding")).isEqualTo("gzip, deflate");
        assertThat(without.requests().get(0).field("Accept-Encoding")).isNull();
    }

    @Test
    void codingsThatTheCallerAcceptsAreLeftAlone() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("")));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .host(
                                origin(server),
                                HostSettings.builder().decompress(false).build())
                        .build()) {
            client.send(
                    HttpRequest.newBuilder(server.uri("/"))
                            .header("accept-encoding", "br")
                            .build(),
                    BodyHandlers.discarding());

            assertThat(server.requests().get(0).fields("Accept-Encoding")).containsExactly("br");
        }
    }

    @Test
    void limitsAreThoseOfTheHost() throws Exception {
        MessageLimits strict = MessageLimits.builder().maxResponseFields(1).build();
        try (ScriptedServer server =
                        ScriptedServer.start(always("HTTP/1.1 200 OK\r\nX: 1\r\nContent-Length: 0\r\n\r\n"));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .host(
                                origin(server),
                                HostSettings.builder().limits(strict).build())
                        .build()) {
            assertThatThrownBy(() -> fetch(client, server))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("maxResponseFields");
        }
    }

    @Test
    void tlsIsThatOfTheHost() throws Exception {
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.2"});
        HostSettings own = HostSettings.builder()
                .tls(TestCertificates.client(), parameters)
                .build();
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(ok("")));
                ScriptedServer other = ScriptedServer.startTls(TestCertificates.server(), always(ok("")));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .sslContext(TestCertificates.untrustingClient())
                        .host(origin(server), own)
                        .build()) {
            HttpResponse<Void> response = client.send(get(server), BodyHandlers.discarding());

            assertThat(response.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.2");
            assertThatThrownBy(() -> fetch(client, other)).isInstanceOf(SSLHandshakeException.class);
        }
    }

    @Test
    void mostExactPatternWins() throws Exception {
        HostSettings patient = HostSettings.builder().decompress(true).build();
        HostSettings plain = HostSettings.builder().decompress(false).build();
        try (ScriptedServer server = ScriptedServer.start(always(ok("")));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .host("http://*.localhost:" + server.port(), patient)
                        .host(origin(server), plain)
                        .build()) {
            fetch(client, server);

            assertThat(server.requests().get(0).field("Accept-Encoding")).isNull();
        }
    }

    @Test
    void redirectGoesOnWithTheSettingsOfItsTarget() throws Exception {
        try (ScriptedServer target = ScriptedServer.start(always(ok("there")));
                ScriptedServer source = ScriptedServer.start(always(
                        "HTTP/1.1 302 Found\r\nLocation: " + target.uri("/") + "\r\nContent-Length: 0\r\n\r\n"));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .followRedirects(Redirect.NORMAL)
                        .host(
                                origin(target),
                                HostSettings.builder().decompress(false).build())
                        .build()) {
            assertThat(fetch(client, source)).isEqualTo("there");

            assertThat(source.requests().get(0).field("Accept-Encoding")).isNotNull();
            assertThat(target.requests().get(0).field("Accept-Encoding")).isNull();
        }
    }

    @Test
    void whatAViewSetsWinsOverTheHosts() throws Exception {
        try (ScriptedServer silent = ScriptedServer.start(Peer::stall);
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .host(
                                origin(silent),
                                HostSettings.builder()
                                        .readTimeout(Duration.ofHours(1))
                                        .build())
                        .build()) {
            PooledHttpClient view = client.toBuilder().readTimeout(SHORT).build();

            assertThatThrownBy(() -> fetch(view, silent)).isInstanceOf(HttpTimeoutException.class);
        }
    }

    @Test
    void whatAViewDoesNotSetIsTheHosts() throws Exception {
        try (ScriptedServer silent = ScriptedServer.start(Peer::stall);
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .host(
                                origin(silent),
                                HostSettings.builder().readTimeout(SHORT).build())
                        .build()) {
            PooledHttpClient view = client.toBuilder()
                    .connectTimeout(Duration.ofSeconds(10))
                    .decompress(false)
                    .build();

            assertThatThrownBy(() -> fetch(view, silent)).isInstanceOf(HttpTimeoutException.class);
        }
    }

    @Test
    void viewsTlsWinsOverTheHosts() throws Exception {
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(ok("trusted")));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .host(
                                origin(server),
                                HostSettings.builder()
                                        .tls(TestCertificates.untrustingClient())
                                        .build())
                        .build()) {
            PooledHttpClient view =
                    client.toBuilder().sslContext(TestCertificates.client()).build();

            assertThat(fetch(view, server)).isEqualTo("trusted");
            assertThatThrownBy(() -> fetch(client, server)).isInstanceOf(SSLHandshakeException.class);
        }
    }

    @Test
    void wrongValuesAreRefused() {
        HostSettings.Builder host = HostSettings.builder();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> host.connectTimeout(Duration.ZERO))
                .withMessage("connectTimeout must be positive: PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> host.readTimeout(Duration.ofSeconds(-1)))
                .withMessage("readTimeout must not be negative: PT-1S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PooledHttpClient.newBuilder().host("nonsense", host.build()))
                .withMessageContaining("'nonsense'");
    }

    private static String origin(ScriptedServer server) {
        return server.uri("").toString();
    }
}
