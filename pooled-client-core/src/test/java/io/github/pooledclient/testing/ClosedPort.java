// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A port that refuses each connect on any address of this machine: it is taken, but nobody listens. */
public final class ClosedPort implements AutoCloseable {

    private final Socket taken = new Socket();

    public ClosedPort() throws IOException {
        taken.bind(new InetSocketAddress(0));
    }

    public int port() {
        return taken.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        taken.close();
    }
}
