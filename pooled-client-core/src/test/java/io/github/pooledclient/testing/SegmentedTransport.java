// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;

/**
 * A transport in memory whose peer has sent bytes that arrive in segments, and ends behind them. What is written is kept.
 * Confined to one thread.
 */
public final class SegmentedTransport extends FakeTransport {

    private final IntSupplier segments;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private ByteBuffer coming = ByteBuffer.allocate(0);
    private final Deque<byte[]> answers = new ArrayDeque<>();
    private boolean closed;

    /**
     * @param segments how many bytes each read gives at most
     */
    public SegmentedTransport(IntSupplier segments) {
        this.segments = segments;
    }

    /** How bytes may be cut into segments. */
    public enum Cut {
        NOWHERE {
            @Override
            public IntSupplier of(byte[] bytes) {
                return () -> Integer.MAX_VALUE;
            }
        },
        EVERYWHERE {
            @Override
            public IntSupplier of(byte[] bytes) {
                return () -> 1;
            }
        },
        /** At places that follow from the bytes: always the same for the same bytes. */
        SOMEWHERE {
            @Override
            public IntSupplier of(byte[] bytes) {
                SplittableRandom random = new SplittableRandom(Arrays.hashCode(bytes));
                return () -> 1 + random.nextInt(1 + random.nextInt(40));
            }
        };

        /** The lengths of the segments. */
        public abstract IntSupplier of(byte[] bytes);
    }

    /** More bytes are on their way. */
    public SegmentedTransport send(byte[] bytes) {
        coming = join(coming, bytes);
        return this;
    }

    /** More bytes are on their way after the next write; or after the one behind that, where this was said before. */
    public SegmentedTransport answer(byte[] bytes) {
        answers.add(bytes);
        return this;
    }

    /** How many bytes were sent, but not read. */
    public int unread() {
        return coming.remaining();
    }

    /** All that was written. */
    public byte[] written() {
        return written.toByteArray();
    }

    public boolean isClosed() {
        return closed;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        int count = readNow(into);
        return count == 0 ? -1 : count;
    }

    @Override
    public int readNow(ByteBuffer into) throws IOException {
        requireOpen();
        int count = Math.min(Math.min(segments.getAsInt(), into.remaining()), coming.remaining());
        into.put(coming.slice().limit(count));
        coming.position(coming.position() + count);
        return count;
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
        requireOpen();
        byte[] bytes = new byte[from.remaining()];
        from.get(bytes);
        written.writeBytes(bytes);
        if (!answers.isEmpty()) {
            coming = join(coming, answers.remove());
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    private static ByteBuffer join(ByteBuffer first, byte[] second) {
        return ByteBuffer.allocate(first.remaining() + second.length)
                .put(first.duplicate())
                .put(second)
                .flip();
    }
}
