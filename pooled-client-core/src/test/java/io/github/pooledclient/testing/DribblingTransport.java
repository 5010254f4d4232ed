// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import io.github.pooledclient.transport.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Another transport, of which each read gives a few bytes at most: nothing may rely on how bytes are grouped. */
public final class DribblingTransport extends ForwardingTransport {

    private final int most;

    /**
     * @param most how many bytes a read gives at most
     */
    public DribblingTransport(Transport below, int most) {
        super(below);
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
}
