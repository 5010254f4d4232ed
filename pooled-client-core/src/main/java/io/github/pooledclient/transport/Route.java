// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.transport;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An {@link Origin} and the way there: the key of the pool. Connections of equal routes may stand in for each other.
 *
 * <p>Immutable. Today every way is direct; proxies and Unix domain sockets become further parts of it.
 */
public final class Route {

    private final Origin origin;
    private final @Nullable TlsIdentity tls;
    // Looked up once per exchange, so computed once.
    private final int hash;

    private Route(Origin origin, @Nullable TlsIdentity tls) {
        this.origin = Objects.requireNonNull(origin, "origin");
        this.tls = tls;
        this.hash = 31 * origin.hashCode() + Objects.hashCode(tls);
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
        return new Route(origin, origin.isSecure() ? tls : null);
    }

    public Origin origin() {
        return origin;
    }

    /** Present exactly if the origin is {@code https}. */
    public @Nullable TlsIdentity tls() {
        return tls;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (this == other) {
            return true;
        }
        return other instanceof Route that
                && hash == that.hash
                && origin.equals(that.origin)
                && Objects.equals(tls, that.tls);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return origin.toString();
    }
}
