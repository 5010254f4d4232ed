// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.RequestState;
import io.github.pooledclient.internal.http.Exchange;
import io.github.pooledclient.internal.http.ExchangeLimits;
import io.github.pooledclient.internal.http.Failures;
import io.github.pooledclient.internal.http.HttpConnection;
import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.internal.http.RequestHead;
import io.github.pooledclient.internal.http.ResponseHead;
import io.github.pooledclient.internal.jfr.FlightRecord;
import io.github.pooledclient.pool.Lease;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.Route;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Set;

/**
 * The last step: leases a connection, runs the exchange on it, and decides whether a failed one is repeated (RFC 9110,
 * 9.2.2). Immutable.
 */
final class RoundTrip implements Interceptor {

    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "QUERY");
    private static final String PROXY_AUTHORIZATION = "Proxy-Authorization";
    // RFC 9110, 10.1.1: not to wait indefinitely. What Go, curl and Helidon take.
    private static final long EXPECT_CONTINUE_NANOS = Duration.ofSeconds(1).toNanos();

    private final CallSettings settings;
    // Most exchanges have no deadline of their own, and share these.
    private final ExchangeLimits limits;
    private final ExchangeLimits limitsOfOneUse;

    RoundTrip(CallSettings settings) {
        this.settings = settings;
        this.limits = limits(Deadline.never(), true);
        this.limitsOfOneUse = limits(Deadline.never(), false);
    }

    @Override
    public Reply intercept(Call<?> call, RequestHead head, RequestContent content, CallChain none)
            throws IOException, InterruptedException {
        Route route = settings.routes.routeTo(call.uri(), head.origin(), head.first(PROXY_AUTHORIZATION));
        return roundTrip(call, route, onTheWire(head, route), content);
    }

    /** The head as the one at the other end is to see it: only a proxy that reads it gets what is for proxies. */
    private static RequestHead onTheWire(RequestHead head, Route route) {
        boolean readByProxy = route.proxy() != null && !route.isTunnel();
        return readByProxy ? head.inAbsoluteForm() : head.without(PROXY_AUTHORIZATION);
    }

    private Reply roundTrip(Call<?> call, Route route, RequestHead head, RequestContent content)
            throws IOException, InterruptedException {
        boolean replayable = isReplayable(head, content);
        Lease<HttpConnection> first = settings.pool.acquire(route, settings.acquisition(call, replayable));
        try {
            return exchange(call, first, head, content);
        } catch (IOException failure) {
            if (!mayRepeat(failure, first, replayable, content)) {
                throw failure;
            }
            return repeat(call, route, first, head, content, failure);
        }
    }

    private static boolean isReplayable(RequestHead head, RequestContent content) {
        return content.isRepeatable() && (IDEMPOTENT.contains(head.method()) || head.has("Idempotency-Key"));
    }

    /** The table of DESIGN 3.5, for an exchange on the first connection. */
    private static boolean mayRepeat(
            IOException failure, Lease<HttpConnection> lease, boolean replayable, RequestContent content) {
        if (!lease.isReused() || !Failures.isPeerClosed(failure)) {
            return false;
        }
        return RequestState.of(failure) == RequestState.NOT_SENT ? content.isRepeatable() : replayable;
    }

    private Reply repeat(
            Call<?> call,
            Route route,
            Lease<HttpConnection> stale,
            RequestHead head,
            RequestContent content,
            IOException failure)
            throws IOException, InterruptedException {
        settings.pool.retriedAfter(route, stale);
        try {
            // A new one: after a restart of the server all that are idle are as dead as the first.
            return exchange(call, settings.pool.acquire(route, settings.freshAcquisition(call)), head, content);
        } catch (IOException again) {
            throw furthest(failure, again);
        } catch (InterruptedException again) {
            throw interrupted(failure, again);
        }
    }

    // With the first failure as its cause: there RequestState.of looks for what has been sent.
    private static InterruptedException interrupted(IOException first, InterruptedException second) {
        InterruptedException interrupted = new InterruptedException(second.getMessage());
        interrupted.initCause(first);
        interrupted.addSuppressed(second);
        return interrupted;
    }

    /**
     * Of two tries, the failure of the one that came further: who is told that the request was not sent may send it once more,
     * and the first try may have been received.
     */
    private static IOException furthest(IOException first, IOException second) {
        RequestState came = RequestState.of(first);
        RequestState cameThen = RequestState.of(second);
        if (came == null || cameThen == null || cameThen.compareTo(came) >= 0) {
            second.addSuppressed(first);
            return second;
        }
        if (second instanceof InterruptedIOException) {
            IOException interrupted = Failures.interrupted(came, String.valueOf(second.getMessage()), second);
            interrupted.addSuppressed(first);
            return interrupted;
        }
        first.addSuppressed(second);
        return first;
    }

    private Reply exchange(Call<?> call, Lease<HttpConnection> lease, RequestHead head, RequestContent content)
            throws IOException, InterruptedException {
        LeasedContent response = null;
        boolean handedOn = false;
        try {
            HttpConnection connection = lease.connection();
            Exchange exchange = connection.begin(limits(call, head));
            response = new LeasedContent(exchange, lease);
            // Only now: what cancels all calls looks for their exchanges after it has said so.
            refuseIfCancelled();
            ResponseHead answer = FlightRecord.isOn()
                    ? sendRecorded(exchange, head, content, lease.isReused())
                    : exchange.send(head, content);
            handedOn = true;
            return new Reply(head, answer, response, connection.tlsSession());
        } finally {
            if (!handedOn && response != null) {
                response.close();
            } else if (!handedOn) {
                lease.close();
            }
        }
    }

    private static ResponseHead sendRecorded(
            Exchange exchange, RequestHead head, RequestContent content, boolean reused) throws IOException {
        FlightRecord.Exchange record =
                FlightRecord.exchange(head.origin().toString(), head.method(), head.target(), reused);
        try {
            ResponseHead answer = exchange.send(head, content);
            record.end(answer.statusCode(), null);
            return answer;
        } catch (IOException | RuntimeException | Error e) {
            record.end(0, e);
            throw e;
        }
    }

    // An interrupt closes a channel even if the flag was set before: look first, or each such call burns a connection.
    private void refuseIfCancelled() throws IOException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted before the request was sent");
        }
        if (settings.lifecycle.isCancelled()) {
            throw Failures.io(RequestState.NOT_SENT, "the client was shut down", null);
        }
    }

    private ExchangeLimits limits(Call<?> call, RequestHead head) {
        boolean reusable = settings.pool.settings().forOrigin(head.origin()).enabled();
        if (call.deadline().isNever()) {
            return reusable ? limits : limitsOfOneUse;
        }
        return limits(call.deadline(), reusable);
    }

    private ExchangeLimits limits(Deadline deadline, boolean reusable) {
        return new ExchangeLimits(
                deadline, settings.readTimeoutNanos, EXPECT_CONTINUE_NANOS, settings.limits, reusable);
    }
}
