// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.pool;

import io.github.pooledclient.transport.Deadline;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A pool of connections by key: for the HTTP client, and for whoever writes a proxy or the client of another protocol.
 *
 * <p>A permit belongs to a connection, from before it is opened until after it is closed; each key has as many as the
 * {@link PoolSettings} say. Connections are lent last in, first out; those who wait are served in the order in which they
 * came, but for callers that come while something is free, and may take it before one who has waited for less than 3 ms.
 * Safe for use by several threads.
 *
 * @param <K> what connections are pooled by; with {@code equals} and {@code hashCode}
 * @param <C> the connections
 */
public interface KeyedPool<K, C extends Poolable> extends AutoCloseable {

    /**
     * Lends a connection: an idle one, a new one if there is a permit for it, or else the first that comes free within the
     * {@linkplain PoolSettings#acquireTimeout() acquire timeout}.
     *
     * @throws AcquireTimeoutException if none came free in time
     * @throws AcquireRejectedException if too many wait already, or the pool is closed
     * @throws IOException if a connection had to be opened and could not be
     * @throws InterruptedException if the calling thread was interrupted
     */
    Lease<C> acquire(K key) throws IOException, InterruptedException;

    /** As {@link #acquire(Object)}, with a deadline of the caller's: for the wait and the opening together. */
    Lease<C> acquire(K key, Deadline deadline) throws IOException, InterruptedException;

    /** Lends an idle connection that is alive, or null if there is none. Neither waits nor opens. */
    @Nullable
    Lease<C> tryAcquire(K key);

    /**
     * Hands in a connection that the caller has opened, and has no further use for, as idle.
     *
     * @return whether the pool took it; if not, for want of a permit or because it was closed, it stays the caller's
     */
    boolean offer(K key, C connection);

    /** How many connections of a key are idle. */
    int idle(K key);

    /** The pool as it is now. */
    PoolSnapshot snapshot();

    /** Closes the idle connections of all keys. */
    void evictIdle();

    /** Closes the idle connections of a key. */
    void evictIdle(K key);

    /** Closes the idle connections, and refuses those who wait and who come; connections in use are closed on return. */
    @Override
    void close();
}
