// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http;

import io.github.pooledclient.ExchangeFailure;
import io.github.pooledclient.RequestState;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * The exceptions of exchanges: of the types that callers of the JDK's client expect, and with the
 * {@link RequestState}.
 */
public final class Failures {

    private Failures() {}

    /** A deadline passed in an exchange. */
    public static HttpTimeoutException timeout(RequestState state, String message, @Nullable Throwable cause) {
        return cause(new ExchangeTimeout(state, message), cause);
    }

    /** A deadline passed before there was a connection. */
    public static HttpConnectTimeoutException connectTimeout(String message, @Nullable Throwable cause) {
        return cause(new ConnectTimeout(message), cause);
    }

    /** The peer broke the protocol. */
    public static ProtocolException protocol(RequestState state, String message, @Nullable Throwable cause) {
        return cause(new ProtocolFailure(state, message), cause);
    }

    /** Reading or writing failed. */
    public static IOException io(RequestState state, String message, @Nullable Throwable cause) {
        return cause(new IoFailure(state, message), cause);
    }

    /**
     * The peer closed or reset the connection before a byte of its response came: on a connection that was used before
     * most likely an idle one that it had given up, so that the request may be worth another try (RFC 9112, 9.3.1).
     */
    public static IOException peerClosed(RequestState state, String message, @Nullable Throwable cause) {
        return cause(new PeerClosedFailure(state, message), cause);
    }

    /** Whether this is a failure of {@link #peerClosed}. */
    public static boolean isPeerClosed(Throwable failure) {
        return failure instanceof PeerClosedFailure;
    }

    /** The thread was interrupted; its flag is the caller's to set. */
    public static InterruptedIOException interrupted(RequestState state, String message, @Nullable Throwable cause) {
        return cause(new InterruptedFailure(state, message), cause);
    }

    /** No connection could be opened: the same kind of exception, with the state {@link RequestState#NOT_SENT}. */
    public static IOException notConnected(IOException failure) {
        if (failure instanceof ExchangeFailure) {
            return failure;
        }
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof HttpConnectTimeoutException) {
            return connectTimeout(message, failure);
        }
        if (failure instanceof UnknownHostException) {
            // What the JDK's client throws.
            return cause(new ConnectFailure(message), failure);
        }
        if (failure instanceof SSLHandshakeException) {
            return cause(new HandshakeFailure(message), failure);
        }
        if (failure instanceof SSLException) {
            return cause(new TlsFailure(message), failure);
        }
        if (failure instanceof ConnectException) {
            return cause(new ConnectFailure(message), failure);
        }
        return io(RequestState.NOT_SENT, message, failure);
    }

    private static <E extends Exception> E cause(E failure, @Nullable Throwable cause) {
        if (cause != null) {
            failure.initCause(cause);
        }
        return failure;
    }

    private static final class ExchangeTimeout extends HttpTimeoutException implements ExchangeFailure {
        private static final long serialVersionUID = 1L;
        private final RequestState state;

        ExchangeTimeout(RequestState state, String message) {
            super(message);
            this.state = state;
        }

        @Override
        public RequestState requestState() {
            return state;
        }
    }

    private static final class ProtocolFailure extends ProtocolException implements ExchangeFailure {
        private static final long serialVersionUID = 1L;
        private final RequestState state;

        ProtocolFailure(RequestState state, String message) {
            super(message);
            this.state = state;
        }

        @Override
        public RequestState requestState() {
            return state;
        }
    }

    private static class IoFailure extends IOException implements ExchangeFailure {
        private static final long serialVersionUID = 1L;
        private final RequestState state;

        IoFailure(RequestState state, String message) {
            super(message);
            this.state = state;
        }

        @Override
        public RequestState requestState() {
            return state;
        }
    }

    private static final class PeerClosedFailure extends IoFailure {
        private static final long serialVersionUID = 1L;

        PeerClosedFailure(RequestState state, String message) {
            super(state, message);
        }
    }

    private static final class InterruptedFailure extends InterruptedIOException implements ExchangeFailure {
        private static final long serialVersionUID = 1L;
        private final RequestState state;

        InterruptedFailure(RequestState state, String message) {
            super(message);
            this.state = state;
        }

        @Override
        public RequestState requestState() {
            return state;
        }
    }

    /** What the exceptions of the time before there is a connection have in common. */
    private interface NotSent extends ExchangeFailure {
        @Override
        default RequestState requestState() {
            return RequestState.NOT_SENT;
        }
    }

    private static final class ConnectTimeout extends HttpConnectTimeoutException implements NotSent {
        private static final long serialVersionUID = 1L;

        ConnectTimeout(String message) {
            super(message);
        }
    }

    private static final class HandshakeFailure extends SSLHandshakeException implements NotSent {
        private static final long serialVersionUID = 1L;

        HandshakeFailure(String message) {
            super(message);
        }
    }

    private static final class TlsFailure extends SSLException implements NotSent {
        private static final long serialVersionUID = 1L;

        TlsFailure(String message) {
            super(message);
        }
    }

    private static final class ConnectFailure extends ConnectException implements NotSent {
        private static final long serialVersionUID = 1L;

        ConnectFailure(String message) {
            super(message);
        }
    }
}
