// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.CallObserver;
import io.github.pooledclient.MessageLimits;
import io.github.pooledclient.internal.http.HttpConnection;
import io.github.pooledclient.internal.http.RequestHead;
import io.github.pooledclient.internal.pool.Acquisition;
import io.github.pooledclient.internal.pool.ConnectionPool;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.HostPattern;
import io.github.pooledclient.transport.Origin;
import io.github.pooledclient.transport.Route;
import io.github.pooledclient.transport.Ticker;
import java.io.IOException;
import java.net.CookieHandler;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** What the calls of one client have in common. Immutable. */
public final class CallSettings {

    final ConnectionPool<Route, HttpConnection> pool;
    final RoutePlanner routes;
    final Lifecycle lifecycle;
    final Ticker ticker;
    final long connectTimeoutNanos;
    final long readTimeoutNanos;
    final HttpClient.Redirect redirect;
    final boolean decompress;
    final MessageLimits limits;
    final @Nullable CookieHandler cookies;
    final @Nullable Logins logins;
    final @Nullable Executor executor;
    final @Nullable CallObserver observer;
    final Map<HostPattern, CallSettings> hosts;
    final CallChain chain;
    /** The fields of ours in each request. */
    final RequestHead.Added added;
    // Most calls have no deadline of their own, and share these.
    private final Acquisition replayable;
    private final Acquisition notReplayable;

    /**
     * @param logins for servers, and proxies that open no tunnel; null where nobody answers them
     * @param observer of calls; null where nobody watches them
     * @param hosts those of single hosts, in the order of their patterns, for what comes after redirects, credentials and
     *     cookies: their own of these must not be set
     */
    public CallSettings(
            ConnectionPool<Route, HttpConnection> pool,
            RoutePlanner routes,
            Lifecycle lifecycle,
            Ticker ticker,
            long connectTimeoutNanos,
            long readTimeoutNanos,
            HttpClient.Redirect redirect,
            boolean decompress,
            MessageLimits limits,
            @Nullable CookieHandler cookies,
            @Nullable Logins logins,
            @Nullable Executor executor,
            @Nullable CallObserver observer,
            Map<HostPattern, CallSettings> hosts) {
        this.pool = pool;
        this.routes = routes;
        this.lifecycle = lifecycle;
        this.ticker = ticker;
        this.connectTimeoutNanos = connectTimeoutNanos;
        this.readTimeoutNanos = readTimeoutNanos;
        this.redirect = redirect;
        this.decompress = decompress;
        this.limits = limits;
        this.cookies = cookies;
        this.logins = logins;
        this.executor = executor;
        this.observer = observer;
        this.hosts = hosts;
        this.chain = CallChain.of(this);
        this.added = decompress ? DecompressionInterceptor.FIELDS : RequestHead.USER_AGENT;
        this.replayable = new Acquisition(Deadline.never(), connectTimeoutNanos, false, true, lifecycle.token());
        this.notReplayable = new Acquisition(Deadline.never(), connectTimeoutNanos, false, false, lifecycle.token());
    }

    /** The settings that hold for an origin: those of the most exact pattern, else these. */
    CallSettings forOrigin(Origin origin) {
        for (Map.Entry<HostPattern, CallSettings> host : hosts.entrySet()) {
            if (host.getKey().matches(origin)) {
                return host.getValue();
            }
        }
        return this;
    }

    /**
     * From now on keeps so many idle connections to an origin, of the kind that calls use which bring no credentials for a proxy.
     *
     * @return what is opened now, each with whether it could be
     * @throws IOException if there is no way to the origin
     */
    public List<CompletableFuture<Boolean>> keepIdle(Origin origin, int wanted) throws IOException {
        CallSettings own = forOrigin(origin);
        Route route = own.routes.routeTo(URI.create(origin + "/"), origin, null);
        return pool.keepIdle(route, wanted, own.connectTimeoutNanos);
    }

    /** How the first connection for an exchange is wanted. */
    Acquisition acquisition(Call<?> call, boolean isReplayable) {
        if (call.deadline().isNever() && call.sentAt() == null) {
            return isReplayable ? replayable : notReplayable;
        }
        return acquisition(call, false, isReplayable);
    }

    /** How a connection is wanted after one that was stale. */
    Acquisition freshAcquisition(Call<?> call) {
        return acquisition(call, true, false);
    }

    private Acquisition acquisition(Call<?> call, boolean fresh, boolean isReplayable) {
        return new Acquisition(
                call.deadline(), connectTimeoutNanos, fresh, isReplayable, lifecycle.token(), call.sentAt());
    }
}
