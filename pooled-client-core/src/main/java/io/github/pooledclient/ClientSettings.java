// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import io.github.pooledclient.internal.call.CallSettings;
import io.github.pooledclient.internal.call.Lifecycle;
import io.github.pooledclient.internal.call.Logins;
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
        @Nullable Logins logins,
        @Nullable Executor executor,
        @Nullable CallObserver observer,
        Map<HostPattern, HostSettings> hosts) {

    CallSettings forCalls(SharedPool shared, Lifecycle lifecycle) {
        boolean answersChallenges = authenticator != null || proxyCredentials != null;
        Map<HostPattern, CallSettings> ofHosts = new TreeMap<>();
        hosts.forEach((pattern, host) -> ofHosts.put(pattern, with(host).forCalls(shared, lifecycle)));
        return new CallSettings(
                shared.pool(),
                new RoutePlanner(proxy, tls, addressFilter, logins),
                lifecycle,
                Ticker.system(),
                Deadline.toNanos(connectTimeout),
                Deadline.toNanos(readTimeout),
                redirect,
                decompress,
                limits,
                cookieHandler,
                answersChallenges ? logins : null,
                executor,
                observer,
                ofHosts);
    }

    /** For what comes after redirects, cookies and credentials, which are the same for all hosts; as are logins for tunnels. */
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
                logins,
                executor,
                null,
                Map.of());
    }
}
