// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.ConnectionSnapshot;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.pool.Poolable;
import io.github.pooledclient.transport.Deadline;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A connection and what the pool knows of it. Being in the idle chain or the leased chain of its {@link HostPool} is its
 * state; its fields are guarded by that pool's lock, but those that only its lessee uses.
 */
final class PooledConnection<C extends Poolable> extends Chain.Link<PooledConnection<C>> {

    // A hint is the peer's; on the way to us and back a second may pass.
    private static final long HINT_MARGIN_NANOS = Duration.ofSeconds(1).toNanos();

    final C connection;
    final long openedAt;
    private final long lifetimeNanos;
    private final long idleTimeoutNanos;

    /** When it was lent, or became idle. */
    long since;
    /** For how long its peer keeps it, after this use; 0 = not said. */
    long hintNanos;

    /** How long it was idle before it was lent, and whether that was too long; of its lessee. */
    long idleNanos;

    @Nullable
    CloseReason expiredWhenLent;

    long lookedAt;
    long uses;
    boolean retired;
    /** Whoever uses it has been told to stop, and may hear that late: nobody may have it after him. */
    boolean cancelled;

    /** The reaper looks at it just now: it stays in the idle chain, but nobody may have it. */
    boolean isBeingLookedAt;

    boolean leakReported;

    @Nullable
    Throwable acquiredAt;

    @Nullable
    Object owner;

    PooledConnection(C connection, long now, PoolSettings settings) {
        this.connection = connection;
        this.openedAt = now;
        this.since = now;
        this.lookedAt = now;
        this.idleTimeoutNanos = Deadline.toNanos(settings.idleTimeout());
        this.lifetimeNanos = jittered(Deadline.toNanos(settings.maxLifetime()));
    }

    // Connections that were opened together must not all end together.
    private static long jittered(long nanos) {
        return nanos == 0 ? 0 : nanos - ThreadLocalRandom.current().nextLong(nanos / 10 + 1);
    }

    void becomeIdle(long now, @Nullable Duration hint) {
        since = now;
        lookedAt = now;
        hintNanos = hint == null ? 0 : Math.max(1, Deadline.toNanos(hint) - HINT_MARGIN_NANOS);
        acquiredAt = null;
        owner = null;
    }

    void becomeLeased(long now, @Nullable Object newOwner) {
        idleNanos = now - since;
        expiredWhenLent = expired(now);
        since = now;
        uses++;
        leakReported = false;
        owner = newOwner;
    }

    /** Why this idle connection has had its time, or null. */
    @Nullable
    CloseReason expired(long now) {
        if (retired) {
            return CloseReason.RETIRED;
        }
        if (idleTimeoutNanos != 0 && now - since >= idleTimeoutNanos) {
            return CloseReason.IDLE_TIMEOUT;
        }
        if (hintNanos != 0 && now - since >= hintNanos) {
            return CloseReason.KEEP_ALIVE_HINT;
        }
        return outlived(now) ? CloseReason.MAX_LIFETIME : null;
    }

    /** As {@link #expired}, of one that has. */
    CloseReason whyExpired(long now) {
        CloseReason reason = expired(now);
        return reason == null ? CloseReason.IDLE_TIMEOUT : reason;
    }

    boolean outlived(long now) {
        return lifetimeNanos != 0 && now - openedAt >= lifetimeNanos;
    }

    /** Nanoseconds until this idle connection has had its time; {@link Long#MAX_VALUE} if never. */
    long expiresInNanos(long now) {
        long left = Long.MAX_VALUE;
        if (idleTimeoutNanos != 0) {
            left = since + idleTimeoutNanos - now;
        }
        if (hintNanos != 0) {
            left = Math.min(left, since + hintNanos - now);
        }
        if (lifetimeNanos != 0) {
            left = Math.min(left, openedAt + lifetimeNanos - now);
        }
        return left;
    }

    ConnectionSnapshot snapshot(ConnectionSnapshot.State state, long now) {
        return new ConnectionSnapshot(
                state,
                Duration.ofNanos(now - openedAt),
                Duration.ofNanos(now - since),
                uses,
                retired,
                connection.details());
    }
}
