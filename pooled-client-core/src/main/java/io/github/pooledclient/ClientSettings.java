// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import io.github.pooledclient.internal.call.CallSettings;
import io.github.pooledclient.internal.call.Lifecycle;
import io.github.pooledclient.internal.call.RoutePlanner;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.HostPattern;
import io.github.pooledclient.transport.Ticker;
import io.github.pooledclient.transport.TlsIdentity;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.ProxySelector;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What one client, or view, is set to; all but the pool. Immutable. */
record ClientSettings(
        Duration connectTimeout,
        Duration readTimeout,
        Redirect redirect,
        Version version,
        boolean decompress,
        MessageLimits limits,
        TlsIdentity tls,
        @Nullable ProxySelector proxy,
        @Nullable Predicate<InetSocketAddress> addressFilter,
        @Nullable CookieHandler cookieHandler,
        @Nullable Authenticator authenticator,
        @Nullable PasswordAuthentication proxyCredentials,
        @Nullable Executor executor,
        @Nullable CallObserver observer,
        Map<HostPattern, HostSettings> hosts) {

    CallSettings forCalls(SharedPool shared, Lifecycle lifecycle) {
        Map<HostPattern, CallSettings> ofHosts = new TreeMap<>();
        hosts.forEach((pattern, host) -> ofHosts.put(pattern, with(host).forCalls(shared, lifecycle)));
        return new CallSettings(
                shared.pool(),
                new RoutePlanner(proxy, tls, addressFilter),
                lifecycle,
                Ticker.system(),
                Deadline.toNanos(connectTimeout),
                Deadline.toNanos(readTimeout),
                redirect,
                decompress,
                limits,
                cookieHandler,
                proxyCredentials == null ? authenticator : new ProxyAuthenticator(proxyCredentials, authenticator),
                executor,
                observer,
                ofHosts);
    }

    /** For what comes after redirects, cookies and credentials, which are the same for all hosts. */
    private ClientSettings with(HostSettings host) {
        return new ClientSettings(
                host.connectTimeoutOr(connectTimeout),
                host.readTimeoutOr(readTimeout),
                Redirect.NEVER,
                version,
                host.decompressOr(decompress),
                host.limitsOr(limits),
                host.tlsOr(tls),
                proxy,
                addressFilter,
                null,
                null,
                null,
                executor,
                null,
                Map.of());
    }
}
