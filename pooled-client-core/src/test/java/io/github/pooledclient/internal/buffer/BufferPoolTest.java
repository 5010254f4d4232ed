// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BufferPoolTest {

    private final AtomicInteger allocated = new AtomicInteger();

    @Test
    void bufferThatWasGivenBackIsLentAgainAndEmpty() {
        BufferPool pool = pool(4);
        ByteBuffer first = pool.borrow();
        first.put((byte) 1).flip();
        pool.giveBack(first);

        ByteBuffer again = pool.borrow();

        assertThat(again).isSameAs(first);
        assertThat(again.position()).isZero();
        assertThat(again.remaining()).isEqualTo(8);
    }

    @Test
    void noBufferIsLentTwice() {
        BufferPool pool = pool(4);
        pool.giveBack(pool.borrow());

        assertThat(pool.borrow()).isNotSameAs(pool.borrow());
    }

    @Test
    void anyNumberMayBeBorrowedAndSoManyAreKept() {
        BufferPool pool = pool(4);
        List<ByteBuffer> borrowed = borrow(pool, 10);

        borrowed.forEach(pool::giveBack);
        borrow(pool, 5);

        assertThat(allocated).hasValue(11);
    }

    @Test
    void bufferIsFoundWhicheverThreadGaveItBack() throws Exception {
        BufferPool pool = pool(3);
        for (int i = 0; i < 3; i++) {
            ByteBuffer buffer = pool.borrow();
            onAnotherThread(() -> pool.giveBack(buffer));

            assertThat(pool.borrow()).isSameAs(buffer);
        }
    }

    private static void onAnotherThread(Runnable action) throws InterruptedException {
        Thread thread = new Thread(action);
        thread.start();
        thread.join();
    }

    @Test
    void threadsNeverShareABuffer() throws Exception {
        BufferPool pool = pool(4);
        Set<ByteBuffer> lent = Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
        AtomicInteger shared = new AtomicInteger();
        CountDownLatch end = new CountDownLatch(4);
        for (int thread = 0; thread < 4; thread++) {
            new Thread(() -> {
                        for (int i = 0; i < 20_000; i++) {
                            ByteBuffer buffer = pool.borrow();
                            shared.addAndGet(lent.add(buffer) ? 0 : 1);
                            lent.remove(buffer);
                            pool.giveBack(buffer);
                        }
                        end.countDown();
                    })
                    .start();
        }

        end.await();

        assertThat(shared).hasValue(0);
    }

    private static List<ByteBuffer> borrow(BufferPool pool, int count) {
        List<ByteBuffer> borrowed = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            borrowed.add(pool.borrow());
        }
        return borrowed;
    }

    private BufferPool pool(int mostKept) {
        return new BufferPool(8, mostKept, size -> {
            allocated.incrementAndGet();
            return ByteBuffer.allocate(size);
        });
    }
}
