// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.RequestState;
import io.github.pooledclient.internal.http.Failures;
import io.github.pooledclient.internal.threads.Threads;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A call on a thread of its own, and the future of its response. To cancel the future interrupts the thread: that ends a
 * wait, a look-up, a connect, a read, whatever it is in.
 */
public final class AsyncCall<T> implements Runnable, Lifecycle.Interruptible {

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
        settings.lifecycle.waits(this);
        try {
            if (cancelled) {
                throw new InterruptedException("cancelled before it began");
            }
            call.runAsync(this::complete);
        } catch (Throwable failure) {
            Throwable told = inWordsOfTheClient(failure);
            completeOn(settings.executor, () -> future.completeExceptionally(told));
        } finally {
            settings.lifecycle.ended(this);
            end();
        }
    }

    private void complete(HttpResponse<T> response, boolean isComing, Runnable abandon) {
        Runnable completion = () -> {
            // Nobody will close what nobody has: the future was cancelled, or has timed out.
            if (!future.complete(response)) {
                abandon.run();
            }
        };
        if (isComing && settings.executor == null) {
            // The dependents may wait for the body, which comes on this thread.
            Threads.start(completion);
        } else {
            completeOn(settings.executor, completion);
        }
    }

    // The dependents of the future run where the user wants them, if he said where.
    private static void completeOn(@Nullable Executor executor, Runnable completion) {
        if (executor == null) {
            completion.run();
            return;
        }
        try {
            executor.execute(completion);
        } catch (RejectedExecutionException e) {
            // As the JDK's client does: a future that is never completed would be worse.
            completion.run();
        }
    }

    // Our own interrupt is not the user's: he has shut the client down.
    private Throwable inWordsOfTheClient(Throwable failure) {
        if (!(failure instanceof InterruptedException) || !settings.lifecycle.isCancelled()) {
            return failure;
        }
        RequestState state = RequestState.of(failure);
        return Failures.io(
                state == null ? RequestState.NOT_SENT : state,
                "the client was shut down: " + failure.getMessage(),
                failure);
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
    @Override
    public void interrupt() {
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
