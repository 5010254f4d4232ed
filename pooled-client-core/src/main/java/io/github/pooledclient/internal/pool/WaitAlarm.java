// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import io.github.pooledclient.internal.time.DeadlineWatchdog;
import io.github.pooledclient.internal.time.Guard;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.Ticker;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the waits of a pool's virtual threads in time, so that they park without a timer: a timed park of a virtual thread
 * wakes a thread of the JDK's, which costs more than the exchange that is waited for (three switches of threads each, JDK 25),
 * though nearly all waits end long before. Safe for use by several threads.
 *
 * <p>It is set for the first deadline of all who wait, and not set again when they are served before: so a thread that
 * comes and goes reads one field, and the watchdog looks at those who wait about once an acquire timeout.
 */
final class WaitAlarm extends Guard {

    private static final Logger LOG = LoggerFactory.getLogger(WaitAlarm.class);

    private final Ticker ticker;
    private final LongFunction<Deadline> wakeOverdue;

    private final ReentrantLock lock = new ReentrantLock();
    // Written under the lock. Whoever waits and has looked has a deadline that is not earlier.
    private volatile Deadline due = Deadline.never();
    // Guarded by lock.
    private boolean isWatched;

    /**
     * @param wakeOverdue wakes those whose deadline has passed at an instant of the ticker, and returns the first of the others'
     */
    WaitAlarm(Ticker ticker, DeadlineWatchdog watchdog, LongFunction<Deadline> wakeOverdue) {
        super(watchdog);
        this.ticker = ticker;
        this.wakeOverdue = wakeOverdue;
    }

    /** Whether one that is in a line already is woken when this deadline of its has passed. Takes no lock. */
    boolean covers(Deadline deadline) {
        return !isBefore(deadline, due);
    }

    private static boolean isBefore(Deadline one, Deadline other) {
        return !one.equals(other) && one.earlier(other).equals(one);
    }

    /**
     * Sees to it that one that is in a line already is woken when its deadline has passed.
     *
     * @return false if there is no thread to do it: it must see to that itself
     */
    boolean setFor(Deadline deadline) {
        lock.lock();
        try {
            if (isBefore(deadline, due)) {
                if (!isWatched) {
                    watch();
                    isWatched = true;
                }
                due = deadline;
                // The watchdog has a clock of its own.
                arm(Ticker.system().nanos() + deadline.remainingNanos(ticker.nanos()));
            }
            return true;
        } catch (RuntimeException | Error noThread) {
            LOG.debug("No thread to end waits in time: each has a timer of its own", noThread);
            return false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    protected void overdue() {
        // Before the look: whoever joins a line from now on, and is overlooked, sets it anew.
        unset();
        setFor(wakeOverdue.apply(ticker.nanos()));
        restIfUnset();
    }

    /** Nobody waits any more, and nobody will. */
    void end() {
        unset();
        restIfUnset();
    }

    private void unset() {
        lock.lock();
        try {
            due = Deadline.never();
        } finally {
            lock.unlock();
        }
    }

    private void restIfUnset() {
        lock.lock();
        try {
            if (due.isNever() && isWatched) {
                release();
                isWatched = false;
            }
        } finally {
            lock.unlock();
        }
    }
}
