// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.Poolable;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.Ticker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The limits over all hosts: how many connections there may be, and how many of them idle. There is none of these where
 * neither limit is set.
 *
 * <p>Who has a permit of a host takes a place here before opening. Without one, an idle connection of another host is closed
 * to make room, the oldest of a small sample; else the caller waits in one line for all hosts. Nobody holds this lock and
 * that of a {@link HostPool} at once. Safe for use by several threads.
 */
final class TotalLimits<K, C extends Poolable> implements Waiter.Line {

    // About the least recently used is good enough; the true one would need one list, and one lock, for all hosts.
    private static final int SAMPLE = 8;

    private final int maxConnections;
    private final int maxIdle;
    private final Ticker ticker;
    private final WaitAlarm alarm;
    private final AtomicInteger idle = new AtomicInteger();

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final Chain<Waiter> line = new Chain<>();
    private final List<HostPool<K, C>> hosts = new ArrayList<>();
    private int connections;
    // Written under the lock, read without.
    private volatile @Nullable Waiter head;
    // Since when callers have had to wait; null once one has not. Written by whoever comes, without the lock: for a
    // look.
    private volatile @Nullable Long exhaustedSince;

    TotalLimits(int maxConnections, int maxIdle, Ticker ticker, WaitAlarm alarm) {
        this.alarm = alarm;
        this.maxConnections = maxConnections == 0 ? Integer.MAX_VALUE : maxConnections;
        this.maxIdle = maxIdle == 0 ? Integer.MAX_VALUE : maxIdle;
        this.ticker = ticker;
    }

    /** Takes a place: null; or joins the line of those who wait for one. */
    @Nullable
    Waiter takeOrJoin(HostPool<K, C> host, Acquisition how, Deadline deadline, long start) {
        Waiter waiter;
        lock.lock();
        try {
            if (takeNow()) {
                exhaustedSince = null;
                return null;
            }
            waiter = new Waiter(start, deadline, how, host);
            line.addLast(waiter);
            head = line.first();
        } finally {
            lock.unlock();
        }
        // After joining the line: whoever lets a connection go idle from now on sees us there.
        makeRoom();
        exhaustedSince = waiter.answer() != null ? null : exhaustedSince != null ? exhaustedSince : Long.valueOf(start);
        return waiter;
    }

    /**
     * Waits for a place: {@link Waiter#OPEN}; or an idle connection of the same host, leased, which came free first; or
     * {@link Waiter#CLOSED}.
     */
    Object await(Waiter waiter, String name) throws IOException, InterruptedException {
        return waiter.await(this, ticker, alarm, name);
    }

    /** Takes a place if there is one and nobody waits for it. */
    boolean tryTake() {
        lock.lock();
        try {
            return takeNow();
        } finally {
            lock.unlock();
        }
    }

    private boolean takeNow() {
        if (!line.isEmpty() || connections >= maxConnections) {
            return false;
        }
        connections++;
        return true;
    }

    /** A connection was closed, or not opened after all: the head of the line may open one. */
    void placeFreed() {
        WakeUp wakeUps = null;
        lock.lock();
        try {
            connections--;
            for (Waiter w = line.first(); w != null && connections < maxConnections; w = line.first()) {
                leaveLocked(w);
                connections++;
                w.answer(Waiter.OPEN);
                wakeUps = new WakeUp(w.thread, wakeUps);
            }
        } finally {
            lock.unlock();
        }
        WakeUp.all(wakeUps);
    }

    /** A connection has gone idle: it may be what somebody waits for, or one too many. */
    void hasGoneIdle() {
        if (head != null) {
            makeRoom();
        }
        while (idle.get() > maxIdle) {
            HostPool<K, C> host = hostOfOldIdle();
            if (host == null) {
                return;
            }
            host.closeOldestIdle(CloseReason.MAX_IDLE);
        }
    }

    /** Serves the line from idle connections: its own host's are handed over, another host's closed for their place. */
    private void makeRoom() {
        for (Waiter waiter = head; waiter != null; waiter = head) {
            if (!handOverTo(waiter)) {
                HostPool<K, C> host = hostOfOldIdle();
                if (host == null) {
                    return;
                }
                host.closeOldestIdle(CloseReason.MADE_ROOM);
            }
        }
    }

