// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.wire;

import io.github.pooledclient.internal.buffer.BufferPool;
import io.github.pooledclient.transport.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Bytes from a transport, buffered: one read brings a whole small response. Confined to the thread of the exchange.
 *
 * <p>The buffer is borrowed when there is something to read and goes back when it is empty, so that an idle connection
 * has none.
 */
public final class WireInput {

    // The JDK copies into a temporary direct buffer as large as the room in a heap buffer, and keeps it for the thread.
    private static final int LARGEST_READ = 64 * 1024;

    private final Transport transport;
    private final BufferPool pool;

    // Null, or readable from its position to its limit.
    private @Nullable ByteBuffer buffer;
    private boolean hasReceived;
    private boolean wasFilledUp;

    public WireInput(Transport transport, BufferPool pool) {
        this.transport = transport;
        this.pool = pool;
    }

    /** Forgets what was received before. */
    public void begin() {
        hasReceived = false;
        wasFilledUp = false;
    }

    /** Whether a byte came since {@link #begin()}. */
    public boolean hasReceived() {
        return hasReceived;
    }

    /** How many bytes are here already. */
    public int available() {
        return buffer == null ? 0 : buffer.remaining();
    }

    /**
     * Whether the peer has sent more than was asked for: what is here already, and what waits behind a read that took all
     * it had room for.
     *
     * @param look whether to ask the transport in any case
     * @return how many bytes are known to be there, -1 if the stream has ended
     */
    public int surplus(boolean look) throws IOException {
        if (available() > 0 || !(look || wasFilledUp)) {
            return available();
        }
        return fillNow();
    }

    /**
     * Waits for bytes. Only when none are available.
     *
     * @return false at the end of the stream
     */
    public boolean fill() throws IOException {
        return receive(true) >= 0;
    }

    /**
     * Takes what has arrived, without waiting. Only when no bytes are available.
     *
     * @return how many bytes there are now, -1 at the end of the stream
     */
    public int fillNow() throws IOException {
        return receive(false);
    }

    /** The next byte, 0 to 255, or -1 at the end of the stream. */
    public int read() throws IOException {
        if (available() == 0 && !fill()) {
            return -1;
        }
        return existing().get() & 0xff;
    }

    /** A byte that is available, by its distance from the next one; it stays available. */
    public byte peek(int index) {
        ByteBuffer bytes = existing();
        return bytes.get(bytes.position() + index);
    }

    /**
     * Reads into a caller's buffer, at least one byte and not more than {@code most}.
     *
     * <p>The last of them go through our buffer, so that bytes behind them are seen without another read, and so does what
     * the caller asks for in small pieces. Where both leave more than the buffer would take, it is read straight into his.
     *
     * @return how many bytes, or -1 at the end of the stream
     */
    public int read(ByteBuffer into, long most) throws IOException {
        if (available() == 0) {
            long directly = Math.min(into.remaining(), most - pool.size() / 2);
            if (directly >= pool.size()) {
                release();
                return readDirectly(into, (int) Math.min(directly, LARGEST_READ));
            }
            if (!fill()) {
                return -1;
            }
        }
        return moveTo(into, most);
    }

    /** Copies what is available, as far as there is room; to be followed by {@link #putBack} for what was too much. */
    public int take(byte[] into, int at) {
        int count = Math.min(available(), into.length - at);
        if (count > 0) {
            existing().get(into, at, count);
        }
        return count;
    }

    /** Makes the last bytes that were taken available again. */
    public void putBack(int count) {
        if (count > 0) {
            ByteBuffer bytes = existing();
            bytes.position(bytes.position() - count);
        }
    }

    /** Gives the buffer back if it is empty. */
    public void release() {
        if (available() == 0) {
            discard();
        }
    }

    /** Gives the buffer back, with what is in it: at the end of an exchange, when nobody reads any more. */
    public void discard() {
        ByteBuffer borrowed = buffer;
        if (borrowed != null) {
            buffer = null;
            pool.giveBack(borrowed);
        }
    }

    private int receive(boolean waiting) throws IOException {
        ByteBuffer empty = emptyBuffer();
        try {
            return waiting ? transport.read(empty) : transport.readNow(empty);
        } finally {
            // Also when the read failed: else the buffer would seem to be full of bytes of somebody else.
            wasFilledUp = !empty.hasRemaining();
            empty.flip();
            hasReceived |= empty.hasRemaining();
        }
    }

    private ByteBuffer emptyBuffer() {
        ByteBuffer empty = buffer;
        if (empty == null) {
            empty = pool.borrow();
            buffer = empty;
        } else if (empty.hasRemaining()) {
            throw new IllegalStateException(empty.remaining() + " bytes are unread");
        }
        return empty.clear();
    }

    private int readDirectly(ByteBuffer into, int most) throws IOException {
        int limit = into.limit();
        into.limit(into.position() + most);
        try {
            int count = transport.read(into);
            hasReceived |= count > 0;
            return count;
        } finally {
            into.limit(limit);
        }
    }

    private int moveTo(ByteBuffer into, long most) {
        ByteBuffer bytes = existing();
        int count = (int) Math.min(Math.min(bytes.remaining(), into.remaining()), most);
        int limit = bytes.limit();
        into.put(bytes.limit(bytes.position() + count));
        bytes.limit(limit);
        return count;
    }

    private ByteBuffer existing() {
        ByteBuffer bytes = buffer;
        if (bytes == null) {
            throw new IllegalStateException("nothing was read");
        }
        return bytes;
    }
}
