// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.pooledclient.testing.ScriptedServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code sendAsync} promises beyond {@code send}. */
@ContractTest
class SendAsyncContractTest {

    private final Client client;

    SendAsyncContractTest(Client client) {
        this.client = client;
    }

    /** Answers when the latch is open. */
    private static ScriptedServer answeringAfter(CountDownLatch latch) throws IOException {
        return ScriptedServer.start(peer -> {
            while (peer.readRequestOrEnd() != null) {
                latch.await();
                peer.send(ok("hi"));
            }
        });
    }

    private static CompletableFuture<HttpResponse<String>> sendAsync(OpenClient open, ScriptedServer server) {
        return open.http().sendAsync(EndToEnd.get(server), BodyHandlers.ofString());
    }

    @Test
    void futureIsOpenUntilTheResponseIsThere() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (ScriptedServer server = answeringAfter(answer);
                OpenClient open = client.open()) {

            CompletableFuture<HttpResponse<String>> future = sendAsync(open, server);

            assertThat(future).isNotDone();
            answer.countDown();
            assertThat(EndToEnd.get(future).body()).isEqualTo("hi");
            assertThat(future.join().statusCode()).isEqualTo(200);
        }
    }

    @Test
    void callsRunAtOnce() throws Exception {
        CountDownLatch all = new CountDownLatch(8);
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    all.countDown();
                    all.await();
                    peer.send(ok("hi"));
                });
                OpenClient open = client.open()) {
            List<CompletableFuture<HttpResponse<String>>> futures = new ArrayList<>();

            for (int i = 0; i < 8; i++) {
                futures.add(sendAsync(open, server));
            }

            for (CompletableFuture<HttpResponse<String>> future : futures) {
                assertThat(EndToEnd.get(future).body()).isEqualTo("hi");
            }
        }
    }

    @Test
    void callsMayBeComposed() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                OpenClient open = client.open()) {

            CompletableFuture<String> both = sendAsync(open, server)
                    .thenCompose(first -> sendAsync(open, server).thenApply(second -> first.body() + second.body()))
                    .thenCombine(sendAsync(open, server), (two, third) -> two + third.body());

            assertThat(EndToEnd.get(both)).isEqualTo("hihihi");
        }
    }

    @Test
    void dependentMayBlockOnAnotherCall() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                OpenClient open = client.open()) {

            CompletableFuture<String> both = sendAsync(open, server)
                    .thenApply(first -> sendAsync(open, server).join().body());

            assertThat(EndToEnd.get(both)).isEqualTo("hi");
        }
    }

    @Test
    void dependentsDoNotRunOnTheCallingThread() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (ScriptedServer server = answeringAfter(answer);
                OpenClient open = client.open()) {

            CompletableFuture<Thread> thread = sendAsync(open, server).thenApply(response -> Thread.currentThread());
            answer.countDown();

            assertThat(EndToEnd.get(thread)).isNotSameAs(Thread.currentThread());
        }
    }

    @Test
    @Difference("who gives an executor wants it used; the JDK's runs dependents in the common pool all the same")
    void dependentsRunOnTheExecutor() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        ExecutorService executor = Executors.newCachedThreadPool(
                task -> Executors.defaultThreadFactory().newThread(() -> {
                    Thread.currentThread().setName("the user's");
                    task.run();
                }));
        try (ScriptedServer server = answeringAfter(answer);
                OpenClient open = client.open(builder -> builder.executor(executor))) {

            CompletableFuture<String> thread = sendAsync(open, server)
                    .thenApply(response -> Thread.currentThread().getName());
            answer.countDown();

            boolean isUsers = EndToEnd.get(thread).equals("the user's");
            assertThat(isUsers).isEqualTo(client.differs(false, true));
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void failureIsNotWrappedByTheFuture() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> peer.readRequest());
                OpenClient open = client.open()) {

            CompletableFuture<HttpResponse<String>> future = sendAsync(open, server);

            assertThatThrownBy(() -> future.get(EndToEnd.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(IOException.class);
            assertThatThrownBy(future::join)
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(IOException.class);
            assertThat(future).isCompletedExceptionally();
            assertThat(future.isCancelled()).isFalse();
        }
    }

    @Test
    void dependentSeesTheFailureAsTheCause() throws Exception {
        CountDownLatch registered = new CountDownLatch(1);
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    registered.await();
                });
                OpenClient open = client.open()) {

            CompletableFuture<Throwable> seen = sendAsync(open, server).handle((response, failure) -> failure);
            registered.countDown();

            assertThat(EndToEnd.get(seen))
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void cancelledCallClosesItsConnection(boolean derived) throws Exception {
        assumeTrue(
                client == Client.OURS || !derived || Runtime.version().feature() > 17, "JDK 17 cancels no derived one");
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    arrived.countDown();
                    try {
                        peer.awaitEnd();
                    } finally {
                        gone.countDown();
                    }
                });
                OpenClient open = client.open()) {
            CompletableFuture<HttpResponse<String>> call = sendAsync(open, server);
            CompletableFuture<?> cancelled = derived ? call.thenApply(HttpResponse::body) : call;
            assertThat(arrived.await(15, TimeUnit.SECONDS)).isTrue();

            assertThat(cancelled.cancel(true)).isTrue();

            assertThat(gone.await(15, TimeUnit.SECONDS)).isTrue();
            // As the future's own or as a cause: that is a race with the JDK's.
            assertThatThrownBy(cancelled::join).hasStackTraceContaining("CancellationException");
        }
    }

    @Test
    void cancelWithoutInterruptLeavesTheExchangeAlone() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        CompletableFuture<Boolean> seen = new CompletableFuture<>();
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    arrived.countDown();
                    answer.await();
                    peer.send(ok("hi"));
                    peer.awaitEnd();
                });
                OpenClient open = client.open()) {
            CompletableFuture<HttpResponse<Void>> call = open.http().sendAsync(EndToEnd.get(server), info -> {
                seen.complete(true);
                return HttpResponse.BodySubscribers.discarding();
            });
            assertThat(arrived.await(15, TimeUnit.SECONDS)).isTrue();

            call.cancel(false);
            answer.countDown();

            assertThat(call).isCancelled();
            assertThat(EndToEnd.get(seen)).isTrue();
        }
    }

    @Test
    void futureMayHaveATimeoutOfItsOwn() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> peer.awaitEnd());
                OpenClient open = client.open()) {

            CompletableFuture<HttpResponse<String>> call =
                    sendAsync(open, server).orTimeout(1, TimeUnit.MILLISECONDS);

            assertThatThrownBy(() -> EndToEnd.get(call)).isInstanceOf(TimeoutException.class);
        }
    }

    @Test
    void requestThatCannotBeSentFailsTheCallItself() throws Exception {
        try (OpenClient open = client.open()) {
            HttpRequest request =
                    new RequestWithField(EndToEnd.get(URI.create("http://localhost:1/")), "Upgrade", "h2c");

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> open.http().sendAsync(request, BodyHandlers.discarding()));
        }
    }

    @Test
    void failureToConnectComesByTheFuture() throws Exception {
        try (OpenClient open = client.open()) {
            CompletableFuture<HttpResponse<String>> call =
                    open.http().sendAsync(EndToEnd.get(URI.create("http://localhost:1/")), BodyHandlers.ofString());

            assertThatThrownBy(() -> EndToEnd.get(call)).isInstanceOf(ConnectException.class);
        }
    }
}
