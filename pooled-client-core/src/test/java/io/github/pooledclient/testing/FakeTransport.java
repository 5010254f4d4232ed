// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import io.github.pooledclient.transport.Transport;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A transport to nowhere: it has no addresses, and a write of it never blocks. */
public abstract class FakeTransport implements Transport {

    @Override
    public void writeNow(ByteBuffer from) throws IOException {
        write(from);
    }

    @Override
    public @Nullable SocketAddress localAddress() {
        return null;
    }

    @Override
    public @Nullable SocketAddress remoteAddress() {
        return null;
    }
}
