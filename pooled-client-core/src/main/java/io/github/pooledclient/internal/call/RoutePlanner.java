// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.RequestState;
import io.github.pooledclient.internal.http.Failures;
import io.github.pooledclient.transport.HttpProxy;
import io.github.pooledclient.transport.Origin;
import io.github.pooledclient.transport.ProxyLogin;
import io.github.pooledclient.transport.Route;
import io.github.pooledclient.transport.TlsIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Finds the way to an origin: by which proxy, with which TLS identity. Safe for use by several threads. */
public final class RoutePlanner {

    private final @Nullable ProxySelector selector;
    private final TlsIdentity tls;
    private final @Nullable Predicate<InetSocketAddress> filter;
    private final @Nullable ProxyLogin login;

    /**
     * @param selector null: the default one of the JVM, asked anew each time as it may be replaced
     * @param filter which addresses may be connected to; null: all
     * @param login who asks proxies for tunnels; null: nobody they would know
     */
    public RoutePlanner(
            @Nullable ProxySelector selector,
            TlsIdentity tls,
            @Nullable Predicate<InetSocketAddress> filter,
            @Nullable ProxyLogin login) {
        this.selector = selector;
        this.tls = tls;
        this.filter = filter;
        this.login = login;
    }

    /**
     * The way to a target.
     *
     * @param proxyAuthorization what the caller wants a proxy to be told; null = nothing of his own
     * @throws IOException if a kind of proxy is asked for that there is no support for: to go past it in silence would be wrong
     */
    Route routeTo(URI target, Origin origin, @Nullable String proxyAuthorization) throws IOException {
        Route anyAddress = anyAddress(origin);
        Route direct = filter == null ? anyAddress : anyAddress.filteredBy(filter);
        Origin proxy = proxy(target, origin);
        return proxy == null
                ? direct
                : direct.through(new HttpProxy(proxy, origin.isSecure() ? login(proxyAuthorization) : null));
    }

    private @Nullable ProxyLogin login(@Nullable String proxyAuthorization) {
        return proxyAuthorization == null ? login : ProxyLogin.saying(proxyAuthorization);
    }

    private Route anyAddress(Origin origin) throws IOException {
        try {
            return Route.direct(origin, tls);
        } catch (UncheckedIOException e) {
            throw Failures.io(RequestState.NOT_SENT, "no TLS for " + origin + ": " + e.getMessage(), e);
        }
    }

    /** The address of the proxy on the way to a target, or null if the way is direct. */
    @Nullable
    Origin proxy(URI target, Origin origin) throws IOException {
        ProxySelector asked = selector == null ? ProxySelector.getDefault() : selector;
        if (asked != null && JdkProxies.hasNone(asked)) {
            return null;
        }
        List<Proxy> proxies = asked == null ? List.of() : select(asked, target);
        // The selector's first choice counts, as with the JDK's client.
        Proxy first = proxies == null || proxies.isEmpty() ? Proxy.NO_PROXY : proxies.get(0);
        return switch (first.type()) {
            case DIRECT -> null;
            case HTTP -> address(first, origin);
            case SOCKS ->
                throw Failures.io(
                        RequestState.NOT_SENT,
                        "the proxy selector asks for the proxy " + first + " on the way to " + origin
                                + ", and SOCKS is not supported",
                        null);
        };
    }

    private static List<Proxy> select(ProxySelector selector, URI target) throws IOException {
        try {
            return selector.select(target);
        } catch (RuntimeException e) {
            throw Failures.io(RequestState.NOT_SENT, "the proxy selector failed: " + e, e);
        }
    }

    private static Origin address(Proxy proxy, Origin origin) throws IOException {
        if (proxy.address() instanceof InetSocketAddress address && address.getPort() > 0) {
            return new Origin("http", address.getHostString(), address.getPort());
        }
        throw Failures.io(
                RequestState.NOT_SENT,
                "the proxy selector names a proxy without host and port on the way to " + origin + ": " + proxy,
                null);
    }
}
