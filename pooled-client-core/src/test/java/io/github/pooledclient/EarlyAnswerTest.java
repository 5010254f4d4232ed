// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.awaitNothingInUse;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.TestCertificates;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that answer while the request is still on its way. */
class EarlyAnswerTest {

    // More than the buffers of both systems hold.
    private static final int LARGE = 64 << 20;
    private static final String TOO_LARGE = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig";

    private static PooledHttpClient client(Duration readTimeout) {
        return PooledHttpClient.newBuilder()
                .sslContext(TestCertificates.client())
                .readTimeout(readTimeout)
                .build();
    }

    private static ScriptedServer server(boolean tls, ScriptedServer.Script script) throws IOException {
        return tls ? ScriptedServer.startTls(TestCertificates.server(), script) : ScriptedServer.start(script);
    }

    private static HttpRequest upload(ScriptedServer server, int size) {
        return HttpRequest.newBuilder(server.uri("/"))
                .POST(BodyPublishers.ofByteArray(new byte[size]))
                .build();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void refusalReachesAClientThatIsStuckInItsUpload(boolean tls) throws Exception {
        try (ScriptedServer server = server(tls, peer -> {
                    peer.readHead();
                    // Long enough for the buffers to be full, whatever is left of the upload then.
                    Thread.sleep(300);
                    peer.send(TOO_LARGE);
                    peer.stall();
                });
                PooledHttpClient client = client(EndToEnd.PATIENCE.multipliedBy(4))) {

            HttpResponse<String> response =
                    EndToEnd.get(EndToEnd.inBackground(() -> EndToEnd.send(client, upload(server, LARGE))));

            assertThat(response.statusCode()).isEqualTo(413);
            assertThat(response.body()).isEqualTo("big");
            awaitNothingInUse(client);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void serverThatAcceptsEarlyGetsTheWholeBody(boolean tls) throws Exception {
        CompletableFuture<Integer> received = new CompletableFuture<>();
        try (ScriptedServer server = server(tls, peer -> {
                    peer.readHead();
                    peer.send(ok("accepted"));
                    received.complete(peer.readBytes(LARGE).length);
                    always(ok("next")).play(peer);
                });
                PooledHttpClient client = client(EndToEnd.PATIENCE)) {

            assertThat(EndToEnd.send(client, upload(server, LARGE)).body()).isEqualTo("accepted");

            assertThat(EndToEnd.get(received)).isEqualTo(LARGE);
            assertThat(EndToEnd.fetch(client, server)).isEqualTo("next");
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void serverThatAcceptsEarlyAndReadsNoFurtherIsNotWaitedForLong(boolean tls) throws Exception {
        try (ScriptedServer server = server(tls, peer -> {
                    peer.readHead();
                    peer.send(ok("accepted"));
                    peer.stall();
                });
                PooledHttpClient client = client(EndToEnd.PATIENCE.multipliedBy(4))) {

            HttpResponse<String> response =
                    EndToEnd.get(EndToEnd.inBackground(() -> EndToEnd.send(client, upload(server, LARGE))));

            assertThat(response.body()).isEqualTo("accepted");
            awaitNothingInUse(client);
            assertThat(EndToEnd.totals(client).idle()).isZero();
        }
    }
}