    private boolean handOverTo(Waiter waiter) {
        @SuppressWarnings("unchecked") // the line has only waiters of our hosts
        HostPool<K, C> host = (HostPool<K, C>) waiter.host;
        PooledConnection<C> connection = waiter.fresh || host == null ? null : host.takeIdle(waiter.owner, true);
        if (host == null || connection == null) {
            return false;
        }
        if (serve(waiter, connection)) {
            LockSupport.unpark(waiter.thread);
        } else {
            host.takeBack(connection, null);
        }
        return true;
    }

    // Under one hold of the lock: who finds that it has left the line must find its answer too.
    private boolean serve(Waiter waiter, PooledConnection<C> connection) {
        lock.lock();
        try {
            boolean left = leaveLocked(waiter);
            if (left) {
                waiter.answer(connection);
            }
            return left;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable HostPool<K, C> hostOfOldIdle() {
        if (idle.get() <= 0) {
            return null;
        }
        HostPool<K, C> oldest = null;
        long longest = -1;
        long now = ticker.nanos();
        for (HostPool<K, C> host : sample()) {
            long idleNanos = host.oldestIdleNanos(now);
            if (idleNanos > longest) {
                longest = idleNanos;
                oldest = host;
            }
        }
        return oldest;
    }

    private List<HostPool<K, C>> sample() {
        List<HostPool<K, C>> sample = new ArrayList<>(SAMPLE);
        lock.lock();
        try {
            int size = hosts.size();
            int start = size == 0 ? 0 : ThreadLocalRandom.current().nextInt(size);
            for (int i = 0; i < size && sample.size() < SAMPLE; i++) {
                HostPool<K, C> host = hosts.get((start + i) % size);
                if (host.idleHint() > 0) {
                    sample.add(host);
                }
            }
        } finally {
            lock.unlock();
        }
        return sample;
    }

    /** Who waits for a place, if he waits for longer than the first who waits at a host. */
    @Nullable
    Waiter owed(@Nullable Waiter firstThere) {
        Waiter first = head;
        return first != null && (firstThere == null || first.since - firstThere.since < 0) ? first : null;
    }

    /** Since when callers have had to wait for a place; null if the last one had not. */
    @Nullable
    Long exhaustedSince() {
        return exhaustedSince;
    }

    void addIdle(int more) {
        idle.addAndGet(more);
    }

    void add(HostPool<K, C> host) {
        lock.lock();
        try {
            hosts.add(host);
        } finally {
            lock.unlock();
        }
    }

    void remove(HostPool<K, C> host) {
        lock.lock();
        try {
            hosts.remove(host);
        } finally {
            lock.unlock();
        }
    }

    /** As {@link Waiter#wakeOverdue}. */
    Deadline wakeOverdue(long now) {
        return Waiter.wakeOverdue(line, lock, now);
    }

    /** Ends the wait of those who wait on behalf of owners. */
    void cancel(Predicate<@Nullable Object> owners) {
        WakeUp dismissed;
        lock.lock();
        try {
            dismissed = Waiter.dismiss(line, owners);
            head = line.first();
        } finally {
            lock.unlock();
        }
        WakeUp.all(dismissed);
    }

    @Override
    public void giveUp(Waiter waiter, long now) throws IOException {
        int waiting;
        lock.lock();
        try {
            if (!leaveLocked(waiter)) {
                return;
            }
            waiting = line.size();
        } finally {
            lock.unlock();
        }
        HostPool<?, ?> host = waiter.host;
        if (host != null) {
            throw host.timedOut(
                    waiter,
                    now,
                    "all " + maxConnections + " connections that all hosts may have are in use, " + waiting
                            + " others waiting");
        }
    }

    @Override
    public boolean leave(Waiter waiter, long now) {
        lock.lock();
        try {
            return leaveLocked(waiter);
        } finally {
            lock.unlock();
        }
    }

    private boolean leaveLocked(Waiter waiter) {
        boolean left = line.remove(waiter);
        head = line.first();
        return left;
    }
}
