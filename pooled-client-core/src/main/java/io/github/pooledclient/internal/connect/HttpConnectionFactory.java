// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.connect;

import io.github.pooledclient.MessageLimits;
import io.github.pooledclient.internal.http.ExchangeLimits;
import io.github.pooledclient.internal.http.Failures;
import io.github.pooledclient.internal.http.HttpConnection;
import io.github.pooledclient.internal.http.ResponseHead;
import io.github.pooledclient.internal.http.TunnelRefusedException;
import io.github.pooledclient.internal.http1.Http1Connection;
import io.github.pooledclient.internal.jfr.FlightRecord;
import io.github.pooledclient.internal.net.TimedOutException;
import io.github.pooledclient.internal.net.TimedTransport;
import io.github.pooledclient.internal.net.TlsTransport;
import io.github.pooledclient.internal.time.DeadlineWatchdog;
import io.github.pooledclient.internal.time.Elapsed;
import io.github.pooledclient.pool.ConnectionSource;
import io.github.pooledclient.pool.PoolListener;
import io.github.pooledclient.transport.AddressRefusedException;
import io.github.pooledclient.transport.Connector;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.HttpProxy;
import io.github.pooledclient.transport.Origin;
import io.github.pooledclient.transport.ProxyLogin;
import io.github.pooledclient.transport.Route;
import io.github.pooledclient.transport.Ticker;
import io.github.pooledclient.transport.TlsIdentity;
import io.github.pooledclient.transport.Transport;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.function.Predicate;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections for the pool: connects, has a proxy open a tunnel, speaks TLS, as the route asks, and puts HTTP/1.1 on
 * top. Immutable.
 */
public final class HttpConnectionFactory implements ConnectionSource<Route, HttpConnection> {

    // To one who asks, as the JDK's client.
    private static final int MOST_ANSWERS = 3;

    private final Connector connector;
    private final Predicate<Route> keepAliveHints;
    private final MessageLimits tunnelLimits;
    private final PoolListener listener;
    private final DeadlineWatchdog watchdog = DeadlineWatchdog.shared();
    private final Ticker ticker = Ticker.system();

    /**
     * @param keepAliveHints whether the hints of a route's server are obeyed
     * @param tunnelLimits for what proxies say when they are asked for a tunnel
     * @param listener told of tunnels and TLS handshakes
     */
    public HttpConnectionFactory(
            Connector connector, Predicate<Route> keepAliveHints, MessageLimits tunnelLimits, PoolListener listener) {
        this.listener = listener;
        this.connector = connector;
        this.keepAliveHints = keepAliveHints;
        this.tunnelLimits = tunnelLimits;
    }

    @Override
    public HttpConnection open(Route route, Deadline deadline) throws IOException, InterruptedException {
        return FlightRecord.isOn() ? openRecorded(route, deadline) : opened(route, deadline);
    }

    private HttpConnection openRecorded(Route route, Deadline deadline) throws IOException, InterruptedException {
        FlightRecord.Open record = FlightRecord.open(route.origin().toString());
        try {
            HttpConnection connection = opened(route, deadline);
            record.end(connection.details().get("remoteAddress"), null);
            return connection;
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            record.end(null, e);
            throw e;
        }
    }

    private HttpConnection opened(Route route, Deadline deadline) throws IOException, InterruptedException {
        long start = ticker.nanos();
        HttpProxy proxy = route.isTunnel() ? route.proxy() : null;
        try {
            return proxy == null
                    ? ready(route, connect(route, deadline), deadline, start, null)
                    : tunnelled(route, proxy, deadline, start);
        } catch (IOException e) {
            throw Failures.notConnected(e);
        }
    }

    /** Tells a proxy that asks who asks; each time on a connection of its own, as most close the one that they refused. */
    private HttpConnection tunnelled(Route route, HttpProxy proxy, Deadline deadline, long start)
            throws IOException, InterruptedException {
        ProxyLogin login = proxy.login();
        String told = login == null ? null : login.authorization(proxy.address(), route.origin());
        for (int answers = 0; ; answers++) {
            try {
                return ready(route, connect(route, deadline), deadline, start, told);
            } catch (TunnelRefusedException e) {
                told = answers < MOST_ANSWERS ? answer(proxy, route.origin(), e.answer(), told) : null;
                if (told == null) {
                    throw e;
                }
            }
        }
    }

