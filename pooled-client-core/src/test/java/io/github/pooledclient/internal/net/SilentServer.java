// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** An address where nothing answers, not even with a refusal: its queue of connections is full. */
final class SilentServer implements Closeable {

    private final ServerSocket server;
    private final List<Socket> queue = new ArrayList<>();

    /**
     * @param port 0 for any
     */
    SilentServer(InetAddress address, int port) throws IOException {
        server = new ServerSocket(port, 1, address);
        boolean full = false;
        while (!full) {
            Socket socket = new Socket();
            queue.add(socket);
            try {
                socket.connect(new InetSocketAddress(address, server.getLocalPort()), 100);
            } catch (SocketTimeoutException e) {
                full = true;
            }
        }
    }

    int port() {
        return server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : queue) {
            socket.close();
        }
        server.close();
    }
}
