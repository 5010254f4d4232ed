// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import io.github.pooledclient.internal.threads.Threads;
import java.io.Closeable;
import java.nio.channels.Channel;
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
    static final int NOT_WATCHED = -1;

    private final DeadlineWatchdog watchdog;
    private final Closeable target;
    /** Where the watchdog has it, guarded by its lock. */
    int index = NOT_WATCHED;
    // One of the above, or else the deadline it is armed for.
    private volatile long state = DISARMED;

    Guard(DeadlineWatchdog watchdog, Closeable target) {
        this.watchdog = watchdog;
        this.target = target;
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

    /** Nanoseconds until the deadline, zero or negative once it has passed; {@link Long#MAX_VALUE} if it is not armed. */
    long nanosLeft(long now) {
        long deadline = state;
        return deadline == DISARMED || deadline == FIRED ? Long.MAX_VALUE : deadline - now;
    }

    /** Closes the target if the deadline has passed. */
    void fire(long now) {
        long deadline = state;
        // Lost if it was disarmed in the meantime, and perhaps armed anew: that one's deadline is not this one.
        boolean overdue = deadline != DISARMED && deadline != FIRED && deadline - now <= 0;
        if (overdue && STATE.compareAndSet(this, deadline, FIRED)) {
            closeTarget();
        }
    }

    private void closeTarget() {
        try {
            // Closing a channel takes some 10 µs and waits for nobody; what somebody else's close does is unknown.
            if (target instanceof Channel || target instanceof ChannelTransport) {
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
