// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.transport;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A point on the clock of a {@link Ticker} by which something must have ended, or {@linkplain #never() no such point}.
 *
 * <p>Immutable.
 */
public final class Deadline {

    // A bound on durations keeps (deadline - now) from overflowing: 146 years are as good as for ever.
    private static final long LONGEST = Long.MAX_VALUE / 2;
    private static final Deadline NEVER = new Deadline(0, true);

    private final long nanos;
    private final boolean never;

    private Deadline(long nanos, boolean never) {
        this.nanos = nanos;
        this.never = never;
    }

    /** The deadline that does not pass. */
    public static Deadline never() {
        return NEVER;
    }

    /** The deadline {@code nanos} on the ticker's scale, as in {@code ticker.nanos() + duration}. */
    public static Deadline at(long nanos) {
        return new Deadline(nanos, false);
    }

    /**
     * The deadline a duration from now.
     *
     * @param timeout how long from now; zero has passed at once
     * @throws IllegalArgumentException if the timeout is negative
     */
    public static Deadline after(Duration timeout, Ticker ticker) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("timeout must not be negative: " + timeout);
        }
        return at(ticker.nanos() + toNanos(timeout));
    }

    /** A duration in nanoseconds, cut off at 146 years where {@link Duration#toNanos()} would overflow. */
    public static long toNanos(Duration duration) {
        return Math.min(TimeUnit.NANOSECONDS.convert(duration), LONGEST);
    }

    /** Whether this is {@link #never()}. */
    public boolean isNever() {
        return never;
    }

    /** Nanoseconds left at {@code now}, zero or negative once passed, {@link Long#MAX_VALUE} for {@link #never()}. */
    public long remainingNanos(long now) {
        return never ? Long.MAX_VALUE : nanos - now;
    }

    /** Whether nothing is left at {@code now}. */
    public boolean hasPassed(long now) {
        return remainingNanos(now) <= 0;
    }

    /** The one of the two that passes first. */
    public Deadline earlier(Deadline other) {
        if (never) {
            return other;
        }
        return other.never || nanos - other.nanos <= 0 ? this : other;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Deadline that && nanos == that.nanos && never == that.never;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(nanos);
    }

    @Override
    public String toString() {
        return never ? "never" : "at " + nanos;
    }
}
