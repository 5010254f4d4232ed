// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.pool;

import java.util.Locale;

/**
 * Why a connection was closed: each one has exactly one reason, the same word in the snapshot, the endpoint, the metrics
 * and the log.
 */
public enum CloseReason {

    /** Idle for longer than the idle timeout. */
    IDLE_TIMEOUT,
    /** Older than the maximum lifetime, less its jitter. */
    MAX_LIFETIME,
    /** The least recently used of more idle connections than are kept. */
    MAX_IDLE,
    /** Idle when somebody asked for idle connections to be closed. */
    EVICTED,
    /** In use when somebody asked for connections to be replaced; closed on its return. */
    RETIRED,
    /** Idle, or just given back, when another host needed its place among all connections. */
    MADE_ROOM,
    /** The peer had closed or reset it. */
    PEER_CLOSED,
    /** Idle beside a connection that turned out to be closed by the peer, and older than that one (RFC 9110, 9.2.2). */
    STALE,
    /** The peer's last response said that it would close (RFC 9112, 9.3). */
    PEER_SAID_CLOSE,
    /** Our last request said that we would close (RFC 9112, 9.6), as each does with pooling turned off. */
    WE_SAID_CLOSE,
    /** Used or idle for as long as the peer's {@code Keep-Alive} field allows. */
    KEEP_ALIVE_HINT,
    /** Bytes arrived that belong to no response. */
    SURPLUS_BYTES,
    /** The peer broke the rules of the protocol. */
    PROTOCOL_ERROR,
    /** Reading or writing failed. */
    IO_ERROR,
    /** A deadline passed in the middle of an exchange. */
    TIMEOUT,
    /** The exchange was cancelled or its thread interrupted. */
    CANCELLED,
    /** The body of a request or response was given up before its end, with too much left to drain. */
    BODY_ABANDONED,
    /** The lease was lost: what should have ended it became unreachable. Counts as a leak. */
    LEAKED,
    /** The pool was closed. */
    POOL_CLOSED;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** The reason as it is written everywhere: {@code idle_timeout}. */
    public String word() {
        return word;
    }
}
