// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/** Content of unknown length, in the pieces that a test gives it; without one, its reader waits, as at a socket. */
final class FakeContent implements ResponseContent {

    private static final byte[] END = {};
    private static final byte[] CUT_OFF = {};

    private final LinkedBlockingQueue<byte[]> pieces = new LinkedBlockingQueue<>();
    private ByteBuffer left = ByteBuffer.allocate(0);
    final CountDownLatch reading = new CountDownLatch(1);
    volatile boolean cancelled;
    volatile int closes;

    FakeContent with(String piece) {
        return with(piece.getBytes(StandardCharsets.ISO_8859_1));
    }

    FakeContent with(byte[] piece) {
        pieces.add(piece.clone());
        return this;
    }

    FakeContent end() {
        pieces.add(END);
        return this;
    }

    /** From here on reading fails. */
    FakeContent cutOff() {
        pieces.add(CUT_OFF);
        return this;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        reading.countDown();
        try {
            if (!left.hasRemaining()) {
                byte[] piece = pieces.take();
                if (piece == END) {
                    pieces.add(END);
                    return -1;
                }
                if (piece == CUT_OFF) {
                    throw new IOException(cancelled ? "cancelled" : "cut off");
                }
                left = ByteBuffer.wrap(piece);
            }
            int count = Math.min(left.remaining(), into.remaining());
            into.put(left.slice().limit(count));
            left.position(left.position() + count);
            return count;
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Override
    public long remaining() {
        return -1;
    }

    @Override
    public int available() {
        return 0;
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one closes at a time
    public void close() {
        closes++;
    }

    @Override
    public void lost() {
        close();
    }

    @Override
    public void cancel() {
        cancelled = true;
        pieces.add(CUT_OFF);
    }
}
