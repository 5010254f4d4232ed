// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.PATIENCE;
import static io.github.pooledclient.EndToEnd.awaitNothingInUse;
import static io.github.pooledclient.EndToEnd.awaitNothingOpen;
import static io.github.pooledclient.EndToEnd.client;
import static io.github.pooledclient.EndToEnd.closed;
import static io.github.pooledclient.EndToEnd.fetch;
import static io.github.pooledclient.EndToEnd.inBackground;
import static io.github.pooledclient.EndToEnd.totals;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.pooledclient.pool.AcquireRejectedException;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.testing.ClosedPort;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.TestCertificates;
import io.github.pooledclient.transport.Origin;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/** The limits of the pool, as a server sees them. */
class PoolLimitsTest {

    /** Answers a request for each permit. */
    private static ScriptedServer answeringWhen(Semaphore allowed) throws IOException {
        return ScriptedServer.start(peer -> {
            while (peer.readRequestOrEnd() != null) {
                allowed.acquire();
                peer.send(ok("hi"));
            }
        });
    }

    private static List<CompletableFuture<String>> calls(int count, PooledHttpClient client, ScriptedServer server) {
        List<CompletableFuture<String>> calls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            calls.add(inBackground(() -> fetch(client, server)));
        }
        return calls;
    }

    @Test
    void callersBeyondTheLimitWaitForTheirTurn() throws Exception {
        Semaphore allowed = new Semaphore(0);
        try (ScriptedServer server = answeringWhen(allowed);
                PooledHttpClient client = client(PoolSettings.builder().maxConnectionsPerHost(2))) {
            List<CompletableFuture<String>> calls = calls(10, client, server);
            await().atMost(PATIENCE).until(() -> totals(client).pending() == 8);

            allowed.release(10);

            for (CompletableFuture<String> call : calls) {
                assertThat(EndToEnd.get(call)).isEqualTo("hi");
            }
            assertThat(server.mostOpen()).isEqualTo(2);
            assertThat(totals(client).opened()).isEqualTo(2);
            assertThat(totals(client).reused()).isEqualTo(8);
        }
    }

    @Test
    void callerBeyondTheLineIsRefusedAtOnce() throws Exception {
        Semaphore allowed = new Semaphore(0);
        try (ScriptedServer server = answeringWhen(allowed);
                PooledHttpClient client =
                        client(PoolSettings.builder().maxConnectionsPerHost(1).maxPendingPerHost(1))) {
            List<CompletableFuture<String>> calls = calls(2, client, server);
            await().atMost(PATIENCE).until(() -> totals(client).pending() == 1);

            assertThatThrownBy(() -> fetch(client, server))
                    .isInstanceOf(AcquireRejectedException.class)
                    .hasMessageContaining("no connection to http://localhost:" + server.port())
                    .satisfies(e -> assertThat(RequestState.of(e)).isEqualTo(RequestState.NOT_SENT));

            assertThat(totals(client).acquireRejections()).isEqualTo(1);
            allowed.release(2);
            for (CompletableFuture<String> call : calls) {
                EndToEnd.get(call);
            }
        }
    }

    @Test
    void limitOverAllHostsMakesRoom() throws Exception {
        try (ScriptedServer one = ScriptedServer.start(always(ok("one")));
                ScriptedServer other = ScriptedServer.start(always(ok("other")));
                PooledHttpClient client = client(PoolSettings.builder().maxConnections(1))) {

            for (int i = 0; i < 3; i++) {
                assertThat(fetch(client, one)).isEqualTo("one");
                assertThat(fetch(client, other)).isEqualTo("other");
            }

            assertThat(totals(client).idle()).isEqualTo(1);
            assertThat(closed(client, CloseReason.MADE_ROOM)).isEqualTo(5);
        }
    }

    @Test
    void limitOfAHostIsItsOwn() throws Exception {
        Semaphore allowed = new Semaphore(0);
        try (ScriptedServer server = answeringWhen(allowed);
                PooledHttpClient client = client(PoolSettings.builder()
                        .maxConnectionsPerHost(5)
                        .host(
                                Origin.of(server.uri("/")).toString(),
                                PoolSettings.builder().maxConnectionsPerHost(1).build()))) {
            List<CompletableFuture<String>> calls = calls(3, client, server);
            await().atMost(PATIENCE).until(() -> totals(client).pending() == 2);

            allowed.release(3);

            for (CompletableFuture<String> call : calls) {
                EndToEnd.get(call);
            }
            assertThat(server.mostOpen()).isEqualTo(1);
        }
    }

    @Test
    void withoutAPoolEachRequestSaysCloseAndIsCounted() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client = client(PoolSettings.builder().enabled(false))) {

            for (int i = 0; i < 3; i++) {
                assertThat(fetch(client, server)).isEqualTo("hi");
            }

            assertThat(server.requests()).allMatch(request -> "close".equals(request.field("Connection")));
            assertThat(totals(client).opened()).isEqualTo(3);
            assertThat(totals(client).reused()).isZero();
            assertThat(closed(client, CloseReason.WE_SAID_CLOSE)).isEqualTo(3);
            awaitNothingOpen(client, server);
        }
    }

    @Test
    void withoutAPoolRequestsAreStillLimited() throws Exception {
        Semaphore allowed = new Semaphore(0);
        try (ScriptedServer server = answeringWhen(allowed);
                PooledHttpClient client =
                        client(PoolSettings.builder().enabled(false).maxConnectionsPerHost(2))) {
            List<CompletableFuture<String>> calls = calls(6, client, server);
            await().atMost(PATIENCE).until(() -> totals(client).pending() == 4);

            allowed.release(6);

            for (CompletableFuture<String> call : calls) {
                assertThat(EndToEnd.get(call)).isEqualTo("hi");
            }
            assertThat(closed(client, CloseReason.WE_SAID_CLOSE)).isEqualTo(6);
            awaitNothingOpen(client, server);
        }
    }

    @Test
    void suspendedHostLetsCallersWaitUntilItIsResumed() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            Origin origin = Origin.of(server.uri("/"));
            fetch(client, server);
            client.suspend(origin);
            CompletableFuture<String> call = inBackground(() -> fetch(client, server));
            await().atMost(PATIENCE).until(() -> totals(client).pending() == 1);

            client.resume(origin);

            assertThat(EndToEnd.get(call)).isEqualTo("hi");
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @Test
    void resizedHostServesThoseWhoWait() throws Exception {
        Semaphore allowed = new Semaphore(0);
        try (ScriptedServer server = answeringWhen(allowed);
                PooledHttpClient client = client(PoolSettings.builder().maxConnectionsPerHost(1))) {
            List<CompletableFuture<String>> calls = calls(3, client, server);
            await().atMost(PATIENCE).until(() -> totals(client).pending() == 2);

            client.resize(Origin.of(server.uri("/")), 3, 1);

            await().atMost(PATIENCE).until(() -> totals(client).active() == 3);
            allowed.release(3);
            for (CompletableFuture<String> call : calls) {
                EndToEnd.get(call);
            }
            assertThat(totals(client).idle()).isEqualTo(1);
        }
    }

    @Test
    void failedConnectsCostNoPermits() throws Exception {
        try (ClosedPort nobody = new ClosedPort();
                ScriptedServer plain = ScriptedServer.start(peer -> {
                    peer.readBytes(1);
                    peer.send("this is no TLS");
                });
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .pool(PoolSettings.builder().maxConnectionsPerHost(1).build())
                        .sslContext(TestCertificates.client())
                        .build()) {
            URI nowhere = URI.create("http://localhost:" + nobody.port() + "/");
            URI noTls = URI.create("https://localhost:" + plain.port() + "/");

            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> client.send(EndToEnd.get(nowhere), BodyHandlers.discarding()))
                        .isInstanceOf(IOException.class);
            }
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> client.send(EndToEnd.get(noTls), BodyHandlers.discarding()))
                        .isInstanceOf(IOException.class);
            }

            awaitNothingInUse(client);
            assertThat(totals(client).connectFailures()).isEqualTo(10);
        }
    }
}
