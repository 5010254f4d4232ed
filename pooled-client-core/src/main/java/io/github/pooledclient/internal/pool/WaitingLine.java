// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import io.github.pooledclient.transport.Deadline;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for a host, and who may go before them. Guarded by the lock of their {@link HostPool}.
 *
 * <p>Who has waited for {@link #bound} is handed what comes free, in order. Until then the first of the line is only woken,
 * and competes with the threads that run: handing over to a thread that sleeps leaves a connection unused until it runs, and
 * costs a change of threads for each exchange. So nobody is overtaken by one who comes that much later than he.
 *
 * <p>No wake-up is lost: while there is something to have and somebody waits, the first of the line has been woken and has
 * not looked yet. Whoever looks and whoever leaves therefore ends with {@link #serve}, as does all that sets something free.
 */
final class WaitingLine {

    /**
     * For how long one who waits may be overtaken. With 64 threads on 8 connections, two cores and leases of some 90 µs, 2 to
     * 5 ms gave the throughput of an unfair semaphore, 1 ms two thirds of it, and strict order half; the wait of one in a
     * thousand is about twice as long.
     */
    static final long BOUND_NANOS = Duration.ofMillis(3).toNanos();

    /** What there is to have. Asked with the lock held. */
    interface Supply {

        /** Whether {@link #take} would give something. */
        boolean hasAny();

        /** Takes what can be had at once, or null. */
        @Nullable
        Object take(boolean fresh, @Nullable Object owner, long now);
    }

    private final Supply supply;
    private final Chain<Waiter> line = new Chain<>();
    private long bound;

    /**
     * @param bound how long somebody may wait until nobody overtakes any more; 0 = nobody ever does
     */
    WaitingLine(Supply supply, long bound) {
        this.supply = supply;
        this.bound = bound;
    }

    int size() {
        return line.size();
    }

    boolean isEmpty() {
        return line.isEmpty();
    }

    @Nullable
    Waiter first() {
        return line.first();
    }

    /** Whether one who comes now may take what there is, before those who wait. */
    boolean mayBeOvertaken(long now) {
        Waiter first = line.first();
        return first == null || now - first.since < bound;
    }

    /** From now on nobody overtakes: what comes free must not be left lying. */
    void keepOrder() {
        bound = 0;
    }

    void join(Waiter waiter) {
        line.addLast(waiter);
    }

    /** Takes a waiter out; false if it was served meanwhile. {@link #serve} must follow. */
    boolean leave(Waiter waiter) {
        return line.remove(waiter);
    }

    /** Hands what there is to those who have waited for too long, in order, and wakes the next one to look for the rest. */
    @Nullable
    WakeUp serve(long now) {
        return serve(now, null);
    }

    private @Nullable WakeUp serve(long now, @Nullable WakeUp others) {
        WakeUp wakeUps = handOver(now, bound, others);
        Waiter first = line.first();
        if (first == null || first.isWoken() || !supply.hasAny()) {
            return wakeUps;
        }
        first.setWoken(true);
        return new WakeUp(first.thread, wakeUps);
    }

    /** Hands what there is to all who wait, in order. */
    @Nullable
    WakeUp serveAll(long now) {
        return handOver(now, 0, null);
    }

    private @Nullable WakeUp handOver(long now, long from, @Nullable WakeUp others) {
        WakeUp wakeUps = others;
        for (Waiter w = line.first(); w != null && now - w.since >= from; w = line.first()) {
            Object got = supply.take(w.fresh, w.owner, now);
            if (got == null) {
                break;
            }
            line.remove(w);
            w.answer(got);
            wakeUps = new WakeUp(w.thread, wakeUps);
        }
        return wakeUps;
    }

    /** A woken waiter looks for itself: what it takes, or null if others were faster. {@link #serve} must follow. */
    @Nullable
    Object look(Waiter waiter, long now) {
        waiter.setWoken(false);
        if (line.first() != waiter) {
            return null;
        }
        Object got = supply.take(waiter.fresh, waiter.owner, now);
        if (got != null) {
            line.remove(waiter);
        }
        return got;
    }

    /** As {@link Waiter#wakeOverdue}; without the lock, which it takes. */
    Deadline wakeOverdue(ReentrantLock lock, long now) {
        return Waiter.wakeOverdue(line, lock, now);
    }

    /** Sends those away who wait on behalf of owners. */
    @Nullable
    WakeUp dismiss(Predicate<@Nullable Object> owners, long now) {
        return serve(now, Waiter.dismiss(line, owners));
    }
}
