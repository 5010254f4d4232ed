// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;

/**
 * A transport in memory whose peer never stops: it answers with a beginning, and then with the same bytes again and again,
 * and counts what is read of them. What is written to it is accepted and forgotten. Confined to one thread, but for
 * {@link #close()} and {@link #consumed()}.
 */
public final class EndlessTransport extends FakeTransport {

    private final byte[] beginning;
    private final byte[] unit;
    private volatile long consumed;
    private volatile boolean closed;

    /** Both as ISO-8859-1; the first may be empty. */
    public EndlessTransport(String beginning, String unit) {
        this.beginning = beginning.getBytes(StandardCharsets.ISO_8859_1);
        this.unit = unit.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** How many bytes were read. */
    public long consumed() {
        return consumed;
    }

    public boolean isClosed() {
        return closed;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        long at = consumed;
        int count = into.remaining();
        for (int i = 0; i < count; i++, at++) {
            into.put(at < beginning.length ? beginning[(int) at] : unit[(int) ((at - beginning.length) % unit.length)]);
        }
        consumed = at;
        return count;
    }

    @Override
    public int readNow(ByteBuffer into) throws IOException {
        return read(into);
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        from.position(from.limit());
    }

    @Override
    public void close() {
        closed = true;
    }
}
