// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import io.github.pooledclient.internal.buffer.BufferPool;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A place for bytes that holds a buffer only while there are any. Confined to the direction of the transport that it
 * belongs to.
 */
final class BorrowedBuffer {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final BufferPool pool;
    private @Nullable ByteBuffer buffer;
    private boolean pooled;

    BorrowedBuffer(BufferPool pool) {
        this.pool = pool;
    }

    boolean isEmpty() {
        return buffer == null;
    }

    /** The bytes, to be read; to be followed by {@link #consumed}. */
    ByteBuffer content() {
        return buffer == null ? NOTHING : buffer;
    }

    /** Some or all of the content was read. */
    void consumed() {
        if (buffer != null && !buffer.hasRemaining()) {
            giveBack();
        }
    }

    /** The buffer, to be filled behind what is in it; to be followed by {@link #filled}, whatever happens. */
    ByteBuffer fill(int capacity) {
        if (buffer == null) {
            buffer = borrow(capacity);
            return buffer;
        }
        return buffer.capacity() < capacity ? moveTo(capacity, buffer) : buffer.compact();
    }

    private ByteBuffer borrow(int capacity) {
        ByteBuffer borrowed = pool.borrow();
        pooled = borrowed.capacity() >= capacity;
        if (pooled) {
            return borrowed;
        }
        pool.giveBack(borrowed);
        return ByteBuffer.allocate(capacity);
    }

    private ByteBuffer moveTo(int capacity, ByteBuffer content) {
        ByteBuffer larger = ByteBuffer.allocate(capacity).put(content);
        giveBack();
        pooled = false;
        buffer = larger;
        return larger;
    }

    void filled() {
        if (buffer != null) {
            buffer.flip();
            consumed();
        }
    }

    void giveBack() {
        if (buffer != null && pooled) {
            pool.giveBack(buffer);
        }
        buffer = null;
    }
}
