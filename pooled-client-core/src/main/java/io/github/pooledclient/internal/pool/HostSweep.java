// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import io.github.pooledclient.pool.Poolable;

/** What is done for a {@link HostPool} in the background, with the time as an argument. Confined to the sweeping thread. */
final class HostSweep<C extends Poolable> {

    private final HostPool<?, C> host;
    private final Listeners listeners;

    HostSweep(HostPool<?, C> host, Listeners listeners) {
        this.host = host;
        this.listeners = listeners;
    }

    void sweep(long now) {
        host.removeExpired(now).forEach(c -> host.close(c, c.whyExpired(now)));
        lookAtIdle(now);
        host.findLeaks(now).forEach(this::report);
    }

    private void lookAtIdle(long now) {
        PooledConnection<C> connection = host.nextToLookAt(null, now);
        while (connection != null) {
            // May be lent or closed as soon as it has been looked at; its place says where to go on if it is still
            // there.
            host.hasLooked(connection, HostPool.probe(connection), now);
            connection = host.nextToLookAt(connection, now);
        }
    }

    private void report(Leak leak) {
        leak.warnThatItLasts();
        listeners.leaked(leak.host(), leak.heldNanos(), leak.acquiredAt());
    }
}
