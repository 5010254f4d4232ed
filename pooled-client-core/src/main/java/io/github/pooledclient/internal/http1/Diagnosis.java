// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import io.github.pooledclient.RequestState;
import io.github.pooledclient.internal.http.Failures;
import io.github.pooledclient.internal.net.TimedOutException;
import io.github.pooledclient.internal.time.Elapsed;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.transport.Origin;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What an exception in an exchange means. Pure.
 *
 * @param reason why the connection is not usable any more
 * @param failure what the caller is told
 */
record Diagnosis(CloseReason reason, IOException failure) {

    /**
     * Where the exchange stood when it failed.
     *
     * @param elapsedNanos since it began
     * @param silenceNanos how long the peer was allowed to be silent
     */
    record Position(
            Origin origin,
            Phase phase,
            RequestState state,
            long elapsedNanos,
            long silenceNanos,
            boolean wasCancelled) {}

    static Diagnosis of(IOException e, Position at) {
        // First what we did ourselves: it closes the channel, which then looks like many other things.
        if (at.wasCancelled()) {
            return new Diagnosis(
                    CloseReason.CANCELLED,
                    Failures.io(at.state(), "exchange with %s was cancelled %s".formatted(at.origin(), at.phase()), e));
        }
        if (isInterrupt(e) || isInterrupt(contentCause(e))) {
            return new Diagnosis(
                    CloseReason.CANCELLED,
                    Failures.interrupted(
                            at.state(), "interrupted %s, exchange with %s".formatted(at.phase(), at.origin()), e));
        }
        if (isTimeout(e) || isTimeout(contentCause(e))) {
            return new Diagnosis(CloseReason.TIMEOUT, Failures.timeout(at.state(), timeout(e, at), e));
        }
        if (e instanceof ContentFailure) {
            // What the source of the content threw is the cause, without us in between.
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return new Diagnosis(
                    CloseReason.BODY_ABANDONED, Failures.io(at.state(), String.valueOf(e.getMessage()), cause));
        }
        if (e instanceof ProtocolException) {
            return new Diagnosis(
                    CloseReason.PROTOCOL_ERROR,
                    Failures.protocol(
                            at.state(),
                            "%s broke HTTP/1.1, %s: %s".formatted(at.origin(), at.phase(), e.getMessage()),
                            e));
        }
        return ofConnection(e, at);
    }

    private static Diagnosis ofConnection(IOException e, Position at) {
        if (!isPeersClose(e)) {
            String message = "connection to %s failed %s: %s".formatted(at.origin(), at.phase(), e.getMessage());
            return new Diagnosis(CloseReason.IO_ERROR, Failures.io(at.state(), message, e));
        }
        String message = "connection was closed by %s, %s: %s".formatted(at.origin(), at.phase(), e.getMessage());
        return new Diagnosis(
                CloseReason.PEER_CLOSED,
                at.state() == RequestState.RESPONSE_STARTED
                        ? Failures.io(at.state(), message, e)
                        : Failures.peerClosed(at.state(), message, e));
    }

    /** Whether this side ended the connection, so that there is nothing left to be read from it. */
    static boolean isOurDoing(IOException e) {
        return e instanceof ClosedChannelException || isInterrupt(e) || isTimeout(e);
    }

    // The end of the stream, or a reset by whichever words the system has for it. Not what the kernel gave up waiting
    // for (ETIMEDOUT), because then the peer may still be at work on the request.
    private static boolean isPeersClose(IOException e) {
        return !(e instanceof SSLException)
                && !(e instanceof ClosedChannelException)
                && !String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("timed out");
    }

    private static boolean isInterrupt(@Nullable Throwable e) {
        return e instanceof ClosedByInterruptException
                || (e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException));
    }

    private static boolean isTimeout(@Nullable Throwable e) {
        return e instanceof TimedOutException || e instanceof HttpTimeoutException;
    }

    private static @Nullable Throwable contentCause(IOException e) {
        return e instanceof ContentFailure ? e.getCause() : null;
    }

    private static String timeout(IOException e, Position at) {
        if (e instanceof TimedOutException timedOut && !timedOut.ofExchange()) {
            String what = at.phase() == Phase.WRITING ? "no progress" : "no byte";
            return "%s from %s within %s, %s".formatted(what, at.origin(), Elapsed.text(at.silenceNanos()), at.phase());
        }
        return "timed out after %s, %s, exchange with %s"
                .formatted(Elapsed.text(at.elapsedNanos()), at.phase(), at.origin());
    }
}
