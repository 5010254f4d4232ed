// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.pool;

import org.jspecify.annotations.Nullable;

/**
 * Hears what happens in a pool, on the thread where it happens and with no lock held. Be quick: a listener that blocks
 * delays the caller, or the closing of idle connections. What it throws is logged and changes nothing.
 *
 * <p>Hosts are named as in {@link PoolSnapshot#hosts()}. Safe for use by several threads.
 */
public interface PoolListener {

    /** The pool met a host for the first time, or again after forgetting it. */
    default void hostAdded(String host) {}

    /** The pool forgot a host that had been empty for long. */
    default void hostRemoved(String host) {}

    /**
     * A connection was lent.
     *
     * @param waitNanos time from asking to getting it, opening it included
     */
    default void acquired(String host, long waitNanos, boolean reused) {}

    /** A caller waited in vain. */
    default void acquireTimedOut(String host, long waitNanos) {}

    /** A caller was refused at once. */
    default void acquireRejected(String host) {}

    /**
     * A name was looked up, to open a connection; or it was an address, which takes no time. The first of the steps of which an
     * HTTP client tells, on the thread that opens the connection.
     */
    default void resolved(String host, long nanos) {}

    /** The second step: a transport was connected, to the host or to its proxy. A connector of an application's does it all. */
    default void connected(String host, long nanos) {}

    /** The next step, where there is a proxy that tunnels: it has opened the tunnel to the host. */
    default void tunnelled(String host, long nanos) {}

    /** The last step, where there is TLS: the handshake was done. */
    default void secured(String host, long nanos) {}

    /** A connection was opened. */
    default void opened(String host, long connectNanos) {}

    /** A connection could not be opened. */
    default void connectFailed(String host, long connectNanos, Throwable cause) {}

    /** A connection was given back. */
    default void returned(String host, long leaseNanos) {}

    /** A connection was closed. */
    default void closed(String host, CloseReason reason, long ageNanos) {}

    /** A request is sent again on a new connection. */
    default void retried(String host) {}

    /**
     * A lease is held for longer than the leak detection threshold, or was taken back because nobody could end it any more.
     * Reported once for each lease.
     *
     * @param acquiredAt the stack that took it; null if no leak detection threshold is set
     */
    default void leaked(String host, long leaseNanos, @Nullable Throwable acquiredAt) {}
}
