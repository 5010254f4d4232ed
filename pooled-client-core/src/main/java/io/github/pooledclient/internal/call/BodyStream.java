// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A body as a stream that reads the socket on the reading thread, in the place of the JDK's, which takes its bytes from a
 * queue: nothing is copied twice, and a failure arrives as what it is (the JDK's stream says "closed").
 *
 * <p>One thread reads; another may close, which ends a read that is blocked. The fences keep a stream from being taken for
 * garbage in its last method call, when the caller has no more use for it: the content is the reaper's from then on.
 */
final class BodyStream extends InputStream implements Lifecycle.Interruptible {

    private final CallContent content;
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile boolean closed;

    private BodyStream(CallContent content) {
        this.content = content;
    }

    /** The stream of a body: of a small one that is all here, from memory, so that its connection is free at once. */
    static InputStream of(CallContent content) throws IOException {
        long remaining = content.remaining();
        if (remaining < 0 || remaining > content.available()) {
            BodyStream stream = new BodyStream(content);
            content.handOverTo(stream);
            return stream;
        }
        ByteBuffer all = ByteBuffer.allocate((int) remaining);
        while (all.hasRemaining()) {
            content.read(all);
        }
        content.close();
        return new WholeBody(all.flip());
    }

    /** Closes what {@link #of} has given, if there is anything to close. */
    static void abandon(@Nullable Object body) {
        if (body instanceof BodyStream stream) {
            stream.close();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        boolean mine = !closed && busy.compareAndSet(false, true);
        if (!mine) {
            // Looked at once more: who has the stream may be the one who closes it.
            throw new IOException(
                    closed ? "the response body was closed" : "another thread is reading this response body");
        }
        try {
            return content.read(ByteBuffer.wrap(bytes, offset, length));
        } finally {
            busy.set(false);
            if (closed) {
                closeIfFree();
            }
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public int available() {
        try {
            return closed || busy.get() ? 0 : content.available();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** The call was cancelled. */
    @Override
    public void interrupt() {
        close();
    }

    @Override
    public void close() {
        try {
            closed = true;
            if (!closeIfFree()) {
                content.cancel();
            }
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private boolean closeIfFree() {
        if (!busy.compareAndSet(false, true)) {
            return false;
        }
        try {
            content.close();
        } finally {
            busy.set(false);
        }
        return true;
    }
}
