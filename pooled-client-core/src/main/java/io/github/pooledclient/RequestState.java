// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import org.jspecify.annotations.Nullable;

/**
 * How far a request had come when its exchange failed: what decides whether sending it again could apply it twice
 * (RFC 9110, 9.2.2).
 */
public enum RequestState {

    /** No byte of it left this client: sending it again is safe, whatever its method. */
    NOT_SENT,

    /** At least one byte was handed to the network, none came back: the server may or may not have acted on it. */
    MAYBE_SENT,

    /** A byte of the response was received: the server has acted on it, at least in part. */
    RESPONSE_STARTED;

    /**
     * The state that a failure, or the nearest of its causes that knows, reports.
     *
     * @return null if none of them is an {@link ExchangeFailure}
     */
    public static @Nullable RequestState of(@Nullable Throwable failure) {
        Throwable cause = failure;
        // Bounded, because a chain of causes may be a ring.
        for (int depth = 0; cause != null && depth < 100; depth++, cause = cause.getCause()) {
            if (cause instanceof ExchangeFailure known) {
                return known.requestState();
            }
        }
        return null;
    }
}
