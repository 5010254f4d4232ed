// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import io.github.pooledclient.transport.Transport;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Does what the transport below does, unless a subclass does something else. */
public abstract class ForwardingTransport implements Transport {

    protected final Transport below;

    protected ForwardingTransport(Transport below) {
        this.below = below;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return below.read(into);
    }

    @Override
    public int readNow(ByteBuffer into) throws IOException {
        return below.readNow(into);
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
        below.write(from);
    }

    @Override
    public void writeNow(ByteBuffer from) throws IOException {
        below.writeNow(from);
    }

    @Override
    public @Nullable SocketAddress localAddress() {
        return below.localAddress();
    }

    @Override
    public @Nullable SocketAddress remoteAddress() {
        return below.remoteAddress();
    }

    @Override
    public void close() throws IOException {
        below.close();
    }
}
