// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.pool;

/**
 * The right to use one connection, until it is given back. Each lease must be closed or discarded; doing so again has no
 * effect. Safe for use by several threads.
 *
 * @param <C> the connection
 */
public interface Lease<C extends Poolable> extends AutoCloseable {

    /** The connection that is lent; not to be used any more once the lease has ended. */
    C connection();

    /** Whether the connection had been lent before, so that it may have grown stale meanwhile. */
    boolean isReused();

    /** Gives the connection back: to the pool if it {@linkplain Poolable#unusable() says} that it can be used again. */
    @Override
    void close();

    /** Gives the connection back to be closed. */
    void discard(CloseReason reason);
}
