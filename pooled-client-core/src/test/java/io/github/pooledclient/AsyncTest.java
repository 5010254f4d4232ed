// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.awaitNothingInUse;
import static io.github.pooledclient.EndToEnd.get;
import static io.github.pooledclient.EndToEnd.totals;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.testing.ScriptedServer;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** What is special about {@code sendAsync}. */
class AsyncTest {

    @Test
    void dependentsRunOnTheExecutor() throws Exception {
        CountDownLatch composed = new CountDownLatch(1);
        Executor executor = task -> new Thread(task, "the user's own").start();
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    composed.await();
                    peer.send(ok("hi"));
                    peer.awaitEnd();
                });
                PooledHttpClient client =
                        PooledHttpClient.newBuilder().executor(executor).build()) {

            CompletableFuture<String> thread = client.sendAsync(get(server), BodyHandlers.ofString())
                    .thenApply(response -> Thread.currentThread().getName());
            composed.countDown();

            assertThat(EndToEnd.get(thread)).isEqualTo("the user's own");
        }
    }

    @Test
    void executorThatRefusesDoesNotLoseTheResponse() throws Exception {
        Executor refusing = task -> {
            throw new RejectedExecutionException("shut down");
        };
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client =
                        PooledHttpClient.newBuilder().executor(refusing).build()) {

            CompletableFuture<HttpResponse<String>> call = client.sendAsync(get(server), BodyHandlers.ofString());

            assertThat(EndToEnd.get(call).body()).isEqualTo("hi");
        }
    }

    @Test
    void failureIsTheOneThatSendThrows() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.awaitEnd();
                });
                PooledHttpClient client = EndToEnd.clientWithReadTimeout(100)) {

            assertThatThrownBy(() -> EndToEnd.get(client.sendAsync(get(server), BodyHandlers.ofString())))
                    .isInstanceOf(HttpTimeoutException.class);
        }
    }

    @Test
    void requestThatCannotBeSentFailsAtOnce() {
        try (PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            HttpRequest request =
                    new RequestWithField(get(URI.create("http://localhost/")), "Transfer-Encoding", "chunked");

            assertThatThrownBy(() -> client.sendAsync(request, BodyHandlers.ofString()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void manyCallsShareFewConnections() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client = EndToEnd.client(
                        PoolSettings.builder().maxConnectionsPerHost(4).acquireTimeout(EndToEnd.PATIENCE))) {
            List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();

            for (int i = 0; i < 500; i++) {
                calls.add(client.sendAsync(get(server), BodyHandlers.ofString()));
            }

            for (CompletableFuture<HttpResponse<String>> call : calls) {
                assertThat(EndToEnd.get(call).body()).isEqualTo("hi");
            }
            assertThat(server.mostOpen()).isLessThanOrEqualTo(4);
            awaitNothingInUse(client);
        }
    }

    @Test
    void chainOfCallsRunsOneAfterTheOther() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client = EndToEnd.client(PoolSettings.builder().maxConnectionsPerHost(1))) {
            CompletableFuture<HttpResponse<String>> call = client.sendAsync(get(server), BodyHandlers.ofString());

            for (int i = 0; i < 20; i++) {
                // The connection is back before the response is there, or this would wait for itself.
                call = call.thenCompose(response -> client.sendAsync(get(server), BodyHandlers.ofString()));
            }

            assertThat(EndToEnd.get(call).body()).isEqualTo("hi");
            assertThat(totals(client).opened()).isEqualTo(1);
        }
    }

    @Test
    void dependentMayCloseTheClient() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")))) {
            PooledHttpClient client = PooledHttpClient.newHttpClient();

            CompletableFuture<Void> closed =
                    client.sendAsync(get(server), BodyHandlers.ofString()).thenAccept(response -> client.close());

            EndToEnd.get(closed);
            assertThat(client.isTerminated()).isTrue();
        }
    }
}
