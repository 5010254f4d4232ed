// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import io.github.pooledclient.internal.threads.Threads;
import io.github.pooledclient.transport.Ticker;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sweeps all pools of the process on one daemon thread, which sleeps until something is due and ends when there is no pool.
 * A pool whose owner has become garbage is closed. Safe for use by several threads.
 */
final class Reaper implements SweepSchedule {

    private static final Logger LOG = LoggerFactory.getLogger(Reaper.class);
    private static final Reaper SHARED = new Reaper(Ticker.system());
    private static final long LONGEST_SLEEP_NANOS = Duration.ofMinutes(10).toNanos();

    private final Ticker ticker;
    // Waiting on the queue of dead owners, the thread is woken by the garbage collector, and by us with a reference of
    // ours.
    private final ReferenceQueue<Object> deadOwners = new ReferenceQueue<>();

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final Map<ConnectionPool<?, ?>, Owner> pools = new HashMap<>();
    private @Nullable Thread thread;

    private volatile long nextSweep;

    Reaper(Ticker ticker) {
        this.ticker = ticker;
    }

    static Reaper shared() {
        return SHARED;
    }

    private static final class Owner extends WeakReference<Object> {
        final @Nullable ConnectionPool<?, ?> pool;

        Owner(Object owner, ReferenceQueue<Object> queue, @Nullable ConnectionPool<?, ?> pool) {
            super(owner, queue);
            this.pool = pool;
        }
    }

    void watch(ConnectionPool<?, ?> pool, Object owner) {
        lock.lock();
        try {
            if (thread == null) {
                nextSweep = ticker.nanos();
                Thread started = Threads.daemon("pooled-client-reaper", this::run);
                // It may fail for want of threads: then there is none, and the next pool tries again.
                started.start();
                thread = started;
            }
            pools.put(pool, new Owner(owner, deadOwners, pool));
        } finally {
            lock.unlock();
        }
    }

    void forget(ConnectionPool<?, ?> pool) {
        lock.lock();
        try {
            pools.remove(pool);
        } finally {
            lock.unlock();
        }
        wake();
    }

    @Override
    public void atLatest(long instant) {
        if (instant - nextSweep < 0) {
            // The next to come need not wake it again.
            nextSweep = instant;
            wake();
        }
    }

    private void wake() {
        // Nothing is enqueued once the thread has ended: a new one begins with a sweep.
        new Owner(this, deadOwners, null).enqueue();
    }

    private void run() {
        while (true) {
            long now = ticker.nanos();
            // Before the sweep: whoever wants to be swept earlier than this, from now on, wakes us.
            nextSweep = now + LONGEST_SLEEP_NANOS;
            long next = now + Math.min(sweepAll(now), LONGEST_SLEEP_NANOS);
            nextSweep = next;
            lock.lock();
            try {
                if (pools.isEmpty()) {
                    thread = null;
                    return;
                }
            } finally {
                lock.unlock();
            }
            sleepUntil(next);
        }
    }

    private long sweepAll(long now) {
        long next = Long.MAX_VALUE;
        for (ConnectionPool<?, ?> pool : all()) {
            try {
                next = Math.min(next, pool.sweep(now));
            } catch (RuntimeException | Error e) {
                LOG.warn("Sweeping a pool failed, and is tried again in a second", e);
                next = Math.min(next, TimeUnit.SECONDS.toNanos(1));
            }
        }
        return next;
    }

    private List<ConnectionPool<?, ?>> all() {
        lock.lock();
        try {
            return List.copyOf(pools.keySet());
        } finally {
            lock.unlock();
        }
    }

    private void sleepUntil(long instant) {
        long nanos = instant - ticker.nanos();
        // At least a millisecond: zero would mean for ever.
        long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos + 999_999));
        try {
            Owner woken = (Owner) deadOwners.remove(millis);
            // One look for all who woke us meanwhile.
            for (; woken != null; woken = (Owner) deadOwners.poll()) {
                if (woken.pool != null) {
                    LOG.debug("Closing the pool of a client that was never closed");
                    close(woken.pool);
                }
            }
        } catch (InterruptedException e) {
            // Nobody has a reason to interrupt this thread, and its pools still need it.
            LOG.debug("The reaper was interrupted, and goes on");
        }
    }

    private static void close(ConnectionPool<?, ?> pool) {
        try {
            pool.close();
        } catch (RuntimeException | Error e) {
            // This thread must outlive it, or no pool is swept any more.
            LOG.warn("The pool of a client that was never closed could not be closed", e);
        }
    }
}
