// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.awaitNothingInUse;
import static io.github.pooledclient.EndToEnd.get;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.testing.ScriptedServer;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AsyncSendTest {

    @Test
    void callThatWasTakenIsFinishedThoughTheClientIsClosedAtOnce() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hello")))) {
            for (int i = 0; i < 50; i++) {
                CompletableFuture<HttpResponse<String>> future;
                try (PooledHttpClient client = PooledHttpClient.newHttpClient()) {
                    future = client.sendAsync(get(server), BodyHandlers.ofString());
                }
                assertThat(get(future).body()).isEqualTo("hello");
            }
        }
    }

    @Test
    void callRunsWithTheContextClassLoaderOfItsSender() throws Exception {
        Thread sender = Thread.currentThread();
        ClassLoader before = sender.getContextClassLoader();
        List<ClassLoader> seen = new CopyOnWriteArrayList<>();
        try (ScriptedServer server = ScriptedServer.start(always(ok("hello")));
                PooledHttpClient client = PooledHttpClient.newHttpClient();
                URLClassLoader ofAnApplication = new URLClassLoader(new URL[0], before)) {
            for (ClassLoader loader : List.of(ofAnApplication, before)) {
                sender.setContextClassLoader(loader);
                get(client.sendAsync(get(server), head -> {
                    seen.add(Thread.currentThread().getContextClassLoader());
                    return BodySubscribers.discarding();
                }));
            }

            assertThat(seen).containsExactly(ofAnApplication, before);
        } finally {
            sender.setContextClassLoader(before);
        }
    }

    @Test
    void callAfterTheEndFailsInTheFuture() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hello")))) {
            PooledHttpClient client = PooledHttpClient.newHttpClient();
            client.close();

            CompletableFuture<HttpResponse<String>> future = client.sendAsync(get(server), BodyHandlers.ofString());

            assertThatThrownBy(() -> get(future)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void eachFutureIsCompletedWhenTheClientIsShutDownNow() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
            peer.readRequestOrEnd();
            peer.stall();
        })) {
            for (int i = 0; i < 20; i++) {
                PooledHttpClient client = PooledHttpClient.newHttpClient();
                List<CompletableFuture<HttpResponse<String>>> futures = new ArrayList<>();
                for (int call = 0; call < 10; call++) {
                    futures.add(client.sendAsync(get(server), BodyHandlers.ofString()));
                }

                client.shutdownNow();

                for (CompletableFuture<HttpResponse<String>> future : futures) {
                    assertThatThrownBy(() -> get(future)).isInstanceOf(IOException.class);
                }
                client.close();
            }
        }
    }

    @Test
    void executorThatRefusesLosesNoResponse() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("one\ntwo")));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .executor(task -> {
                            throw new RejectedExecutionException("shut down");
                        })
                        .build()) {
            assertThat(get(client.sendAsync(get(server), BodyHandlers.ofString()))
                            .body())
                    .isEqualTo("one\ntwo");
            try (Stream<String> lines =
                    get(client.sendAsync(get(server), BodyHandlers.ofLines())).body()) {
                assertThat(lines).containsExactly("one", "two");
            }

            awaitNothingInUse(client);
        }
    }

    @Test
    void cancellingADependentDoesNotInterruptAnother() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    answer.await();
                    peer.send(ok("hello"));
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            CompletableFuture<HttpResponse<String>> future = client.sendAsync(get(server), BodyHandlers.ofString());
            CountDownLatch running = new CountDownLatch(1);
            CountDownLatch never = new CountDownLatch(1);
            CountDownLatch done = new CountDownLatch(1);
            AtomicBoolean interrupted = new AtomicBoolean();
            CompletableFuture<Void> dependent = future.thenAccept(response -> {
                running.countDown();
                try {
                    interrupted.set(never.await(200, TimeUnit.MILLISECONDS));
                } catch (InterruptedException e) {
                    interrupted.set(true);
                }
                done.countDown();
            });
            answer.countDown();
            running.await();

            dependent.cancel(true);

            assertThat(get(future).body()).isEqualTo("hello");
            done.await();
            assertThat(interrupted.get()).isFalse();
        }
    }
}
