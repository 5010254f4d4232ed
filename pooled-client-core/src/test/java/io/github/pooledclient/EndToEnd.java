// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.HostSnapshot;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.testing.ScriptedServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What the end-to-end tests say again and again. */
final class EndToEnd {

    /** Long enough for the slowest machine; reached by failing tests only. */
    static final Duration PATIENCE = Duration.ofSeconds(15);

    private EndToEnd() {}

    static HttpRequest get(URI uri) {
        return HttpRequest.newBuilder(uri).build();
    }

    static HttpRequest get(ScriptedServer server) {
        return get(server.uri("/"));
    }

    static HttpRequest post(ScriptedServer server, String body) {
        return HttpRequest.newBuilder(server.uri("/"))
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    /** Sends a GET and returns the body. */
    static String fetch(PooledHttpClient client, ScriptedServer server) throws IOException, InterruptedException {
        return client.send(get(server), BodyHandlers.ofString()).body();
    }

    static HttpResponse<String> send(PooledHttpClient client, HttpRequest request)
            throws IOException, InterruptedException {
        return client.send(request, BodyHandlers.ofString());
    }

    /** The two ways to send a request, with the same result. */
    enum Way {
        SEND {
            @Override
            <T> HttpResponse<T> send(HttpClient client, HttpRequest request, BodyHandler<T> handler) throws Exception {
                // Elsewhere, so that what hangs fails.
                return get(inBackground(() -> client.send(request, handler)));
            }
        },
        SEND_ASYNC {
            @Override
            <T> HttpResponse<T> send(HttpClient client, HttpRequest request, BodyHandler<T> handler) throws Exception {
                return get(client.sendAsync(request, handler));
            }
        };

        abstract <T> HttpResponse<T> send(HttpClient client, HttpRequest request, BodyHandler<T> handler)
                throws Exception;
    }

    /** What a future holds; or throws what it failed with, as it is. */
    static <T> T get(CompletableFuture<T> future) throws Exception {
        try {
            return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } catch (TimeoutException e) {
            throw new AssertionError("it hangs", e);
        }
    }

    /** A client of a pool with these settings. */
    static PooledHttpClient client(PoolSettings.Builder pool) {
        return PooledHttpClient.newBuilder().pool(pool.build()).build();
    }

    /** A client that waits so many milliseconds for a byte. */
    static PooledHttpClient clientWithReadTimeout(long millis) {
        return PooledHttpClient.newBuilder()
                .readTimeout(Duration.ofMillis(millis))
                .build();
    }

    static HostSnapshot totals(PooledHttpClient client) {
        return client.snapshot().totals();
    }

    static long closed(PooledHttpClient client, CloseReason reason) {
        return totals(client).closed().getOrDefault(reason, 0L);
    }

    /** Waits until nothing is in use, waited for or opened; whatever has failed, this is where each test should end. */
    static void awaitNothingInUse(PooledHttpClient client) {
        await().pollInterval(Duration.ofMillis(5)).atMost(PATIENCE).untilAsserted(() -> {
            HostSnapshot now = totals(client);
            assertThat(now.active()).as("active").isZero();
            assertThat(now.pending()).as("pending").isZero();
            assertThat(now.connecting()).as("connecting").isZero();
        });
    }

    /** Waits until no socket is left at the server, and no permit taken at the client. */
    static void awaitNothingOpen(PooledHttpClient client, ScriptedServer server) throws InterruptedException {
        awaitNothingInUse(client);
        assertThat(totals(client).idle()).as("idle").isZero();
        assertThat(server.awaitNoneOpen(PATIENCE)).as("sockets are closed").isTrue();
    }

    /** Runs something that blocks on a thread of its own. */
    static <T> CompletableFuture<T> inBackground(Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        background(() -> {
            try {
                result.complete(task.call());
            } catch (Throwable failure) {
                result.completeExceptionally(failure);
            }
        });
        return result;
    }

    /** What may be interrupted, where nobody interrupts. */
    interface Waiting {
        void await() throws InterruptedException;
    }

    static void uninterruptibly(Waiting waiting) {
        try {
            waiting.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    static Thread background(Runnable task) {
        Thread thread = new Thread(task, "test-caller");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
