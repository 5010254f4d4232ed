// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import io.github.pooledclient.internal.buffer.BufferPool;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A pool of buffers that can tell how many are lent. */
final class CountingBuffers {

    private int made;
    private final BufferPool pool = new BufferPool(17 * 1024, 1000, this::make);

    BufferPool pool() {
        return pool;
    }

    /** How many of those that were made do not come out of the pool again. To be asked while nobody borrows. */
    int lent() {
        int before = made;
        List<ByteBuffer> free = new ArrayList<>();
        while (made == before) {
            free.add(pool.borrow());
        }
        free.forEach(pool::giveBack);
        // The last one was made by asking.
        return before - (free.size() - 1);
    }

    private ByteBuffer make(int size) {
        made++;
        return ByteBuffer.allocate(size);
    }
}
