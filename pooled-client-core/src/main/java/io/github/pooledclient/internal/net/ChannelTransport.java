// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import io.github.pooledclient.transport.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A connected channel in blocking mode. The two that do not block wait for one that does, so they are only for a thread
 * that knows that no other is in it.
 */
public final class ChannelTransport implements Transport {

    private final SocketChannel channel;
    // Only asked how many bytes there are; null for a channel that has no socket, of a Unix domain say.
    private final @Nullable InputStream arrived;
    // Kept, because a closed channel does not tell them any more.
    private final @Nullable SocketAddress localAddress;
    private final @Nullable SocketAddress remoteAddress;

    /**
     * @param channel connected, blocking, and from now on this one's to close
     */
    public ChannelTransport(SocketChannel channel) throws IOException {
        this.channel = channel;
        this.localAddress = channel.getLocalAddress();
        this.remoteAddress = channel.getRemoteAddress();
        this.arrived =
                remoteAddress instanceof InetSocketAddress ? channel.socket().getInputStream() : null;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return channel.read(into);
    }

    // 1.5 µs on a platform thread, 0.5 on a virtual one; a selector for it costs 4.
    @Override
    public int readNow(ByteBuffer into) throws IOException {
        channel.configureBlocking(false);
        try {
            return channel.read(into);
        } finally {
            channel.configureBlocking(true);
        }
    }

    // One system call instead of five, in a quarter of the time of readNow.
    @Override
    public boolean mayHaveBytes() throws IOException {
        return arrived == null || arrived.available() > 0;
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
        while (from.hasRemaining()) {
            channel.write(from);
        }
    }

    @Override
    public void writeNow(ByteBuffer from) throws IOException {
        channel.configureBlocking(false);
        try {
            channel.write(from);
        } finally {
            channel.configureBlocking(true);
        }
    }

    @Override
    public @Nullable SocketAddress localAddress() {
        return localAddress;
    }

    @Override
    public @Nullable SocketAddress remoteAddress() {
        return remoteAddress;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
