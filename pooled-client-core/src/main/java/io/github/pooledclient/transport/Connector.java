// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.transport;

import java.io.IOException;

/**
 * Opens a {@link Transport} to a {@link Route}: TCP by default, or what an application brings.
 *
 * <p>TLS is added on top by the client, for {@code https} origins. Safe for use by several threads.
 */
@FunctionalInterface
public interface Connector {

    /**
     * Opens a transport, on the calling thread. Connects only to addresses that the route {@linkplain Route#allows allows}.
     *
     * @param deadline by when; a connector that cannot be interrupted should look at it itself
     * @throws java.net.http.HttpConnectTimeoutException if the deadline passed; its message names the phase
     * @throws IOException if the peer cannot be reached
     * @throws InterruptedException if the calling thread was interrupted
     */
    Transport connect(Route route, Deadline deadline) throws IOException, InterruptedException;
}
