// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import io.github.pooledclient.transport.AddressRefusedException;
import io.github.pooledclient.transport.Origin;
import io.github.pooledclient.transport.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Predicate;

/** The addresses of a route's first hop, less those that its filter refuses. */
final class AllowedAddresses {

    private AllowedAddresses() {}

    /** At least one address. */
    static List<InetAddress> of(ConnectAttempt attempt, Resolver resolver) throws IOException, InterruptedException {
        Route route = attempt.route();
        Origin firstHop = route.firstHop();
        if (!route.isFiltered()) {
            return resolver.resolve(firstHop.host(), attempt);
        }
        List<InetAddress> targets = resolver.resolve(route.origin().host(), attempt);
        List<InetAddress> allowed = targets.stream().filter(allowedBy(route)).toList();
        if (route.proxy() == null) {
            return requireAny(allowed, targets, route);
        }
        // A proxy looks the name up itself and may take any of the addresses, so that each must be allowed.
        requireAny(allowed.size() == targets.size() ? allowed : List.of(), targets, route);
        return resolver.resolve(firstHop.host(), attempt);
    }

    private static Predicate<InetAddress> allowedBy(Route route) {
        return address ->
                route.allows(new InetSocketAddress(address, route.origin().port()));
    }

    private static List<InetAddress> requireAny(List<InetAddress> allowed, List<InetAddress> all, Route route)
            throws AddressRefusedException {
        if (allowed.isEmpty()) {
            String addresses = String.join(
                    ", ", all.stream().map(InetAddress::getHostAddress).toList());
            throw new AddressRefusedException(
                    route.origin().host(), "no connection to " + route + ": the address filter refuses " + addresses);
        }
        return allowed;
    }
}
