// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import io.github.pooledclient.pool.PoolListener;
import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Sees on which connections the calls of a {@link SoakTest} run. The client asks a proxy selector, and tells a listener,
 * on the thread of the call: the first knows the call, the second the connection.
 */
final class SoakWitness extends ProxySelector implements PoolListener {

    private final Map<Thread, Long> callOf = new ConcurrentHashMap<>();
    private final Map<Long, Boolean> reused = new ConcurrentHashMap<>();
    private final Set<Long> retried = ConcurrentHashMap.newKeySet();

    @Override
    public List<Proxy> select(URI uri) {
        callOf.put(Thread.currentThread(), Long.valueOf(uri.getPath().split("/", -1)[1]));
        return List.of(Proxy.NO_PROXY);
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {}

    @Override
    public void acquired(String host, long waitNanos, boolean isReused) {
        Long call = callOf.get(Thread.currentThread());
        if (call != null) {
            reused.put(call, isReused);
        }
    }

    @Override
    public void retried(String host) {
        Long call = callOf.get(Thread.currentThread());
        if (call != null) {
            retried.add(call);
        }
    }

    /** Whether the last connection of a call had been used before; null if it had none. */
    @Nullable
    Boolean hasReused(long call) {
        return reused.get(call);
    }

    boolean hasRetried(long call) {
        return retried.contains(call);
    }

    void forget() {
        callOf.clear();
        reused.clear();
        retried.clear();
    }
}
