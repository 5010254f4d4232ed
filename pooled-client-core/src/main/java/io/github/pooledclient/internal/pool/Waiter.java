// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import io.github.pooledclient.internal.threads.Threads;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.Ticker;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A thread in a waiting line. What it waits for is put into {@link #answer} by whoever serves it, once, under the lock of
 * the line; the thread gives up under the same lock, so that nothing is handed to one that has left.
 */
final class Waiter extends Chain.Link<Waiter> {

    /** An answer: a permit, and so the right to open a connection. */
    static final Object OPEN = new Object();
    /** An answer: there will be nothing. */
    static final Object CLOSED = new Object();

    final Thread thread = Thread.currentThread();
    final long since;
    final Deadline deadline;
    final boolean fresh;
    final @Nullable Object owner;
    /** Whose permit it holds already, in the line of {@link TotalLimits}. */
    final @Nullable HostPool<?, ?> host;

    private volatile @Nullable Object answer;
    // Written under the lock of the line: it is to look for itself. See WaitingLine.
    private volatile boolean woken;

    Waiter(long since, Deadline deadline, Acquisition how, @Nullable HostPool<?, ?> host) {
        this.host = host;
        this.since = since;
        this.deadline = deadline;
        this.fresh = how.fresh();
        this.owner = how.owner();
    }

    @Nullable
    Object answer() {
        return answer;
    }

    /** Serves this waiter, which is to be woken then. */
    void answer(Object with) {
        answer = with;
    }

    boolean isWoken() {
        return woken;
    }

    void setWoken(boolean isWoken) {
        woken = isWoken;
    }

    /** What a waiter does in its line. All return if it was served meanwhile: it has to take what it was given. */
    interface Line {

        /** Looks, after it was woken, for what there is; null if others were faster. A line may also only hand over. */
        default @Nullable Object look(Waiter waiter, long now) {
            return null;
        }

        /** Leaves because the deadline has passed. */
        void giveUp(Waiter waiter, long now) throws IOException;

        /** Takes the waiter out; false if it was served meanwhile. */
        boolean leave(Waiter waiter, long now);
    }

    /**
     * Waits, on its own thread, until it is served or the deadline has passed.
     *
     * @throws InterruptedException if the thread was interrupted and nothing had been given to it yet; else the flag stays set
     */
    Object await(Line line, Ticker ticker, WaitAlarm alarm, String name) throws IOException, InterruptedException {
        boolean interrupted = false;
        boolean timed = !Threads.isVirtual(thread);
        try {
            while (true) {
                Object given = answer;
                if (given != null) {
                    return given;
                }
                long now = ticker.nanos();
                if (woken) {
                    Object found = line.look(this, now);
                    if (found != null) {
                        return found;
                    }
                    // Not to the park below: waiting for the lock may have used up the wake-up of an answer.
                    continue;
                }
                long remaining = deadline.remainingNanos(now);
                if (remaining <= 0) {
                    line.giveUp(this, now);
                } else if (Thread.interrupted()) {
                    interrupted = true;
                    if (line.leave(this, now)) {
                        interrupted = false;
                        throw new InterruptedException("interrupted while waiting for a connection to " + name);
                    }
                } else if (timed) {
                    LockSupport.parkNanos(line, remaining);
                } else if (alarm.covers(deadline)) {
                    LockSupport.park(line);
                } else {
                    // And look again before the park, as above.
                    timed = !alarm.setFor(deadline);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Wakes those of a line whose deadline has passed, and returns the first of the others'. */
    static Deadline wakeOverdue(Chain<Waiter> line, ReentrantLock lock, long now) {
        WakeUp wakeUps = null;
        Deadline next = Deadline.never();
        lock.lock();
        try {
            for (Waiter w = line.first(); w != null; w = w.next()) {
                if (w.deadline.hasPassed(now)) {
                    wakeUps = new WakeUp(w.thread, wakeUps);
                } else {
                    next = next.earlier(w.deadline);
                }
            }
        } finally {
            lock.unlock();
        }
        WakeUp.all(wakeUps);
        return next;
    }

    /** Takes those who wait on behalf of owners out of a line, empty-handed. */
    static @Nullable WakeUp dismiss(Chain<Waiter> line, Predicate<@Nullable Object> owners) {
        WakeUp wakeUps = null;
        Waiter waiter = line.first();
        while (waiter != null) {
            Waiter next = waiter.next();
            if (owners.test(waiter.owner)) {
                line.remove(waiter);
                waiter.answer(CLOSED);
                wakeUps = new WakeUp(waiter.thread, wakeUps);
            }
            waiter = next;
        }
        return wakeUps;
    }
}
