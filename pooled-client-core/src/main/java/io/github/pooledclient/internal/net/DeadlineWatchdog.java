// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import io.github.pooledclient.internal.threads.Threads;
import io.github.pooledclient.transport.Ticker;
import java.io.Closeable;
import java.nio.channels.Channel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Closes what is overdue: one daemon thread, asleep until the earliest deadline of all {@link Guard}s, there only while
 * there are guards. Safe for use by several threads.
 *
 * <p>Arming a guard is a store and disarming it a compare-and-set: 0 to 0.6 µs an exchange and no system call, where
 * SO_TIMEOUT costs two. A deadline fires about 0.13 ms late.
 */
public final class DeadlineWatchdog {

    // While there are guards it looks at them this often though none may be armed. Were it to sleep until it is woken,
    // each exchange that begins after a pause would pay for that; as it is, one with a longer deadline never does.
    private static final long LONGEST_SLEEP_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final DeadlineWatchdog SHARED = new DeadlineWatchdog(Ticker.system());

    private final Ticker ticker;
    private final Set<Guard> guards = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    // Written under the lock, together with the decision whether there are guards.
    private volatile @Nullable Thread thread;
    private volatile long nextWake;

    /** One with a thread of its own, for tests. */
    DeadlineWatchdog(Ticker ticker) {
        this.ticker = ticker;
    }

    /** The one of this process, on the scale of {@link Ticker#system()}. */
    public static DeadlineWatchdog shared() {
        return SHARED;
    }

    /** A guard for what is to be closed when it is overdue; to be {@linkplain Guard#release() released}. */
    Guard watch(Closeable target) {
        // Closing a channel takes some 10 µs and waits for nobody; what somebody else's close does is unknown.
        boolean quick = target instanceof Channel || target instanceof ChannelTransport;
        Guard guard = new Guard(this, target, quick);
        lock.lock();
        try {
            if (thread == null) {
                Thread started = Threads.daemon("pooled-client-watchdog", this::run);
                started.start();
                thread = started;
            }
            guards.add(guard);
        } finally {
            lock.unlock();
        }
        return guard;
    }

    void forget(Guard guard) {
        guards.remove(guard);
    }

    /** Called after a guard was armed: the order of that store and the load here is what {@link #run} relies on. */
    void armed(long deadlineNanos) {
        if (deadlineNanos - nextWake < 0) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        do {
            long now = ticker.nanos();
            // Before the sweep: a guard armed during it, which it may miss, then wakes this thread from its sleep.
            nextWake = now + LONGEST_SLEEP_NANOS;
            nextWake = sweep(now);
            LockSupport.parkNanos(this, nextWake - ticker.nanos());
            // A flag left set would turn each sleep into none.
            Thread.interrupted();
        } while (!endsForWantOfGuards());
    }

    /** Fires the guards whose deadline has passed, and says when to look again. */
    long sweep(long now) {
        long next = now + LONGEST_SLEEP_NANOS;
        for (Guard guard : guards) {
            next = guard.fireOrEarlier(now, next);
        }
        return next;
    }

    // Under the lock that watch takes: either it sees a guard here, or watch sees no thread there.
    private boolean endsForWantOfGuards() {
        lock.lock();
        try {
            if (!guards.isEmpty()) {
                return false;
            }
            thread = null;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The thread, if there is one now, for tests. */
    @Nullable
    Thread thread() {
        return thread;
    }
}
