// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.connect;

import io.github.pooledclient.internal.http.Failures;
import io.github.pooledclient.internal.http.HttpConnection;
import io.github.pooledclient.internal.http1.Http1Connection;
import io.github.pooledclient.internal.http1.Http1Limits;
import io.github.pooledclient.internal.net.DeadlineWatchdog;
import io.github.pooledclient.internal.net.TimedOutException;
import io.github.pooledclient.internal.net.TimedTransport;
import io.github.pooledclient.internal.net.TlsTransport;
import io.github.pooledclient.internal.time.Elapsed;
import io.github.pooledclient.pool.ConnectionSource;
import io.github.pooledclient.transport.Connector;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.Route;
import io.github.pooledclient.transport.Ticker;
import io.github.pooledclient.transport.TlsIdentity;
import io.github.pooledclient.transport.Transport;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/** Opens connections for the pool: connects, speaks TLS where the route asks for it, and puts HTTP/1.1 on top. Immutable. */
public final class HttpConnectionFactory implements ConnectionSource<Route, HttpConnection> {

    private final Connector connector;
    private final boolean keepAliveHints;
    private final DeadlineWatchdog watchdog = DeadlineWatchdog.shared();
    private final Ticker ticker = Ticker.system();

    public HttpConnectionFactory(Connector connector, boolean keepAliveHints) {
        this.connector = connector;
        this.keepAliveHints = keepAliveHints;
    }

    @Override
    public HttpConnection open(Route route, Deadline deadline) throws IOException, InterruptedException {
        long start = ticker.nanos();
        try {
            return ready(route, connector.connect(route, deadline), deadline, start);
        } catch (IOException e) {
            throw Failures.notConnected(e);
        }
    }

    private HttpConnection ready(Route route, Transport raw, Deadline deadline, long start)
            throws IOException, InterruptedException {
        TimedTransport timed = new TimedTransport(raw, watchdog, ticker);
        TlsIdentity identity = route.tls();
        if (identity == null) {
            return new Http1Connection(
                    route.origin(), timed, timed, null, Http1Limits.DEFAULTS, keepAliveHints, ticker);
        }
        boolean done = false;
        timed.limits(deadline, 0);
        try {
            TlsTransport tls = TlsTransport.handshake(timed, route.origin(), identity);
            done = true;
            return new Http1Connection(
                    route.origin(), tls, timed, tls.session(), Http1Limits.DEFAULTS, keepAliveHints, ticker);
        } catch (TimedOutException e) {
            throw Failures.connectTimeout(
                    "no connection to " + route.origin() + " within " + Elapsed.text(ticker.nanos() - start)
                            + ": still in the TLS handshake with " + raw.remoteAddress(),
                    e);
        } catch (ClosedByInterruptException e) {
            // The flag is set; the exception stands for it.
            Thread.interrupted();
            InterruptedException interrupted =
                    new InterruptedException("interrupted in the TLS handshake with " + route.origin());
            interrupted.initCause(e);
            throw interrupted;
        } finally {
            if (!done) {
                timed.close();
            }
        }
    }
}
