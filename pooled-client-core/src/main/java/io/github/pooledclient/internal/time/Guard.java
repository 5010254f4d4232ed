// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.time;

import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Acts if it is not disarmed in time. Armed and disarmed by one thread at a time; fired by the {@link DeadlineWatchdog}'s.
 */
public abstract class Guard {

    private static final Logger LOG = LoggerFactory.getLogger(Guard.class);
    private static final AtomicLongFieldUpdater<Guard> STATE = AtomicLongFieldUpdater.newUpdater(Guard.class, "state");
    private static final long DISARMED = 0;
    private static final long FIRED = 1;
    static final int NOT_WATCHED = -1;

    private final DeadlineWatchdog watchdog;
    /** Where the watchdog has it, guarded by its lock. */
    int index = NOT_WATCHED;
    // One of the above, or else the deadline it is armed for.
    private volatile long state = DISARMED;

    protected Guard(DeadlineWatchdog watchdog) {
        this.watchdog = watchdog;
    }

    /**
     * What is to be done when the deadline has passed, once each time it was armed. Runs on the watchdog's thread: it takes
     * some µs, and waits for nobody.
     */
    protected abstract void overdue();

    /** It is watched from now on, until it is {@linkplain #release() released}. Not to be called while it is. */
    public final void watch() {
        watchdog.watch(this);
    }

    /** From now on acts once the deadline has passed; an earlier deadline is forgotten. */
    public final void arm(long deadlineNanos) {
        // Two instants of 2^64 are taken; a nanosecond or two later is as good.
        long deadline = deadlineNanos == DISARMED || deadlineNanos == FIRED ? 2 : deadlineNanos;
        // Volatile, as is the load in armed(): if the sweep misses this store, then that load sees its wake-up time.
        state = deadline;
        watchdog.armed(deadline);
    }

    /** Ends it; false if it has fired: then the operation has timed out, even if its result is there. */
    public final boolean disarm() {
        long deadline = state;
        return deadline != FIRED && STATE.compareAndSet(this, deadline, DISARMED);
    }

    /** It is no longer watched. Calling it again has no effect. */
    public final void release() {
        watchdog.forget(this);
    }

    /** Nanoseconds until the deadline, zero or negative once it has passed; {@link Long#MAX_VALUE} if it is not armed. */
    final long nanosLeft(long now) {
        long deadline = state;
        return deadline == DISARMED || deadline == FIRED ? Long.MAX_VALUE : deadline - now;
    }

    /** Acts if the deadline has passed. */
    final void fire(long now) {
        long deadline = state;
        // Lost if it was disarmed in the meantime, and perhaps armed anew: that one's deadline is not this one.
        boolean isOverdue = deadline != DISARMED && deadline != FIRED && deadline - now <= 0;
        if (isOverdue && STATE.compareAndSet(this, deadline, FIRED)) {
            try {
                overdue();
            } catch (Throwable e) {
                // The watchdog's thread must outlive this, or nothing is done in time any more.
                LOG.warn("What was overdue could not be ended", e);
            }
        }
    }
}
