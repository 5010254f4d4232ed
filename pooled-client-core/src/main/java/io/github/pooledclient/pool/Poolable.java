// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.pool;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a pool asks of the connection it lends.
 *
 * <p>The pool never calls one of these while it holds a lock, and none but {@link #cancel} and {@link #details} while the
 * connection is lent. A connection judges itself: the pool neither reads nor writes.
 */
public interface Poolable {

    /**
     * Why this connection must not be used again, or null if it may. Asked when it is given back; must not do I/O.
     */
    @Nullable
    CloseReason unusable();

    /**
     * Looks, without blocking, whether the peer has closed an idle connection or sent something unasked: asked before it
     * is lent again and now and then while it is idle.
     *
     * @return why it must not be used again, or null if it may
     */
    @Nullable
    CloseReason probe();

    /**
     * As {@link #probe}, but for a connection that was in use a moment ago, and should cost less: must find what was sent
     * unasked, and may miss that the peer has closed, which its use will show.
     */
    default @Nullable CloseReason glance() {
        return probe();
    }

    /**
     * For how long after this use the peer is expected to keep the connection open, or null if it did not say. The pool
     * does not lend it any more from one second before that.
     */
    default @Nullable Duration idleLimit() {
        return null;
    }

    /** Facts for the one who looks at the pool: protocol, addresses. In the order in which they should be shown. */
    default Map<String, String> details() {
        return Map.of();
    }

    /** Closes, quickly and without throwing; called once, from any thread, when nobody uses the connection any more. */
    void close(CloseReason reason);

    /**
     * Makes whoever is using this connection fail at once, from any thread; it is closed when he has given it back. Must not
     * block or throw. Without it, calls that are cancelled go on to their end.
     */
    default void cancel() {}
}
