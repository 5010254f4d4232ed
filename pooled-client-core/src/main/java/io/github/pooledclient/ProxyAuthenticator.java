// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import java.net.Authenticator;
import java.net.InetAddress;
import java.net.PasswordAuthentication;
import java.net.URL;
import org.jspecify.annotations.Nullable;

/** Has the answer for proxies, and asks another authenticator for servers. As safe as that one. */
final class ProxyAuthenticator extends Authenticator {

    private final PasswordAuthentication forProxies;
    private final @Nullable Authenticator forServers;

    ProxyAuthenticator(PasswordAuthentication forProxies, @Nullable Authenticator forServers) {
        this.forProxies = forProxies;
        this.forServers = forServers;
    }

    @Override
    public @Nullable PasswordAuthentication requestPasswordAuthenticationInstance(
            @Nullable String host,
            @Nullable InetAddress site,
            int port,
            @Nullable String protocol,
            @Nullable String prompt,
            @Nullable String scheme,
            @Nullable URL url,
            @Nullable RequestorType type) {
        if (type == RequestorType.PROXY) {
            return forProxies;
        }
        return forServers == null
                ? null
                : forServers.requestPasswordAuthenticationInstance(
                        host, site, port, protocol, prompt, scheme, url, type);
    }
}
