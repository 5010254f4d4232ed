// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.RequestState;
import io.github.pooledclient.internal.http.Failures;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The life of a client: it takes calls, it finishes those it has, it has ended. Safe for use by several threads.
 */
public final class Lifecycle {

    // Calls under way, and this bit once there shall be no more: one atomic for both, so that neither can slip past.
    private static final long SHUT_DOWN = 1L << 62;

    private final AtomicLong calls = new AtomicLong();
    private final CountDownLatch terminated = new CountDownLatch(1);
    private final Set<Interruptible> waiting = ConcurrentHashMap.newKeySet();
    private final Runnable atEnd;
    // As long as a call is under way, its client's pool must not be taken for garbage.
    @SuppressWarnings("unused")
    private final Object keptReachable;

    private final Object token = new Object();
    private volatile boolean cancelled;

    /**
     * @param keptReachable for as long as this is
     * @param atEnd what to do when the last call has ended
     */
    public Lifecycle(Object keptReachable, Runnable atEnd) {
        this.keptReachable = keptReachable;
        this.atEnd = atEnd;
    }

    /**
     * A call begins; {@link #end} must follow.
     *
     * @throws IOException if the client was shut down
     */
    void begin() throws IOException {
        if (calls.incrementAndGet() >= SHUT_DOWN) {
            end();
            throw Failures.io(RequestState.NOT_SENT, "the client was shut down", null);
        }
    }

    void end() {
        if (calls.decrementAndGet() == SHUT_DOWN) {
            terminate();
        }
    }

    /** Something of a call that may wait for what no connection ends: user code, as a rule. */
    interface Interruptible {

        /** Ends it, from any thread. */
        void interrupt();
    }

    /** To be interrupted when calls are cancelled; {@link #ended} must follow. */
    void waits(Interruptible waiter) {
        waiting.add(waiter);
        if (cancelled) {
            waiter.interrupt();
        }
    }

    void ended(Interruptible waiter) {
        waiting.remove(waiter);
    }

    /** What the pool knows this client's calls by; it leads nowhere, so that a pool keeps no client reachable. */
    public Object token() {
        return token;
    }

    /** No call begins from now on. */
    public void shutdown() {
        long before = calls.getAndUpdate(count -> count | SHUT_DOWN);
        if (before == 0) {
            terminate();
        }
    }

    private void terminate() {
        // More than one may come here, as a call that is refused counts for a moment: ending twice does no harm.
        atEnd.run();
        terminated.countDown();
    }

    /**
     * Marks all calls as cancelled, before what they are doing is made to fail: one that finds its connection afterwards
     * sees it here.
     */
    public void cancelAll(Runnable cancelExchanges) {
        cancelled = true;
        cancelExchanges.run();
        waiting.forEach(Interruptible::interrupt);
    }

    boolean isCancelled() {
        return cancelled;
    }

    public boolean isTerminated() {
        return terminated.getCount() == 0;
    }

    /** Waits until the last call has ended. */
    public boolean awaitTermination(Duration timeout) throws InterruptedException {
        return terminated.await(TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS);
    }

    /** Waits until the last call has ended; an interrupt is answered with an action, and kept. */
    public void awaitTerminationOrInterrupt(Runnable onInterrupt) {
        boolean interrupted = false;
        while (true) {
            try {
                terminated.await();
                break;
            } catch (InterruptedException e) {
                if (!interrupted) {
                    interrupted = true;
                    onInterrupt.run();
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
