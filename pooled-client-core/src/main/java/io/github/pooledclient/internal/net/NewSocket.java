// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * How sockets are made before they are connected. Immutable.
 *
 * @param local where to connect from, or null for what the system chooses
 */
record NewSocket(@Nullable InetAddress local) {

    /** A blocking channel, not connected. */
    SocketChannel open() throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            // A head and a body that leave in two writes would else wait for each other's acknowledgement.
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            // A peer that vanished without a word is found out though nobody reads.
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            if (local != null) {
                channel.bind(new InetSocketAddress(local, 0));
            }
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }
}
