// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.transport;

import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy on the way to an origin (RFC 9110, 3.7): asked in absolute form for {@code http}, and for a tunnel for
 * {@code https}.
 *
 * @param address of the proxy, which is spoken to without TLS: {@code http://proxy.example.com:3128}
 * @param authorization what it is told in {@code Proxy-Authorization}, or null; never sent to the origin
 */
public record HttpProxy(Origin address, @Nullable String authorization) {

    /**
     * @throws IllegalArgumentException if the address is not {@code http}
     */
    public HttpProxy {
        if (address.isSecure()) {
            throw new IllegalArgumentException("a proxy is spoken to without TLS: " + address);
        }
    }

    /** The same proxy, told other credentials: connections to it are not shared between the two. */
    public HttpProxy withAuthorization(@Nullable String newAuthorization) {
        return new HttpProxy(address, newAuthorization);
    }

    /** The address, without the credentials. */
    @Override
    public String toString() {
        return address.hostAndPort();
    }
}
