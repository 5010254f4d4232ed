// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.time;

import io.github.pooledclient.internal.threads.Threads;
import io.github.pooledclient.transport.Ticker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Acts on what is overdue: one daemon thread, asleep until the earliest deadline of all {@link Guard}s, there only while
 * there are guards. Safe for use by several threads.
 *
 * <p>Arming a guard is a store and disarming it a compare-and-set: 0 to 0.6 µs an exchange and no system call, where
 * SO_TIMEOUT costs two. A deadline fires about 0.13 ms late.
 */
public final class DeadlineWatchdog {

    // While guards are armed it looks at them this often, whatever their deadlines. Were it to sleep until it is woken,
    // each exchange that begins after a pause would pay for that; as it is, one with a longer deadline never does.
    private static final long SHORTEST_SLEEP_NANOS = TimeUnit.SECONDS.toNanos(1);
    // Where it finds none armed it sleeps for twice as long, up to this: after a long pause one exchange wakes it.
    private static final long LONGEST_SLEEP_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int FEW_GUARDS = 16;

    private static final DeadlineWatchdog SHARED = new DeadlineWatchdog(Ticker.system());

    private final Ticker ticker;
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock: in no order, each knows its index. Adding and removing one costs the same however many there
    // are, and looking at all of them allocates nothing.
    private Guard[] guards = new Guard[FEW_GUARDS];
    private int size;
    // Written under the lock, together with the decision whether there are guards.
    private volatile @Nullable Thread thread;
    private volatile long nextWake;

    /** One with a thread of its own, for tests. */
    public DeadlineWatchdog(Ticker ticker) {
        this.ticker = ticker;
    }

    /** The one of this process, on the scale of {@link Ticker#system()}. */
    public static DeadlineWatchdog shared() {
        return SHARED;
    }

    void watch(Guard guard) {
        lock.lock();
        try {
            if (thread == null) {
                Thread started = Threads.daemon("pooled-client-watchdog", this::run);
                started.start();
                thread = started;
            }
            add(guard);
        } finally {
            lock.unlock();
        }
    }

    private void add(Guard guard) {
        if (size == guards.length) {
            guards = Arrays.copyOf(guards, 2 * size);
        }
        guard.index = size;
        guards[size++] = guard;
    }

    void forget(Guard guard) {
        lock.lock();
        try {
            if (guard.index != Guard.NOT_WATCHED) {
                remove(guard);
                endSoonIfEmpty();
            }
        } finally {
            lock.unlock();
        }
    }

    private void remove(Guard guard) {
        Guard last = guards[--size];
        guards[guard.index] = last;
        last.index = guard.index;
        guards[size] = null;
        guard.index = Guard.NOT_WATCHED;
    }

    // Not at once: where each exchange opens its own connection, each would start a thread.
    private void endSoonIfEmpty() {
        if (size == 0 && nextWake - ticker.nanos() > SHORTEST_SLEEP_NANOS) {
            LockSupport.unpark(thread);
        }
    }

    /** Called after a guard was armed: the order of that store and the load here is what {@link #run} relies on. */
    void armed(long deadlineNanos) {
        if (deadlineNanos - nextWake < 0) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        long longestSleep = SHORTEST_SLEEP_NANOS;
        do {
            long now = ticker.nanos();
            // Before the sweep: a guard armed during it, which it may miss, then wakes this thread from its sleep.
            nextWake = now + LONGEST_SLEEP_NANOS;
            long next = sweep(now);
            boolean noneArmed = next - now == LONGEST_SLEEP_NANOS;
            nextWake = now + Math.min(next - now, longestSleep);
            LockSupport.parkNanos(this, nextWake - ticker.nanos());
            // A flag left set would turn each sleep into none.
            Thread.interrupted();
            boolean wasWoken = ticker.nanos() - nextWake < 0;
            longestSleep =
                    noneArmed && !wasWoken ? Math.min(2 * longestSleep, LONGEST_SLEEP_NANOS) : SHORTEST_SLEEP_NANOS;
        } while (!endsForWantOfGuards());
    }

    /** Fires the guards whose deadline has passed, and says when the next one passes, or else when to look again. */
    public long sweep(long now) {
        long quiet = LONGEST_SLEEP_NANOS;
        List<Guard> overdue = List.of();
        lock.lock();
        try {
            for (int i = 0; i < size; i++) {
                long left = guards[i].nanosLeft(now);
                if (left <= 0) {
                    overdue = with(guards[i], overdue);
                } else {
                    quiet = Math.min(quiet, left);
                }
            }
        } finally {
            lock.unlock();
        }
        overdue.forEach(guard -> guard.fire(now));
        return now + quiet;
    }

    private static List<Guard> with(Guard guard, List<Guard> others) {
        List<Guard> all = others.isEmpty() ? new ArrayList<>() : others;
        all.add(guard);
        return all;
    }

    // Under the lock that watch takes: either it sees a guard here, or watch sees no thread there.
    private boolean endsForWantOfGuards() {
        lock.lock();
        try {
            if (size > 0) {
                return false;
            }
            guards = new Guard[FEW_GUARDS];
            thread = null;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The thread, if there is one now, for tests. */
    public @Nullable Thread thread() {
        return thread;
    }
}
