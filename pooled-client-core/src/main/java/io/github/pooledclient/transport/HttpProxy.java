// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.transport;

import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy on the way to an origin (RFC 9110, 3.7): asked in absolute form for {@code http}, and for a tunnel for
 * {@code https}.
 *
 * @param address of the proxy, which is spoken to without TLS: {@code http://proxy.example.com:3128}
 * @param login who asks it for a tunnel; null = nobody it would know, or there is no need for a tunnel
 */
public record HttpProxy(Origin address, @Nullable ProxyLogin login) {

    /**
     * @throws IllegalArgumentException if the address is not {@code http}
     */
    public HttpProxy {
        if (address.isSecure()) {
            throw new IllegalArgumentException("a proxy is spoken to without TLS: " + address);
        }
    }

    /** The address, without the login. */
    @Override
    public String toString() {
        return address.hostAndPort();
    }
}
