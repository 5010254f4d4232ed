// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import io.github.pooledclient.internal.connect.HttpConnectionFactory;
import io.github.pooledclient.internal.http.HttpConnection;
import io.github.pooledclient.internal.pool.ConnectionPool;
import io.github.pooledclient.internal.pool.Listeners;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.transport.Connector;
import io.github.pooledclient.transport.Origin;
import io.github.pooledclient.transport.Route;
import java.util.function.Predicate;

/**
 * The pool that a client and its views have in common. As long as one of them is reachable, this is: when it is not, the pool
 * is closed.
 */
record SharedPool(ConnectionPool<Route, HttpConnection> pool) {

    /** @param listeners told by the connector too */
    static SharedPool of(PoolSettings settings, Connector connector, MessageLimits limits, Listeners listeners) {
        SharedPool shared = new SharedPool(new ConnectionPool<>(
                settings,
                new HttpConnectionFactory(
                        connector, route -> settings.forOrigin(route.origin()).keepAliveHints(), limits, listeners),
                route -> route.origin().toString(),
                route -> settings.forOrigin(route.origin()),
                listeners));
        shared.pool.sweepWhileReachable(shared);
        return shared;
    }

    Predicate<Route> routesTo(Origin origin) {
        return route -> route.origin().equals(origin);
    }
}