    private static @Nullable String answer(
            HttpProxy proxy, Origin target, ResponseHead refusal, @Nullable String refused) throws IOException {
        ProxyLogin login = proxy.login();
        return login == null || refusal.statusCode() != 407
                ? null
                : login.answer(proxy.address(), target, refusal.fields().all("Proxy-Authenticate"), refused);
    }

    private Transport connect(Route route, Deadline deadline) throws IOException, InterruptedException {
        try {
            return allowed(route, connector.connect(route, deadline));
        } catch (ClosedByInterruptException e) {
            throw interrupted("connecting to " + route, e);
        }
    }

    // Our own connector asked before it connected; one that an application brings may know nothing of filters.
    private static Transport allowed(Route route, Transport opened) throws IOException {
        if (route.proxy() == null
                && opened.remoteAddress() instanceof InetSocketAddress address
                && !route.allows(address)) {
            opened.close();
            throw new AddressRefusedException(
                    route.origin().host(), "no connection to " + route + ": the address filter refuses " + address);
        }
        return opened;
    }

    // The flag is set; the exception stands for it.
    private static InterruptedException interrupted(String phase, IOException cause) {
        Thread.interrupted();
        InterruptedException interrupted = new InterruptedException("interrupted " + phase);
        interrupted.initCause(cause);
        return interrupted;
    }

    private HttpConnection ready(Route route, Transport raw, Deadline deadline, long start, @Nullable String told)
            throws IOException, InterruptedException {
        TimedTransport timed = new TimedTransport(raw, watchdog, ticker);
        boolean done = false;
        String phase = "waiting for the proxy " + route.proxy() + " to open a tunnel";
        try {
            HttpProxy proxy = route.proxy();
            if (proxy != null && route.isTunnel()) {
                tunnel(route, proxy, told, timed, deadline);
            }
            phase = "in the TLS handshake with " + raw.remoteAddress();
            HttpConnection connection = spoken(route, timed, deadline);
            done = true;
            return connection;
        } catch (TimedOutException | HttpTimeoutException e) {
            throw Failures.connectTimeout(
                    "no connection to " + route + " within " + Elapsed.text(ticker.nanos() - start) + ": still "
                            + phase,
                    e);
        } catch (ClosedByInterruptException | InterruptedIOException e) {
            throw interrupted(phase, e);
        } finally {
            if (!done) {
                timed.close();
            }
        }
    }

    private void tunnel(Route route, HttpProxy proxy, @Nullable String told, TimedTransport timed, Deadline deadline)
            throws IOException {
        long start = ticker.nanos();
        ProxyTunnel.open(connection(route, timed, timed, null), proxy, route.origin(), told, tunnelLimits(deadline));
        listener.tunnelled(route.origin().toString(), ticker.nanos() - start);
    }

    private ExchangeLimits tunnelLimits(Deadline deadline) {
        return new ExchangeLimits(deadline, 0, 0, tunnelLimits, true);
    }

    private HttpConnection spoken(Route route, TimedTransport timed, Deadline deadline) throws IOException {
        TlsIdentity identity = route.tls();
        if (identity == null) {
            return connection(route, timed, timed, null);
        }
        timed.limits(deadline, 0);
        long start = ticker.nanos();
        TlsTransport tls = TlsTransport.handshake(timed, route.origin(), identity);
        listener.secured(route.origin().toString(), ticker.nanos() - start);
        return connection(route, tls, timed, tls.session());
    }

    private Http1Connection connection(
            Route route, Transport transport, TimedTransport timed, @Nullable SSLSession session) {
        return new Http1Connection(route.origin(), transport, timed, session, keepAliveHints.test(route), ticker);
    }
}
