// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import io.github.pooledclient.internal.threads.Threads;
import io.github.pooledclient.transport.Ticker;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sweeps all pools of the process on one daemon thread, which sleeps until something is due and ends when there is nothing
 * left to watch. A pool whose owner has become garbage is closed, and a {@link Tether} whose object has is told. Safe for use
 * by several threads.
 */
final class Reaper implements SweepSchedule {

    private static final Logger LOG = LoggerFactory.getLogger(Reaper.class);
    private static final Reaper SHARED = new Reaper(Ticker.system());
    // However many connections have their time one after the other, they are swept together: until then what is idle
    // for too long is not lent. A sweep looks at each of them, and one for each of 10,000 would keep a core busy.
    private static final long SHORTEST_PAUSE_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long LONGEST_SLEEP_NANOS = Duration.ofMinutes(10).toNanos();
    // Without a pool: what is left is the bodies of its last calls, whose end wakes nobody.
    private static final long LONGEST_SLEEP_WITHOUT_POOL_NANOS =
            Duration.ofSeconds(1).toNanos();

    private final Ticker ticker;
    // Owners and tethers. Waiting on it, the thread is woken by the garbage collector, and by us with a reference of
    // ours.
    private final ReferenceQueue<Object> unreachable = new ReferenceQueue<>();
    // Kept from being garbage themselves. Changed with each body that is handed over unread, and so without the lock.
    private final Set<Tether> tethers = ConcurrentHashMap.newKeySet();

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final Map<ConnectionPool<?, ?>, Owner> pools = new HashMap<>();
    // Written under the lock.
    private volatile @Nullable Thread thread;

    private final AtomicLong nextSweep = new AtomicLong();
    // Of the thread, read by others.
    private volatile long notBefore;

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
            startIfNeeded();
            pools.put(pool, new Owner(owner, unreachable, pool));
        } finally {
            lock.unlock();
        }
    }

    /** The lock is held. */
    private void startIfNeeded() {
        if (thread == null) {
            nextSweep.set(ticker.nanos());
            Thread started = Threads.daemon("pooled-client-reaper", this::run);
            // It may fail for want of threads: then there is none, and the next pool tries again.
            started.start();
            thread = started;
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

    ReferenceQueue<Object> unreachable() {
        return unreachable;
    }

    void watch(Tether tether) {
        // Before the look, as the thread looks for tethers after it has said that it ends: one of the two sees the
        // other.
        tethers.add(tether);
        if (thread == null) {
            lock.lock();
            try {
                startIfNeeded();
            } catch (RuntimeException | Error noThread) {
                LOG.debug("No thread to take back what is lost, until the next pool starts one", noThread);
            } finally {
                lock.unlock();
            }
        }
    }

    void forget(Tether tether) {
        tethers.remove(tether);
    }

    @Override
    public void atLatest(long instant) {
        // As a rule it comes sooner anyway.
        if (instant - nextSweep.get() < 0) {
            long due = later(instant, notBefore);
            if (due - nextSweep.getAndAccumulate(due, Reaper::earlier) < 0) {
                wake();
            }
        }
    }

    private void wake() {
        // Nothing is enqueued once the thread has ended: a new one begins with a sweep.
        new Owner(this, unreachable, null).enqueue();
    }

    private void run() {
        while (true) {
            long now = ticker.nanos();
            if (now - nextSweep.get() >= 0) {
                notBefore = now + SHORTEST_PAUSE_NANOS;
                // Before the sweep: whoever wants to be swept earlier than this, from now on, says so and wakes us.
                nextSweep.set(now + LONGEST_SLEEP_NANOS);
                long quiet = Math.max(sweepAll(now), SHORTEST_PAUSE_NANOS);
                nextSweep.accumulateAndGet(now + Math.min(quiet, LONGEST_SLEEP_NANOS), Reaper::earlier);
            }
            long next = nextSweep.get();
            lock.lock();
            try {
                if (pools.isEmpty()) {
                    if (endsForWantOfTethers()) {
                        return;
                    }
                    next = earlier(next, now + LONGEST_SLEEP_WITHOUT_POOL_NANOS);
                }
            } finally {
                lock.unlock();
            }
            sleepUntil(next);
        }
    }

    private static long earlier(long one, long other) {
        return one - other < 0 ? one : other;
    }

    private static long later(long one, long other) {
        return one - other < 0 ? other : one;
    }

    /** The lock is held, and there is no pool. */
    private boolean endsForWantOfTethers() {
        Thread mine = thread;
        thread = null;
        if (tethers.isEmpty()) {
            return true;
        }
        thread = mine;
        return false;
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
            // One sweep for all that is unreachable, and for all who woke us, meanwhile.
            for (Reference<?> dead = unreachable.remove(millis); dead != null; dead = unreachable.poll()) {
                // Owners first: who wakes the thread to its end may have closed the class loader that has the other
                // class.
                if (!(dead instanceof Owner owner)) {
                    lost((Tether) dead);
                } else if (owner.pool != null) {
                    LOG.debug("Closing the pool of a client that was never closed");
                    close(owner.pool);
                }
            }
        } catch (InterruptedException e) {
            // Nobody has a reason to interrupt this thread, and its pools still need it.
            LOG.debug("The reaper was interrupted, and goes on");
        }
    }

    private void lost(Tether tether) {
        // Told at most once, though what it does may release it, too.
        if (tethers.remove(tether)) {
            try {
                tether.lost();
            } catch (RuntimeException | Error e) {
                // As below.
                LOG.warn("The connection of a response that nobody has any more could not be taken back", e);
            }
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
