// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import io.github.pooledclient.transport.Transport;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Another transport, of which each read gives a few bytes at most: nothing may rely on how bytes are grouped. */
public final class DribblingTransport implements Transport {

    private final Transport below;
    private final int most;

    /**
     * @param most how many bytes a read gives at most
     */
    public DribblingTransport(Transport below, int most) {
        this.below = below;
        this.most = most;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return dribble(into, below::read);
    }

    @Override
    public int readNow(ByteBuffer into) throws IOException {
        return dribble(into, below::readNow);
    }

    private int dribble(ByteBuffer into, Read read) throws IOException {
        int limit = into.limit();
        into.limit(Math.min(limit, into.position() + most));
        try {
            return read.read(into);
        } finally {
            into.limit(limit);
        }
    }

    private interface Read {
        int read(ByteBuffer into) throws IOException;
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
