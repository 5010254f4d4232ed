// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One of two ends in memory: what is written to the one is read from the other, and a writer waits once a way is full.
 * Safe for use by several threads.
 */
public final class PipeTransport extends FakeTransport {

    private final Way in;
    private final Way out;
    private final PipeTransport peer;
    private volatile boolean closed;

    /**
     * @param capacity how many bytes may be on each of the two ways before a writer waits
     */
    public PipeTransport(int capacity) {
        this.in = new Way(capacity);
        this.out = new Way(capacity);
        this.peer = new PipeTransport(this);
    }

    private PipeTransport(PipeTransport peer) {
        this.in = peer.out;
        this.out = peer.in;
        this.peer = peer;
    }

    /** The other end. */
    public PipeTransport peer() {
        return peer;
    }

    public boolean isClosed() {
        return closed;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return in.read(into, true);
    }

    @Override
    public int readNow(ByteBuffer into) throws IOException {
        return in.read(into, false);
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
        out.write(from, true);
    }

    @Override
    public void writeNow(ByteBuffer from) throws IOException {
        out.write(from, false);
    }

    @Override
    public void close() {
        closed = true;
        in.change(() -> in.readerGone = true);
        out.change(() -> out.writerGone = true);
    }

    /** The bytes on their way in one direction. Guarded by its lock. */
    private static final class Way {

        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private final ByteBuffer bytes;
        private boolean readerGone;
        private boolean writerGone;

        Way(int capacity) {
            bytes = ByteBuffer.allocate(capacity);
        }

        int read(ByteBuffer into, boolean wait) throws IOException {
            lock.lock();
            try {
                while (wait && bytes.position() == 0 && !readerGone && !writerGone) {
                    changed.awaitUninterruptibly();
                }
                failIf(readerGone);
                if (bytes.position() == 0) {
                    return writerGone ? -1 : 0;
                }
                int count = move(bytes.flip(), into);
                bytes.compact();
                changed.signalAll();
                return count;
            } finally {
                lock.unlock();
            }
        }

        void write(ByteBuffer from, boolean wait) throws IOException {
            lock.lock();
            try {
                do {
                    while (wait && !bytes.hasRemaining() && !readerGone && !writerGone) {
                        changed.awaitUninterruptibly();
                    }
                    failIf(readerGone || writerGone);
                    move(from, bytes);
                    changed.signalAll();
                } while (wait && from.hasRemaining());
            } finally {
                lock.unlock();
            }
        }

        void change(Runnable change) {
            lock.lock();
            try {
                change.run();
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        private static void failIf(boolean gone) throws IOException {
            if (gone) {
                throw new ClosedChannelException();
            }
        }

        private static int move(ByteBuffer from, ByteBuffer to) {
            int count = Math.min(from.remaining(), to.remaining());
            to.put(from.slice(from.position(), count));
            from.position(from.position() + count);
            return count;
        }
    }
}
