// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.wire;

import io.github.pooledclient.internal.buffer.BufferPool;
import io.github.pooledclient.transport.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Bytes to a transport, buffered: a head and a small body leave in one write. Confined to the thread of the exchange.
 *
 * <p>The last byte put here stays here until {@link #flush()}: who finds out that a message must not be completed can
 * still leave it incomplete.
 */
public final class WireOutput {

    private static final int LARGEST_WRITE = 64 * 1024;

    private final Transport transport;
    private final BufferPool pool;

    // Null, or filled up to its position.
    private @Nullable ByteBuffer buffer;
    private boolean hasSent;
    private boolean hasFailed;

    public WireOutput(Transport transport, BufferPool pool) {
        this.transport = transport;
        this.pool = pool;
    }

    /** Forgets what was sent before. */
    public void begin() {
        hasSent = false;
        hasFailed = false;
    }

    /** Whether the transport has accepted a byte since {@link #begin()}. */
    public boolean hasSent() {
        return hasSent;
    }

    /** Whether the transport has refused a byte since {@link #begin()}; it gets no more then. */
    public boolean hasFailed() {
        return hasFailed;
    }

    /**
     * Puts the text of a line, as ISO-8859-1.
     *
     * @throws IllegalArgumentException if a character would end the line or does not fit into a byte: the last guard
     *     against an injected line, below those that know what to say about it
     */
    public void text(String text) throws IOException {
        ByteBuffer bytes = room();
        for (int start = 0; start < text.length(); ) {
            if (!bytes.hasRemaining()) {
                drain(bytes);
            }
            int end = Math.min(text.length(), start + bytes.remaining());
            put(text, start, end, bytes);
            start = end;
        }
    }

    // By index, which takes half the time of moving the position with each character.
    private static void put(String text, int start, int end, ByteBuffer into) {
        int shift = into.position() - start;
        for (int i = start; i < end; i++) {
            into.put(shift + i, Ascii.ofLine(text.charAt(i)));
        }
        into.position(shift + end);
    }

    /** Puts bytes that are known to be right. */
    public void put(byte[] constant) throws IOException {
        ByteBuffer bytes = room();
        if (bytes.remaining() < constant.length) {
            write(ByteBuffer.wrap(constant));
        } else {
            bytes.put(constant);
        }
    }

    /** Puts the end of a line. */
    public void endLine() throws IOException {
        ByteBuffer bytes = room();
        if (bytes.remaining() < 2) {
            drain(bytes);
        }
        bytes.put(Ascii.CR).put(Ascii.LF);
    }

    /** Writes what remains in a caller's buffer: what is small is kept for the next write, what is large not copied. */
    public void write(ByteBuffer from) throws IOException {
        ByteBuffer bytes = room();
        while (from.remaining() > bytes.remaining()) {
            if (bytes.position() > 0 || from.remaining() < 2 * bytes.capacity()) {
                move(from, bytes.remaining(), bytes);
                drain(bytes);
            } else {
                // All but what the buffer will hold, so that the last byte stays back.
                writeDirectly(from, Math.min(LARGEST_WRITE, from.remaining() - bytes.capacity()));
            }
        }
        bytes.put(from);
    }

    /** Hands all that was put to the transport, and gives the buffer back. */
    public void flush() throws IOException {
        ByteBuffer bytes = buffer;
        if (bytes != null) {
            drain(bytes);
            discard();
        }
    }

    /** What was put and has not left yet, as text: for the log. */
    public String buffered() {
        ByteBuffer bytes = buffer;
        return bytes == null
                ? ""
                : StandardCharsets.ISO_8859_1.decode(bytes.duplicate().flip()).toString();
    }

    /** Gives the buffer back; what is in it is not sent. */
    public void discard() {
        ByteBuffer borrowed = buffer;
        if (borrowed != null) {
            buffer = null;
            pool.giveBack(borrowed);
        }
    }

    private ByteBuffer room() {
        ByteBuffer bytes = buffer;
        if (bytes == null) {
            bytes = pool.borrow();
            buffer = bytes;
        }
        return bytes;
    }

    private void drain(ByteBuffer bytes) throws IOException {
        bytes.flip();
        try {
            if (bytes.hasRemaining()) {
                send(bytes);
            }
        } finally {
            bytes.clear();
        }
    }

    private void writeDirectly(ByteBuffer from, int count) throws IOException {
        int limit = from.limit();
        from.limit(from.position() + count);
        try {
            send(from);
        } finally {
            from.limit(limit);
        }
    }

    private void send(ByteBuffer bytes) throws IOException {
        if (hasFailed) {
            throw new IOException("an earlier write has failed");
        }
        int start = bytes.position();
        hasFailed = true;
        try {
            transport.write(bytes);
            hasFailed = false;
        } finally {
            hasSent |= bytes.position() > start;
        }
    }

    private static void move(ByteBuffer from, int count, ByteBuffer into) {
        int limit = from.limit();
        into.put(from.limit(from.position() + count));
        from.limit(limit);
    }
}
