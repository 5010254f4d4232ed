// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import io.github.pooledclient.internal.pool.ConnectionPool;
import io.github.pooledclient.pool.ConnectionSource;
import io.github.pooledclient.pool.KeyedPool;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.pool.Poolable;

/** Makes {@link KeyedPool pools} of connections that are not, or not only, the HTTP client's. */
public final class KeyedPools {

    private KeyedPools() {}

    /**
     * A pool of connections by key, the same that the client has. Keys show in snapshots and messages as their
     * {@code toString()} says; settings for single {@linkplain PoolSettings.Builder#host hosts} have no effect. To be closed
     * by the caller.
     *
     * @param source opens connections
     */
    public static <K, C extends Poolable> KeyedPool<K, C> create(PoolSettings settings, ConnectionSource<K, C> source) {
        ConnectionPool<K, C> pool = new ConnectionPool<>(settings, source, String::valueOf, key -> settings);
        pool.sweepUntilClosed();
        return pool;
    }
}
