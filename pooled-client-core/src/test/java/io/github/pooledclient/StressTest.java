// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.awaitNothingInUse;
import static io.github.pooledclient.EndToEnd.totals;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import java.lang.reflect.InvocationTargetException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** 100 tasks that share 10 connections: each is served with its own answer, and no connection is lost. */
class StressTest {

    private static final int TASKS = 100;
    private static final int CONNECTIONS = 10;
    private static final int CALLS_OF_A_TASK = 20;

    @ParameterizedTest
    @MethodSource("executors")
    void hundredTasksShareTenConnections(ExecutorService executor) throws Exception {
        PoolSettings settings = PoolSettings.builder()
                .maxConnectionsPerHost(CONNECTIONS)
                .acquireTimeout(Duration.ofMinutes(1))
                .build();
        try (ScriptedServer server = ScriptedServer.start(StressTest::echo);
                PooledHttpClient client =
                        PooledHttpClient.newBuilder().pool(settings).build()) {
            List<CompletableFuture<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < TASKS; i++) {
                int task = i;
                tasks.add(CompletableFuture.runAsync(() -> callAll(client, server, task), executor));
            }

            CompletableFuture.allOf(tasks.toArray(CompletableFuture[]::new)).get(2, TimeUnit.MINUTES);

            assertThat(server.mostOpen()).isBetween(1, CONNECTIONS);
            awaitNothingInUse(client);
            assertThat(totals(client).opened() + totals(client).reused()).isEqualTo(TASKS * CALLS_OF_A_TASK);
            assertThat(totals(client).opened()).isEqualTo(totals(client).idle());
            assertThat(totals(client).closed()).isEmpty();
        } finally {
            executor.shutdownNow();
        }
    }

    private static void echo(Peer peer) throws Exception {
        for (Peer.Request r = peer.readRequestOrEnd(); r != null; r = peer.readRequestOrEnd()) {
            peer.send(ok(r.text()));
        }
    }

    private static void callAll(PooledHttpClient client, ScriptedServer server, int task) {
        for (int call = 0; call < CALLS_OF_A_TASK; call++) {
            String own = task + "/" + call;
            HttpRequest request = HttpRequest.newBuilder(server.uri("/"))
                    .POST(BodyPublishers.ofString(own))
                    .build();
            try {
                assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo(own);
            } catch (Exception e) {
                throw new AssertionError("call " + own, e);
            }
        }
    }

    static Stream<Named<ExecutorService>> executors() throws Exception {
        Stream<Named<ExecutorService>> platform =
                Stream.of(Named.of("platform threads", Executors.newFixedThreadPool(TASKS)));
        return Stream.concat(platform, virtual());
    }

    private static Stream<Named<ExecutorService>> virtual() throws IllegalAccessException, InvocationTargetException {
        try {
            Object executor =
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
            return Stream.of(Named.of("virtual threads", (ExecutorService) executor));
        } catch (NoSuchMethodException olderThan21) {
            return Stream.of();
        }
    }
}
