// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.PATIENCE;
import static io.github.pooledclient.EndToEnd.awaitNothingInUse;
import static io.github.pooledclient.EndToEnd.awaitNothingOpen;
import static io.github.pooledclient.EndToEnd.background;
import static io.github.pooledclient.EndToEnd.closed;
import static io.github.pooledclient.EndToEnd.fetch;
import static io.github.pooledclient.EndToEnd.get;
import static io.github.pooledclient.EndToEnd.post;
import static io.github.pooledclient.EndToEnd.send;
import static io.github.pooledclient.EndToEnd.totals;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.TestCertificates;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Interrupts and cancelled futures end a call at once, wherever it is. */
class CancellationTest {

    /** What a thread ended with. */
    private record End(Throwable failure, boolean flag) {}

    @ParameterizedTest
    @EnumSource
    void interruptEndsSend(StuckCall.Phase phase) throws Exception {
        try (StuckCall stuck = new StuckCall(phase)) {
            CompletableFuture<End> end = new CompletableFuture<>();
            Thread caller = background(() -> {
                try {
                    stuck.client().send(stuck.request(), BodyHandlers.ofString());
                } catch (IOException | InterruptedException | RuntimeException e) {
                    end.complete(new End(e, Thread.currentThread().isInterrupted()));
                }
            });
            stuck.awaitReached();

            caller.interrupt();

            End ended = EndToEnd.get(end);
            assertThat(ended.failure()).isInstanceOf(InterruptedException.class);
            // As everywhere, the exception stands for the flag.
            assertThat(ended.flag()).isFalse();
            stuck.awaitNothingLeft();
        }
    }

    @ParameterizedTest
    @EnumSource
    void cancellingTheFutureEndsTheCall(StuckCall.Phase phase) throws Exception {
        try (StuckCall stuck = new StuckCall(phase)) {
            CompletableFuture<HttpResponse<String>> call =
                    stuck.client().sendAsync(stuck.request(), BodyHandlers.ofString());
            stuck.awaitReached();

            call.cancel(true);

            stuck.awaitNothingLeft();
            assertThatThrownBy(call::join).isInstanceOf(CancellationException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void cancellingADerivedFutureEndsTheCall(StuckCall.Phase phase) throws Exception {
        try (StuckCall stuck = new StuckCall(phase)) {
            CompletableFuture<HttpResponse<String>> call =
                    stuck.client().sendAsync(stuck.request(), BodyHandlers.ofString());
            CompletableFuture<Integer> derived =
                    call.thenApply(HttpResponse::body).thenApply(String::length);
            stuck.awaitReached();

            derived.cancel(true);

            stuck.awaitNothingLeft();
            assertThatThrownBy(() -> EndToEnd.get(call)).isInstanceOf(CancellationException.class);
        }
    }

    @Test
    void interruptEndsSendInAConnectorThatIsNotOurs() throws Exception {
        try (PooledHttpClient client = PooledHttpClient.newBuilder()
                .connector((route, deadline) -> {
                    // What a channel does.
                    Thread.currentThread().interrupt();
                    throw new ClosedByInterruptException();
                })
                .build()) {

            assertThatThrownBy(() -> client.send(get(URI.create("http://localhost/")), BodyHandlers.discarding()))
                    .isInstanceOf(InterruptedException.class);

            assertThat(Thread.interrupted()).isFalse();
            awaitNothingInUse(client);
        }
    }

    @Test
    void futureCancelledAtOnceLeavesNothing() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            for (int i = 0; i < 200; i++) {
                CompletableFuture<HttpResponse<InputStream>> call =
                        client.sendAsync(get(server), BodyHandlers.ofInputStream());
                if (!call.cancel(true)) {
                    // Too late: then there is a response.
                    call.join().body().close();
                }
            }

            awaitNothingInUse(client);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void streamThatNobodyGetsIsClosed(boolean cancelled) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            CountDownLatch sent = new CountDownLatch(1);
            AtomicReference<CompletableFuture<HttpResponse<InputStream>>> call = new AtomicReference<>();

            // Between the head and the response: the last moment to be cancelled, or to time out.
            call.set(client.sendAsync(get(server), info -> {
                EndToEnd.uninterruptibly(sent::await);
                if (cancelled) {
                    call.get().cancel(false);
                } else {
                    call.get().completeExceptionally(new IllegalStateException("too late"));
                }
                return BodySubscribers.ofInputStream();
            }));
            sent.countDown();

            assertThatThrownBy(() -> call.get().join()).isInstanceOf(RuntimeException.class);
            awaitNothingInUse(client);
        }
    }

    @Test
    void linesThatNobodyGetsAreClosed() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            CountDownLatch sent = new CountDownLatch(1);
            AtomicReference<CompletableFuture<?>> call = new AtomicReference<>();

            call.set(client.sendAsync(get(server), info -> {
                EndToEnd.uninterruptibly(sent::await);
                call.get().cancel(false);
                return BodyHandlers.ofLines().apply(info);
            }));
            sent.countDown();

            assertThatThrownBy(() -> EndToEnd.get(call.get())).isInstanceOf(CancellationException.class);
            awaitNothingInUse(client);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void interruptFlagSetBeforeBurnsNoConnection(boolean tls) throws Exception {
        try (ScriptedServer server = tls
                        ? ScriptedServer.startTls(TestCertificates.server(), always(ok("hi")))
                        : ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .sslContext(TestCertificates.client())
                        .build()) {
            fetch(client, server);

            for (int i = 0; i < 3; i++) {
                Thread.currentThread().interrupt();
                // Not to be repeated: for it the connection would be looked at.
                assertThatThrownBy(() -> send(client, post(server, "x"))).isInstanceOf(InterruptedException.class);
                assertThat(Thread.interrupted()).isFalse();
            }

            assertThat(fetch(client, server)).isEqualTo("hi");
            assertThat(totals(client).closed()).isEmpty();
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @Test
    void interruptFlagSetBeforeOpensNoConnection() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> fetch(client, server)).isInstanceOf(InterruptedException.class);

            assertThat(Thread.interrupted()).isFalse();
            assertThat(server.accepted()).isZero();
            awaitNothingInUse(client);
        }
    }

