// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.RequestState;
import io.github.pooledclient.internal.http.Failures;
import io.github.pooledclient.internal.threads.Threads;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A call on a thread of its own, and the future of its response. To cancel the future interrupts the thread: that ends a
 * wait, a look-up, a connect, a read, whatever it is in.
 */
public final class AsyncCall<T> implements Runnable {

    private final CallSettings settings;
    private final Call<T> call;
    private final WorkingThread thread = new WorkingThread();
    private final Future<HttpResponse<T>> future = new Future<>(thread);
    // Of the call's thread: to be run when that is the call's no more, as it may run what another cancels.
    private @Nullable Runnable completion;

    private AsyncCall(CallSettings settings, Call<T> call) {
        this.settings = settings;
        this.call = call;
    }

    /**
     * @throws IllegalArgumentException if the request cannot be sent as it is
     */
    public static <T> CompletableFuture<HttpResponse<T>> start(
            CallSettings settings, HttpRequest request, BodyHandler<T> handler) {
        Call<T> call = new Call<>(settings, request, handler);
        call.rememberSender();
        AsyncCall<T> async = new AsyncCall<>(settings, call);
        try {
            // Now, not on its thread: a client that is shut down finishes the calls it has taken.
            settings.lifecycle.begin();
        } catch (IOException shutDown) {
            async.future.completeExceptionally(shutDown);
            return async.future;
        }
        settings.lifecycle.waits(async.thread);
        boolean started = false;
        try {
            Threads.start(async);
            started = true;
        } finally {
            if (!started) {
                async.endUnsent();
            }
        }
        return async.future;
    }

    @Override
    public void run() {
        thread.enter();
        try {
            if (thread.isInterrupted()) {
                endUnsent();
                throw new InterruptedException("cancelled before it began");
            }
            call.runAsync(this::complete);
        } catch (Throwable failure) {
            Throwable told = inWordsOfTheClient(failure);
            completion = () -> future.completeExceptionally(asSeenByDependents(told));
        } finally {
            settings.lifecycle.ended(thread);
            thread.leave();
        }
        Runnable last = completion;
        if (last != null) {
            completeOn(Runnable::run, last);
        }
    }

    private void endUnsent() {
        settings.lifecycle.ended(thread);
        settings.lifecycle.end();
    }

    private void complete(HttpResponse<T> response, boolean isComing, Runnable abandon) {
        Runnable taken = () -> {
            // Nobody will close what nobody has: the future was cancelled, or has timed out.
            if (!future.complete(response)) {
                abandon.run();
            }
        };
        if (isComing) {
            // The dependents may wait for the body, which comes on this thread.
            completeOn(Threads::start, taken);
        } else {
            completion = taken;
        }
    }

    // The dependents of the future run where the user wants them, if he said where.
    private void completeOn(Executor otherwise, Runnable last) {
        Executor executor = settings.executor == null ? otherwise : settings.executor;
        try {
            executor.execute(last);
        } catch (RejectedExecutionException e) {
            // A future that is never completed would be worse.
            Threads.start(last);
        }
    }

    // Our own interrupt is not the user's: he has shut the client down.
    private Throwable inWordsOfTheClient(Throwable failure) {
        if (!(failure instanceof InterruptedException)) {
            return failure;
        }
        if (!settings.lifecycle.isCancelled()) {
            // By way of a dependent: whoever waits for this one was not interrupted.
            CancellationException viaDependent = new CancellationException("the call was cancelled");
            viaDependent.initCause(failure);
            return viaDependent;
        }
        RequestState state = RequestState.of(failure);
        return Failures.io(
                state == null ? RequestState.NOT_SENT : state,
                "the client was shut down: " + failure.getMessage(),
                failure);
    }

    // The JDK's future is a dependent itself: handle() and whenComplete() see the failure as a cause, and look for it
    // there.
    private static Throwable asSeenByDependents(Throwable failure) {
        return failure instanceof CancellationException ? failure : new CompletionException(failure);
    }

    /**
     * A future whose cancellation cancels the call, as does that of one derived from it, like the JDK's. It does not lead to
     * the call: who has a derived one does not have the response.
     */
    private static final class Future<V> extends CompletableFuture<V> {

        private final WorkingThread thread;

        Future(WorkingThread thread) {
            this.thread = thread;
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            boolean nowCancelled = super.cancel(mayInterruptIfRunning);
            if (nowCancelled && mayInterruptIfRunning) {
                thread.interrupt();
            }
            return nowCancelled;
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new Future<>(thread);
        }
    }
}
