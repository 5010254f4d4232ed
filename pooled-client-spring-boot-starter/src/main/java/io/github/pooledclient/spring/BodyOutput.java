// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * Gathers what a body writes into buffers worth sending. Each is new, because who gets it may keep it. Confined to one
 * thread.
 */
final class BodyOutput extends OutputStream {

    /** Takes a buffer that is ready to be read. */
    interface Taker {
        void take(ByteBuffer bytes) throws IOException;
    }

    private static final int BUFFER = 16 * 1024;

    private final Taker taker;
    private ByteBuffer buffer = ByteBuffer.allocate(BUFFER);

    BodyOutput(Taker taker) {
        this.taker = taker;
    }

    @Override
    public void write(int value) throws IOException {
        buffer.put((byte) value);
        handOverIfFull();
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        int end = offset + length;
        for (int position = offset; position < end; ) {
            int part = Math.min(end - position, buffer.remaining());
            buffer.put(from, position, part);
            position += part;
            handOverIfFull();
        }
    }

    private void handOverIfFull() throws IOException {
        if (!buffer.hasRemaining()) {
            flush();
        }
    }

    @Override
    public void flush() throws IOException {
        if (buffer.position() > 0) {
            ByteBuffer full = buffer.flip();
            buffer = ByteBuffer.allocate(BUFFER);
            taker.take(full);
        }
    }

    /** The body's writer may close it, and nothing follows from that: the body ends when its writer returns. */
    @Override
    public void close() throws IOException {
        flush();
    }
}