    @Test
    void interruptEndsAReadOfTheStreamAndKeepsTheFlag() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
                    peer.awaitEnd();
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            CompletableFuture<End> end = new CompletableFuture<>();
            Thread reader = background(() -> {
                try (InputStream body =
                        client.send(get(server), BodyHandlers.ofInputStream()).body()) {
                    body.readNBytes(5);
                    reading.countDown();
                    body.read();
                } catch (IOException | InterruptedException e) {
                    end.complete(new End(e, Thread.currentThread().isInterrupted()));
                }
            });
            reading.await();

            reader.interrupt();

            End ended = EndToEnd.get(end);
            assertThat(ended.failure()).isInstanceOf(InterruptedIOException.class);
            assertThat(ended.flag()).isTrue();
            assertThat(RequestState.of(ended.failure())).isEqualTo(RequestState.RESPONSE_STARTED);
            assertThat(closed(client, CloseReason.CANCELLED)).isEqualTo(1);
            awaitNothingOpen(client, server);
        }
    }

    @Test
    void interruptEndsTheWaitForASubscriberThatNeverAsks() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            CompletableFuture<Throwable> end = new CompletableFuture<>();
            CountDownLatch subscribed = new CountDownLatch(1);
            Thread caller = background(() -> {
                try {
                    client.send(get(server), info -> new SilentSubscriber(subscribed));
                } catch (IOException | InterruptedException e) {
                    end.complete(e);
                }
            });
            subscribed.await();

            caller.interrupt();

            assertThat(EndToEnd.get(end)).isInstanceOf(InterruptedException.class);
            awaitNothingInUse(client);
        }
    }

    @Test
    void interruptOfOneCallDoesNotReachTheNextOnItsThread() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            for (int i = 0; i < 300; i++) {
                CompletableFuture<HttpResponse<String>> cancelled =
                        client.sendAsync(get(server), BodyHandlers.ofString());
                CompletableFuture<HttpResponse<String>> kept = client.sendAsync(get(server), BodyHandlers.ofString());
                cancelled.cancel(true);

                assertThat(kept.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).body())
                        .isEqualTo("hi");
            }
            awaitNothingInUse(client);
        }
    }
}
