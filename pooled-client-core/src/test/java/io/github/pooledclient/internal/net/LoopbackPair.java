// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import static org.awaitility.Awaitility.await;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;

/** Two ends of a TCP connection over loopback. */
record LoopbackPair(ChannelTransport client, Socket server) implements Closeable {

    static LoopbackPair open() throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            SocketChannel channel = SocketChannel.open(listener.getLocalSocketAddress());
            return new LoopbackPair(new ChannelTransport(channel), listener.accept());
        }
    }

    /** Waits until there is something that the server has not read. */
    void awaitUnread() {
        await().until(() -> server.getInputStream().available() > 0);
    }

    @Override
    public void close() throws IOException {
        client.close();
        server.close();
    }
}
