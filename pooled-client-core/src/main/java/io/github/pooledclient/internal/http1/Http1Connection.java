// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import io.github.pooledclient.RequestState;
import io.github.pooledclient.internal.buffer.BufferPool;
import io.github.pooledclient.internal.http.Exchange;
import io.github.pooledclient.internal.http.ExchangeLimits;
import io.github.pooledclient.internal.http.Failures;
import io.github.pooledclient.internal.http.HttpConnection;
import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.internal.http.RequestHead;
import io.github.pooledclient.internal.http.ResponseHead;
import io.github.pooledclient.internal.net.TimedTransport;
import io.github.pooledclient.internal.net.TlsTransport;
import io.github.pooledclient.internal.wire.WireInput;
import io.github.pooledclient.internal.wire.WireOutput;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.Origin;
import io.github.pooledclient.transport.Ticker;
import io.github.pooledclient.transport.Transport;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * A connection that speaks HTTP/1.1: one exchange at a time, and after each it knows whether it may carry another.
 * Used by one thread at a time, as the pool lends it, but for {@link #cancel} and {@link #close}.
 */
public final class Http1Connection implements HttpConnection {

    private final Origin origin;
    private final Transport transport;
    private final TimedTransport timed;
    private final @Nullable SSLSession session;
    private final boolean keepAliveHints;
    private final Ticker ticker;
    private final WireInput input;
    private final WireOutput output;
    private final ResponseHeadReader reader = new ResponseHeadReader();

    private volatile @Nullable Http1Exchange current;
    private @Nullable CloseReason unusable;
    private @Nullable Duration idleLimit;
    private int usesLeft = -1;

    /**
     * @param transport what requests are written to: {@code timed} itself, or TLS above it
     * @param timed where the deadlines of an exchange apply, and where it is cut off
     * @param session of TLS, or null on a plain connection
     * @param keepAliveHints whether to obey the {@code Keep-Alive} field of responses
     */
    public Http1Connection(
            Origin origin,
            Transport transport,
            TimedTransport timed,
            @Nullable SSLSession session,
            boolean keepAliveHints,
            Ticker ticker) {
        this.origin = origin;
        this.transport = transport;
        this.timed = timed;
        this.session = session;
        this.keepAliveHints = keepAliveHints;
        this.ticker = ticker;
        this.input = new WireInput(transport, BufferPool.DIRECT_16K);
        this.output = new WireOutput(transport, BufferPool.DIRECT_16K);
    }

    @Override
    public Exchange begin(ExchangeLimits exchangeLimits) {
        return start(exchangeLimits);
    }

    private Http1Exchange start(ExchangeLimits exchangeLimits) {
        if (current != null || unusable != null) {
            throw new IllegalStateException(
                    unusable == null ? "an exchange is under way" : "unusable: " + unusable.word());
        }
        input.begin();
        output.begin();
        allow(exchangeLimits.deadline(), exchangeLimits.readTimeoutNanos());
        Http1Exchange exchange = new Http1Exchange(this, exchangeLimits, reader, input, output);
        current = exchange;
        return exchange;
    }

    /**
     * Asks a proxy for a tunnel. If the answer is 2xx, the bytes that follow are the tunnel's, and this connection has no more
     * to do with them.
     *
     * @throws IOException as an exchange does, or if bytes of the tunnel came before it was used: TLS begins with us
     */
    public ResponseHead connect(RequestHead request, ExchangeLimits exchangeLimits) throws IOException {
        Http1Exchange exchange = start(exchangeLimits);
        try {
            ResponseHead answer = exchange.send(request, RequestContent.NONE);
            if (answer.statusCode() / 100 == 2 && input.surplus(false) != 0) {
                throw Failures.protocol(
                        RequestState.NOT_SENT,
                        "bytes behind the answer to CONNECT, before a byte of TLS was sent (RFC 9110, 9.3.6)",
                        null);
            }
            return answer;
        } finally {
            exchange.end();
        }
    }

    /** The exchange has ended: what that means for the next one. */
    void ended(@Nullable CloseReason reason, @Nullable KeepAlive keepAlive) {
        unusable = reason;
        if (keepAlive != null) {
            idleLimit = keepAlive.idleLimit();
            // A peer that says it once means the requests from there on; one that says it each time counts for us.
            usesLeft = keepAlive.usesLeft() >= 0 ? keepAlive.usesLeft() : Math.max(usesLeft - 1, -1);
        }
        if (unusable == null && usesLeft == 0) {
            unusable = CloseReason.KEEP_ALIVE_HINT;
        }
        current = null;
    }

    @Override
    public @Nullable CloseReason unusable() {
        return unusable;
    }

    @Override
    public @Nullable CloseReason probe() {
        if (unusable != null) {
            return unusable;
        }
        ByteBuffer borrowed = BufferPool.DIRECT_16K.borrow();
        try {
            int count = transport.readNow(borrowed);
            if (count != 0) {
                unusable = count > 0 ? CloseReason.SURPLUS_BYTES : CloseReason.PEER_CLOSED;
            }
        } catch (IOException e) {
            unusable = CloseReason.PEER_CLOSED;
        } finally {
            BufferPool.DIRECT_16K.giveBack(borrowed);
        }
        return unusable;
    }

    /** As the interface says; without it a surplus that came a moment after its response would be the next answer. */
    @Override
    public @Nullable CloseReason glance() {
        try {
            return transport.mayHaveBytes() ? probe() : unusable;
        } catch (IOException e) {
            unusable = CloseReason.PEER_CLOSED;
            return unusable;
        }
    }

    @Override
    public @Nullable Duration idleLimit() {
        return idleLimit;
    }

    @Override
    public @Nullable SSLSession tlsSession() {
        return session;
    }

    @Override
    public Map<String, String> details() {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("protocol", "HTTP/1.1");
        if (session != null) {
            details.put("tlsVersion", session.getProtocol());
            details.put("cipher", session.getCipherSuite());
        }
        putAddress(details, "localAddress", transport.localAddress());
        putAddress(details, "remoteAddress", transport.remoteAddress());
        return details;
    }

    private static void putAddress(Map<String, String> details, String name, @Nullable SocketAddress address) {
        if (address != null) {
            details.put(name, address.toString());
        }
    }

    @Override
    public void cancel() {
        Http1Exchange exchange = current;
        if (exchange != null) {
            exchange.cancel();
        }
    }

    @Override
    public void close(CloseReason reason) {
        // TLS says goodbye, and a channel that is stuck in a write would hang in that; one that is closed refuses at
        // once.
        if (unusable == CloseReason.TIMEOUT || unusable == CloseReason.CANCELLED || current != null) {
            abort();
        }
        try {
            transport.close();
        } catch (IOException | RuntimeException e) {
            // Nobody is left who could do anything about it.
        }
    }

    /** Cuts the connection off, from any thread; whoever is blocked in it fails. */
    void abort() {
        timed.abort();
    }

    void allow(Deadline deadline, long silenceNanos) {
        timed.limits(deadline, silenceNanos);
    }

    void waitWith(TimedTransport.@Nullable Patience patience) {
        timed.waitWith(patience);
    }

    /** Whether the end of the stream was meant by the peer; over TLS anybody else can cause one too. */
    boolean endedCleanly() {
        return !(transport instanceof TlsTransport tls) || tls.endedCleanly();
    }

    /** Whether the transport may hold bytes that it has not shown yet: a read of TLS brings one record at most. */
    boolean mayHideBytes() {
        return transport instanceof TlsTransport tls && tls.mayHideBytes();
    }

    Origin origin() {
        return origin;
    }

    boolean obeysHints() {
        return keepAliveHints;
    }

    /** To whom, and from where: for the log. */
    @Override
    public String toString() {
        SocketAddress local = transport.localAddress();
        return local == null ? origin.toString() : origin + " from " + local;
    }

    long now() {
        return ticker.nanos();
    }
}
