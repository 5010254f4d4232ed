// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.PATIENCE;
import static io.github.pooledclient.EndToEnd.awaitNothingOpen;
import static io.github.pooledclient.EndToEnd.fetch;
import static io.github.pooledclient.EndToEnd.get;
import static io.github.pooledclient.EndToEnd.inBackground;
import static io.github.pooledclient.EndToEnd.totals;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.github.pooledclient.EndToEnd.Way;
import io.github.pooledclient.pool.PoolSnapshot;
import io.github.pooledclient.testing.ScriptedServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls that are cancelled with their client end at once, wherever they are. */
class ShutdownNowTest {

    @Test
    void interruptedCloseCancelsTheCallsAndKeepsTheFlag() throws Exception {
        try (StuckCall stuck = new StuckCall(StuckCall.Phase.WAITING_FOR_THE_HEAD)) {
            CompletableFuture<?> call =
                    inBackground(() -> stuck.client().send(stuck.request(), BodyHandlers.ofString()));
            stuck.awaitReached();
            AtomicReference<Boolean> flag = new AtomicReference<>();
            Thread closing = EndToEnd.background(() -> {
                stuck.client().close();
                flag.set(Thread.currentThread().isInterrupted());
            });
            await().atMost(PATIENCE).until(() -> stuck.client().snapshot().state() == PoolSnapshot.State.DRAINING);

            closing.interrupt();

            closing.join(PATIENCE.toMillis());
            assertThat(flag.get()).isTrue();
            assertThatThrownBy(() -> EndToEnd.get(call)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void callsOfViewsEndWithTheClientThatBuiltThePool() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
            peer.readRequest();
            peer.awaitEnd();
        })) {
            PooledHttpClient client = PooledHttpClient.newHttpClient();
            PooledHttpClient view = client.toBuilder().build();
            CompletableFuture<?> call = inBackground(() -> fetch(view, server));
            server.awaitRequests(1);

            client.shutdownNow();

            assertThatThrownBy(() -> EndToEnd.get(call)).isInstanceOf(IOException.class);
            awaitNothingOpen(client, server);
        }
    }

    @Test
    void callsOfOthersGoOnWhenAViewIsCancelled() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(ScriptedServer.silence(), always(ok("still there")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            PooledHttpClient view = client.toBuilder().build();
            CompletableFuture<?> call = inBackground(() -> fetch(client, server));
            server.awaitRequests(1);

            view.shutdownNow();

            assertThat(fetch(client, server)).isEqualTo("still there");
            assertThat(call).isNotDone();
            client.shutdownNow();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shutdownNowEndsSend(StuckCall.Phase phase) throws Exception {
        try (StuckCall stuck = new StuckCall(phase)) {
            CompletableFuture<HttpResponse<String>> call =
                    inBackground(() -> stuck.client().send(stuck.request(), BodyHandlers.ofString()));
            stuck.awaitReached();

            stuck.client().shutdownNow();

            assertThatThrownBy(() -> EndToEnd.get(call))
                    .isInstanceOf(IOException.class)
                    .satisfies(e -> assertThat(RequestState.of(e)).isNotNull());
            assertThat(stuck.client().awaitTermination(PATIENCE)).isTrue();
            assertThat(totals(stuck.client()).active()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shutdownNowEndsSendAsync(StuckCall.Phase phase) throws Exception {
        try (StuckCall stuck = new StuckCall(phase)) {
            CompletableFuture<HttpResponse<String>> call =
                    stuck.client().sendAsync(stuck.request(), BodyHandlers.ofString());
            stuck.awaitReached();

            stuck.client().shutdownNow();

            assertThatThrownBy(() -> EndToEnd.get(call))
                    .isInstanceOf(IOException.class)
                    .satisfies(e -> assertThat(RequestState.of(e)).isNotNull());
            assertThat(stuck.client().awaitTermination(PATIENCE)).isTrue();
            assertThat(totals(stuck.client()).active()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shutdownNowEndsTheWaitForASubscriberThatNeverAsks(Way way) throws Exception {
        CountDownLatch subscribed = new CountDownLatch(1);
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            CompletableFuture<HttpResponse<String>> call =
                    inBackground(() -> way.send(client, get(server), info -> new SilentSubscriber(subscribed)));
            subscribed.await();

            client.shutdownNow();

            assertThatThrownBy(() -> EndToEnd.get(call)).isInstanceOf(IOException.class);
            assertThat(client.awaitTermination(PATIENCE)).isTrue();
            awaitNothingOpen(client, server);
        }
    }

    @Test
    void shutdownNowEndsAReadOfAStream() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
                    peer.awaitEnd();
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient();
                InputStream body =
                        client.send(get(server), BodyHandlers.ofInputStream()).body()) {
            CompletableFuture<byte[]> reading = inBackground(body::readAllBytes);

            client.shutdownNow();

            assertThatThrownBy(() -> EndToEnd.get(reading)).isInstanceOf(IOException.class);
            assertThat(client.awaitTermination(PATIENCE)).isTrue();
            awaitNothingOpen(client, server);
        }
    }

    @Test
    void shutdownNowEndsABodyThatNobodyReads() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
                    peer.awaitEnd();
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            InputStream stream =
                    client.send(get(server), BodyHandlers.ofInputStream()).body();
            Stream<String> lines =
                    client.send(get(server), BodyHandlers.ofLines()).body();

            client.shutdownNow();

            assertThat(client.awaitTermination(PATIENCE)).isTrue();
            assertThatThrownBy(stream::read).isInstanceOf(IOException.class);
            assertThatThrownBy(lines::count).isInstanceOf(UncheckedIOException.class);
            awaitNothingOpen(client, server);
        }
    }

    @Test
    void callsThatRaceWithShutdownEndOneWayOrTheOther() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")))) {
            for (int i = 0; i < 50; i++) {
                PooledHttpClient client = PooledHttpClient.newHttpClient();
                CompletableFuture<?>[] calls = new CompletableFuture<?>[4];
                for (int c = 0; c < calls.length; c++) {
                    calls[c] = c % 2 == 0
                            ? client.sendAsync(get(server), BodyHandlers.ofString())
                            : inBackground(() -> fetch(client, server));
                }

                client.shutdownNow();

                assertThat(client.awaitTermination(PATIENCE)).isTrue();
                for (CompletableFuture<?> call : calls) {
                    Throwable failure = catchThrowable(() -> EndToEnd.get(call));
                    if (failure != null) {
                        assertThat(failure).isInstanceOf(IOException.class);
                    }
                }
                awaitNothingOpenAt(client);
            }
            assertThat(server.awaitNoneOpen(PATIENCE)).isTrue();
        }
    }

    private static void awaitNothingOpenAt(PooledHttpClient client) {
        EndToEnd.awaitNothingInUse(client);
        assertThat(totals(client).idle()).isZero();
    }
}
