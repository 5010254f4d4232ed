// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.transport;

import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An {@link Origin} and the way there: the key of the pool. Connections of equal routes may stand in for each other.
 *
 * <p>Immutable. The way is direct or through an HTTP proxy; Unix domain sockets become a further kind of it.
 */
public final class Route {

    private final Origin origin;
    private final @Nullable TlsIdentity tls;
    private final @Nullable HttpProxy proxy;
    private final @Nullable Predicate<InetSocketAddress> filter;
    // Looked up once per exchange, so computed once.
    private final int hash;

    private Route(
            Origin origin,
            @Nullable TlsIdentity tls,
            @Nullable HttpProxy proxy,
            @Nullable Predicate<InetSocketAddress> filter) {
        this.origin = Objects.requireNonNull(origin, "origin");
        this.tls = tls;
        this.proxy = proxy;
        this.filter = filter;
        this.hash = 31 * (31 * (31 * origin.hashCode() + Objects.hashCode(tls)) + Objects.hashCode(proxy))
                + Objects.hashCode(filter);
    }

    /**
     * The direct way to an origin.
     *
     * @param tls with which identity TLS is spoken; ignored for an {@code http} origin
     * @throws IllegalArgumentException if the origin is {@code https} and no identity is given
     */
    public static Route direct(Origin origin, @Nullable TlsIdentity tls) {
        if (origin.isSecure() && tls == null) {
            throw new IllegalArgumentException("a TLS identity is needed for " + origin);
        }
        return new Route(origin, origin.isSecure() ? tls : null, null, null);
    }

    /** The same origin and identity, by way of a proxy. */
    public Route through(HttpProxy newProxy) {
        return new Route(origin, tls, newProxy, filter);
    }

    /**
     * The same way, connecting only to addresses for which a filter is true. Routes with filters that are not equal share no
     * connections, so that nobody gets one to an address that is refused.
     */
    public Route filteredBy(@Nullable Predicate<InetSocketAddress> newFilter) {
        return new Route(origin, tls, proxy, newFilter);
    }

    public Origin origin() {
        return origin;
    }

    /** Present exactly if the origin is {@code https}. */
    public @Nullable TlsIdentity tls() {
        return tls;
    }

    /** Null if the way is direct. */
    public @Nullable HttpProxy proxy() {
        return proxy;
    }

    /** Whom a transport is opened to: the proxy, or else the origin itself. */
    public Origin firstHop() {
        return proxy == null ? origin : proxy.address();
    }

    /** Whether a proxy is asked for a tunnel, and so sees nothing of the exchanges. */
    public boolean isTunnel() {
        return proxy != null && origin.isSecure();
    }

    /** Whether there is an address filter. A {@link Connector} of your own asks {@link #allows} before it connects. */
    public boolean isFiltered() {
        return filter != null;
    }

    /**
     * Whether an address of the origin may be connected to, by a proxy if there is one. A proxy's own address is not asked
     * about: somebody chose it.
     */
    public boolean allows(InetSocketAddress address) {
        return filter == null || filter.test(address);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (this == other) {
            return true;
        }
        return other instanceof Route that
                && hash == that.hash
                && origin.equals(that.origin)
                && Objects.equals(tls, that.tls)
                && Objects.equals(proxy, that.proxy)
                && Objects.equals(filter, that.filter);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return proxy == null ? origin.toString() : origin + " through the proxy " + proxy;
    }
}
