// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** In which order the addresses of a host are tried. */
final class AddressOrder {

    private AddressOrder() {}

    static List<InetSocketAddress> forConnecting(@Nullable InetAddress local, List<InetAddress> resolved, int port) {
        return alternating(reachableFrom(local, resolved)).stream()
                .map(address -> new InetSocketAddress(address, port))
                .toList();
    }

    /** The families in turn, beginning with the first address as it was resolved (RFC 8305, 4). */
    static List<InetAddress> alternating(List<InetAddress> resolved) {
        Queue<InetAddress> first = new ArrayDeque<>();
        Queue<InetAddress> second = new ArrayDeque<>();
        for (InetAddress address : resolved) {
            (sameFamily(address, resolved.get(0)) ? first : second).add(address);
        }
        List<InetAddress> ordered = new ArrayList<>(resolved.size());
        while (ordered.size() < resolved.size()) {
            move(first, ordered);
            move(second, ordered);
        }
        return ordered;
    }

    /** Those that can be reached from a local address; all if there is none of its family, so that the attempt tells. */
    static List<InetAddress> reachableFrom(@Nullable InetAddress local, List<InetAddress> resolved) {
        if (local == null) {
            return resolved;
        }
        List<InetAddress> reachable =
                resolved.stream().filter(address -> sameFamily(address, local)).toList();
        return reachable.isEmpty() ? resolved : reachable;
    }

    private static void move(Queue<InetAddress> from, List<InetAddress> to) {
        InetAddress address = from.poll();
        if (address != null) {
            to.add(address);
        }
    }

    private static boolean sameFamily(InetAddress one, InetAddress other) {
        return one.getClass() == other.getClass();
    }
}
