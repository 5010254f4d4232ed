// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.pool;

import io.github.pooledclient.transport.Deadline;
import java.io.IOException;

/**
 * Opens the connections of a pool. Safe for use by several threads; called on the thread that wants the connection, with
 * no lock held.
 *
 * @param <K> what connections are pooled by
 * @param <C> the connections
 */
@FunctionalInterface
public interface ConnectionSource<K, C extends Poolable> {

    /**
     * Opens a connection that is ready for use.
     *
     * @param deadline by when
     * @throws IOException if it cannot be opened; the caller of acquire gets it as it is
     * @throws InterruptedException if the calling thread was interrupted
     */
    C open(K key, Deadline deadline) throws IOException, InterruptedException;
}
