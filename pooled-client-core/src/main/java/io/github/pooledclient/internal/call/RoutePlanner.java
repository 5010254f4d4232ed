// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.RequestState;
import io.github.pooledclient.internal.http.Failures;
import io.github.pooledclient.transport.Origin;
import io.github.pooledclient.transport.Route;
import io.github.pooledclient.transport.TlsIdentity;
import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the way to an origin: by which proxy, with which TLS identity. Safe for use by several threads. */
public final class RoutePlanner {

    private final @Nullable ProxySelector selector;
    private final TlsIdentity tls;

    /**
     * @param selector null: the default one of the JVM, asked anew each time as it may be replaced
     */
    public RoutePlanner(@Nullable ProxySelector selector, TlsIdentity tls) {
        this.selector = selector;
        this.tls = tls;
    }

    /**
     * @throws IOException if a proxy is asked for: there is no support for them yet, and to go past one in silence would be
     *     wrong
     */
    Route routeTo(Origin origin) throws IOException {
        ProxySelector asked = selector == null ? ProxySelector.getDefault() : selector;
        if (asked != null) {
            refuseProxies(origin, asked.select(URI.create(origin.toString())));
        }
        return Route.direct(origin, tls);
    }

    private static void refuseProxies(Origin origin, @Nullable List<Proxy> proxies) throws IOException {
        if (proxies == null || proxies.isEmpty()) {
            return;
        }
        // The selector's first choice counts, as with the JDK's client.
        Proxy first = proxies.get(0);
        if (first != null && first.type() != Proxy.Type.DIRECT) {
            throw Failures.io(
                    RequestState.NOT_SENT,
                    "the proxy selector asks for the proxy " + first + " on the way to " + origin
                            + ", and proxies are not supported yet; HttpClient.Builder.NO_PROXY goes without",
                    null);
        }
    }
}
