// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import io.github.pooledclient.internal.threads.Threads;
import java.io.Closeable;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What closes one target if it is not disarmed in time. Armed and disarmed by one thread at a time; fired by the
 * {@link DeadlineWatchdog}'s.
 */
final class Guard {

    private static final Logger LOG = LoggerFactory.getLogger(Guard.class);
    private static final AtomicLongFieldUpdater<Guard> STATE = AtomicLongFieldUpdater.newUpdater(Guard.class, "state");
    private static final long DISARMED = 0;
    private static final long FIRED = 1;

    private final DeadlineWatchdog watchdog;
    private final Closeable target;
    private final boolean closesQuickly;
    // One of the above, or else the deadline it is armed for.
    private volatile long state = DISARMED;

    Guard(DeadlineWatchdog watchdog, Closeable target, boolean closesQuickly) {
        this.watchdog = watchdog;
        this.target = target;
        this.closesQuickly = closesQuickly;
    }

    /** From now on the target is closed once the deadline has passed. */
    void arm(long deadlineNanos) {
        // Two instants of 2^64 are taken; a nanosecond or two later is as good.
        long deadline = deadlineNanos == DISARMED || deadlineNanos == FIRED ? 2 : deadlineNanos;
        // Volatile, as is the load in armed(): if the sweep misses this store, then that load sees its wake-up time.
        state = deadline;
        watchdog.armed(deadline);
    }

    /** Ends it; false if it has fired: then the operation has timed out, even if its result is there. */
    boolean disarm() {
        long deadline = state;
        return deadline != FIRED && STATE.compareAndSet(this, deadline, DISARMED);
    }

    /** The target is no longer watched. Calling it again has no effect. */
    void release() {
        watchdog.forget(this);
    }

    /** Fires if the deadline has passed, and returns it if it is earlier than another instant, else that. */
    long fireOrEarlier(long now, long other) {
        long deadline = state;
        if (deadline == DISARMED || deadline == FIRED) {
            return other;
        }
        if (deadline - now > 0) {
            return deadline - other < 0 ? deadline : other;
        }
        // Lost if it was disarmed in the meantime, and perhaps armed anew: that one's deadline is not this one.
        if (STATE.compareAndSet(this, deadline, FIRED)) {
            closeTarget();
        }
        return other;
    }

    private void closeTarget() {
        try {
            if (closesQuickly) {
                close();
            } else {
                Threads.start(this::close);
            }
        } catch (Throwable noThread) {
            // The watchdog's thread must outlive this, or nothing is closed in time any more.
            LOG.warn("An overdue connection could not be closed", noThread);
        }
    }

    private void close() {
        try {
            target.close();
        } catch (Exception e) {
            LOG.debug("Closing an overdue connection failed", e);
        }
    }
}
