// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.internal.threads.Threads;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A call on a thread of its own, and the future of its response. To cancel the future interrupts the thread: that ends a
 * wait, a look-up, a connect, a read, whatever it is in.
 */
public final class AsyncCall<T> implements Runnable {

    private final CallSettings settings;
    private final Call<T> call;
    private final Future<HttpResponse<T>> future;
    // The thread while it is the call's: an interrupt must not reach what it does next.
    private final AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
    private volatile boolean cancelled;

    private AsyncCall(CallSettings settings, Call<T> call) {
        this.settings = settings;
        this.call = call;
        this.future = new Future<>(this);
    }

    /**
     * @throws IllegalArgumentException if the request cannot be sent as it is
     */
    public static <T> CompletableFuture<HttpResponse<T>> start(
            CallSettings settings, HttpRequest request, BodyHandler<T> handler) {
        AsyncCall<T> async = new AsyncCall<>(settings, new Call<>(settings, request, handler));
        Threads.start(async);
        return async.future;
    }

    @Override
    public void run() {
        thread.set(Thread.currentThread());
        settings.lifecycle.begin(this);
        try {
            if (!cancelled) {
                call.runAsync(this::complete, this::completeElsewhere);
            }
        } catch (Throwable failure) {
            completeOn(settings.executor, () -> future.completeExceptionally(failure));
        } finally {
            settings.lifecycle.end(this);
            end();
        }
    }

    private void complete(HttpResponse<T> response) {
        completeOn(settings.executor, () -> future.complete(response));
    }

    // A dependent may wait for a body that this thread has yet to read.
    private void completeElsewhere(HttpResponse<T> response) {
        completeOn(settings.executor == null ? Threads::start : settings.executor, () -> future.complete(response));
    }

    // The dependents of the future run where the user wants them, if he said where.
    private static void completeOn(@Nullable Executor executor, Runnable completion) {
        if (executor == null) {
            completion.run();
        } else {
            executor.execute(completion);
        }
    }

    private void end() {
        // Waits for an interrupt under way, so that it does not hit the next task of this thread.
        Thread mine = Thread.currentThread();
        while (!thread.compareAndSet(mine, null)) {
            Thread.onSpinWait();
        }
        Thread.interrupted();
    }

    /** Ends the call from any thread. */
    void interrupt() {
        cancelled = true;
        Thread running = thread.getAndSet(null);
        if (running != null) {
            running.interrupt();
            thread.set(running);
        }
    }

    /** A future whose cancellation cancels the call, as does that of one derived from it, like the JDK's. */
    private static final class Future<V> extends CompletableFuture<V> {

        private final AsyncCall<?> call;

        Future(AsyncCall<?> call) {
            this.call = call;
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            boolean nowCancelled = super.cancel(mayInterruptIfRunning);
            if (nowCancelled && mayInterruptIfRunning) {
                call.interrupt();
            }
            return nowCancelled;
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new Future<>(call);
        }
    }
}
