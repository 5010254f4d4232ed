// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A transport in memory whose peer follows a script: expect these bytes, answer those, then end, or reset.
 *
 * <pre>{@code
 * new ScriptedTransport()
 *         .expect("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
 *         .answer("HTTP/1.1 204 No Content\r\n\r\n")
 *         .end();
 * }</pre>
 *
 * <p>An answer can be read once all that the script expects before it has been written. A read that would wait for ever
 * fails the test; after {@link #silence()} it waits until the transport is closed. Confined to one thread, but for
 * {@link #close()}.
 */
public final class ScriptedTransport extends FakeTransport {

    /** A step of the script, done once its bytes are. */
    private sealed interface Step {}

    private record Expect(ByteBuffer bytes) implements Step {}

    private record Swallow(ByteBuffer room) implements Step {}

    private record Refuse() implements Step {}

    private record Answer(ByteBuffer bytes) implements Step {}

    private record Silence() implements Step {}

    private record End() implements Step {}

    private record Reset() implements Step {}

    private final List<Step> script = new ArrayList<>();
    private final StringBuilder written = new StringBuilder();
    private final CountDownLatch closed = new CountDownLatch(1);

    private int segment = Integer.MAX_VALUE;
    private Runnable beforeRead = () -> {};
    private Runnable beforeLook = () -> {};
    private int reads;
    private int writes;
    private int looks;

    /** The next bytes written must be these; ISO-8859-1. */
    public ScriptedTransport expect(String text) {
        return add(new Expect(bytes(text)));
    }

    /** So many bytes are accepted, whatever they are. */
    public ScriptedTransport swallow(int count) {
        return add(new Swallow(ByteBuffer.allocate(count)));
    }

    /** From here on writes fail, as if the peer had closed. */
    public ScriptedTransport refuseWrites() {
        return add(new Refuse());
    }

    /** The peer sends this; ISO-8859-1. */
    public ScriptedTransport answer(String text) {
        return add(new Answer(bytes(text)));
    }

    /** The peer sends nothing more, and a read waits. */
    public ScriptedTransport silence() {
        return add(new Silence());
    }

    /** The peer closes. */
    public ScriptedTransport end() {
        return add(new End());
    }

    /** The peer resets the connection. */
    public ScriptedTransport reset() {
        return add(new Reset());
    }

    /** No read gives more than so many bytes. */
    public ScriptedTransport inSegmentsOf(int bytes) {
        segment = bytes;
        return this;
    }

    /** What happens before each read that may wait: time passes, say. */
    public ScriptedTransport beforeRead(Runnable action) {
        beforeRead = action;
        return this;
    }

    /** What happens before each look that does not wait: time passes, say. */
    public ScriptedTransport beforeLook(Runnable action) {
        beforeLook = action;
        return this;
    }

    /** How many reads that may wait there were. */
    public int reads() {
        return reads;
    }

    /** How many reads that do not wait there were. */
    public int looks() {
        return looks;
    }

    public int writes() {
        return writes;
    }

    /** All that was accepted, as ISO-8859-1. */
    public String written() {
        return written.toString();
    }

    public boolean isClosed() {
        return closed.getCount() == 0;
    }

    /** Whether all that was expected was written, and all that was answered read. */
    public boolean isDone() {
        return script.stream().noneMatch(ScriptedTransport::isToBeDone);
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        reads++;
        beforeRead.run();
        Step step = nextToRead();
        if (step == null) {
            throw new AssertionError("a read would wait for ever; written so far: " + written);
        }
        return give(step, into);
    }

    @Override
    public int readNow(ByteBuffer into) throws IOException {
        looks++;
        beforeLook.run();
        Step step = nextToRead();
        return step == null || step instanceof Silence ? 0 : give(step, into);
    }

    private int give(Step step, ByteBuffer into) throws IOException {
        if (step instanceof Answer answer) {
            int count = Math.min(segment, Math.min(into.remaining(), answer.bytes.remaining()));
            into.put(answer.bytes.slice(answer.bytes.position(), count));
            answer.bytes.position(answer.bytes.position() + count);
            return count;
        }
        if (step instanceof Silence) {
            awaitClose();
        }
        if (step instanceof Reset) {
            throw new SocketException("Connection reset");
        }
        return -1;
    }

    private void awaitClose() throws IOException {
        boolean interrupted = false;
        while (true) {
            try {
                closed.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
                close();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
            throw new ClosedByInterruptException();
        }
        throw new AsynchronousCloseException();
    }

    /** The next thing to be read, or null if the peer waits for a write first, or the script is over. */
    private @Nullable Step nextToRead() throws IOException {
        requireOpen();
        for (Step step : script) {
            if (step instanceof Expect || step instanceof Swallow) {
                if (isToBeDone(step)) {
                    return null;
                }
            } else if (!(step instanceof Refuse) && (!(step instanceof Answer) || isToBeDone(step))) {
                return step;
            }
        }
        return null;
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
        writes++;
        requireOpen();
        while (from.hasRemaining()) {
            accept(nextToWrite(), from);
        }
    }

    private static void refuse(@Nullable Step step) throws IOException {
        if (step instanceof Refuse) {
            throw new IOException("Broken pipe");
        }
    }

    private void accept(@Nullable Step step, ByteBuffer from) throws IOException {
        refuse(step);
        if (step instanceof Swallow swallow) {
            while (swallow.room.hasRemaining() && from.hasRemaining()) {
                byte b = from.get();
                swallow.room.put(b);
                written.append((char) (b & 0xff));
            }
        } else if (step instanceof Expect expect) {
            while (expect.bytes.hasRemaining() && from.hasRemaining()) {
                char actual = (char) (from.get() & 0xff);
                char expected = (char) (expect.bytes.get() & 0xff);
                written.append(actual);
                if (actual != expected) {
                    throw new AssertionError("expected '%s' at the end of: %s".formatted(expected, written));
                }
            }
        } else {
            throw new AssertionError(
                    "nothing more was expected, but: " + StandardCharsets.ISO_8859_1.decode(from.duplicate()));
        }
    }

    private @Nullable Step nextToWrite() {
        for (Step step : script) {
            if (step instanceof Refuse || ((step instanceof Expect || step instanceof Swallow) && isToBeDone(step))) {
                return step;
            }
        }
        return null;
    }

    @Override
    public void close() {
        closed.countDown();
    }

    private void requireOpen() throws IOException {
        if (isClosed()) {
            throw new ClosedChannelException();
        }
    }

    private static boolean isToBeDone(Step step) {
        if (step instanceof Expect expect) {
            return expect.bytes.hasRemaining();
        }
        if (step instanceof Swallow swallow) {
            return swallow.room.hasRemaining();
        }
        return step instanceof Answer answer && answer.bytes.hasRemaining();
    }

    private ScriptedTransport add(Step step) {
        script.add(step);
        return this;
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
