// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import io.github.pooledclient.pool.Poolable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The idle connections of a {@link HostPool}, the last to come back first: so that a quiet pool shrinks from the other end.
 * Guarded by that pool's lock, but for {@link #hint()}.
 *
 * <p>One that the reaper looks at stays where it is, but nobody may have it.
 */
final class IdleConnections<C extends Poolable> {

    private static final long LOOK_EVERY_NANOS = Duration.ofSeconds(5).toNanos();

    private final Chain<PooledConnection<C>> chain = new Chain<>();
    private final @Nullable TotalLimits<?, C> totals;
    private volatile int hint;

    IdleConnections(@Nullable TotalLimits<?, C> totals) {
        this.totals = totals;
    }

    int size() {
        return chain.size();
    }

    /** About how many there are, for those without the lock; kept only with limits over all hosts. */
    int hint() {
        return hint;
    }

    void add(PooledConnection<C> connection) {
        chain.addFirst(connection);
        count(1);
    }

    void remove(PooledConnection<C> connection) {
        chain.remove(connection);
        count(-1);
    }

    private void count(int more) {
        if (totals != null) {
            hint = chain.size();
            totals.addIdle(more);
        }
    }

    /** The one that came back last, or null. */
    @Nullable
    PooledConnection<C> newest() {
        PooledConnection<C> connection = chain.first();
        while (connection != null && connection.isBeingLookedAt) {
            connection = connection.next();
        }
        return connection;
    }

    /** The one that has been idle for longest, or null. */
    @Nullable
    PooledConnection<C> oldest() {
        PooledConnection<C> connection = chain.last();
        while (connection != null && connection.isBeingLookedAt) {
            connection = connection.previous();
        }
        return connection;
    }

    @Nullable
    PooledConnection<C> removeOldest() {
        PooledConnection<C> connection = oldest();
        if (connection != null) {
            remove(connection);
        }
        return connection;
    }

    /** Removes those that a test finds, the oldest first. */
    List<PooledConnection<C>> removeIf(Predicate<PooledConnection<C>> test) {
        List<PooledConnection<C>> removed = new ArrayList<>();
        PooledConnection<C> connection = chain.last();
        while (connection != null) {
            PooledConnection<C> newer = connection.previous();
            if (!connection.isBeingLookedAt && test.test(connection)) {
                remove(connection);
                removed.add(connection);
            }
            connection = newer;
        }
        return removed;
    }

    /** Removes all; the one that the reaper looks at is marked, and removed by it. */
    List<PooledConnection<C>> removeAll() {
        List<PooledConnection<C>> removed = removeIf(connection -> true);
        for (PooledConnection<C> c = chain.first(); c != null; c = c.next()) {
            c.retired = true;
        }
        return removed;
    }

    /** The next one after another, from the oldest on, that nobody has looked at for long; marked as being looked at. */
    @Nullable
    PooledConnection<C> nextToLookAt(@Nullable PooledConnection<C> after, long now) {
        PooledConnection<C> connection = after != null && chain.contains(after) ? after.previous() : chain.last();
        while (connection != null && (connection.isBeingLookedAt || now - connection.lookedAt < LOOK_EVERY_NANOS)) {
            connection = connection.previous();
        }
        if (connection != null) {
            connection.isBeingLookedAt = true;
            connection.lookedAt = now;
        }
        return connection;
    }

    /** For how many nanoseconds nothing has to be done with any of them; {@link Long#MAX_VALUE} if there is none. */
    long quietNanos(long now) {
        long quiet = Long.MAX_VALUE;
        for (PooledConnection<C> c = chain.first(); c != null; c = c.next()) {
            quiet = Math.min(quiet, quietNanos(c, now));
        }
        return quiet;
    }

    static long quietNanos(PooledConnection<?> connection, long now) {
        return Math.min(connection.expiresInNanos(now), connection.lookedAt + LOOK_EVERY_NANOS - now);
    }

    void addTo(List<PooledConnection<C>> all) {
        chain.addTo(all);
    }
}
