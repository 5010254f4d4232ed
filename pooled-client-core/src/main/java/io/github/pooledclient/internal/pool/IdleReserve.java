// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import java.time.Duration;

/**
 * How many connections a {@link HostPool} opens unasked, so that some are always idle: decides, and opens none itself.
 * Guarded by that pool's lock.
 */
final class IdleReserve {

    // As often as idle connections are looked at.
    private static final long LOOK_EVERY_NANOS = Duration.ofSeconds(5).toNanos();
    static final long FIRST_PAUSE_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int MOST_DOUBLINGS = 6;

    private int wanted;
    private long connectTimeoutNanos;
    private int opening;
    private int failures;
    private long pauseEnds;

    /**
     * @param howMany 0 = none
     * @param timeoutNanos for opening one
     */
    void keep(int howMany, long timeoutNanos) {
        wanted = howMany;
        connectTimeoutNanos = timeoutNanos;
        failures = 0;
    }

    boolean isKept() {
        return wanted > 0;
    }

    long connectTimeoutNanos() {
        return connectTimeoutNanos;
    }

    /** How many are to be opened now. */
    int missing(int idle, long now) {
        return isPausing(now) ? 0 : Math.max(0, wanted - idle - opening);
    }

    private boolean isPausing(long now) {
        return failures > 0 && now - pauseEnds < 0;
    }

    void opens(int howMany) {
        opening += howMany;
    }

    void hasOpened() {
        opening--;
        failures = 0;
    }

    /**
     * One could not be opened: the next try is a second from now, and each time twice as far away, up to about a minute.
     *
     * @return whether this is the first failure after successes
     */
    boolean hasFailed(long now) {
        opening--;
        boolean isFirst = failures == 0;
        // Those who were opened together failed together.
        if (!isPausing(now)) {
            failures++;
        }
        pauseEnds = now + (FIRST_PAUSE_NANOS << Math.min(failures - 1, MOST_DOUBLINGS));
        return isFirst;
    }

    /** One was not opened, for want of room. */
    void hasGivenUp() {
        opening--;
    }

    /** For how many nanoseconds nothing has to be done; {@link Long#MAX_VALUE} if nothing is kept. */
    long quietNanos(long now) {
        if (!isKept()) {
            return Long.MAX_VALUE;
        }
        return isPausing(now) ? pauseEnds - now : LOOK_EVERY_NANOS;
    }
}
