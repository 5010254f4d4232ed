// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import io.github.pooledclient.internal.time.DeadlineWatchdog;
import io.github.pooledclient.internal.time.Elapsed;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.Ticker;
import io.github.pooledclient.transport.Transport;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A transport whose blocking reads and writes end in time. Only while it is blocked does time count: what the caller does
 * in between is its own affair. As with each transport one thread may read and another write; {@link #abort} and
 * {@link #close} are for any; {@link #limits} is for the thread that begins an exchange, before it.
 */
public final class TimedTransport implements Transport {

    private static final Logger LOG = LoggerFactory.getLogger(TimedTransport.class);

    // Each slice of a write is armed anew, so that a reader who is slow, but reads, is not taken for one who does not.
    private static final int SLICE = 16 * 1024;
    private static final int LARGEST_LOOK = 64 * 1024;
    private static final long SHORTEST_PAUSE_NANOS = 100_000;
    private static final long LONGEST_PAUSE_NANOS = 5_000_000;

    private final Transport raw;
    private final Ticker ticker;
    // Two, because a read and a write may be under way at the same time.
    private final CloseGuard reading;
    private final CloseGuard writing;
    private Deadline deadline = Deadline.never();
    private long silenceNanos = Long.MAX_VALUE;
    private @Nullable Patience patience;

    /** What to do while a write makes no progress. */
    public interface Patience {

        /**
         * @param nanos for how long the peer has accepted nothing
         * @return whether to go on; else the write fails
         */
        boolean goesOnAfter(long nanos);
    }

    /**
     * @param watchdog on the scale of the ticker
     */
    public TimedTransport(Transport raw, DeadlineWatchdog watchdog, Ticker ticker) {
        this.raw = raw;
        this.ticker = ticker;
        this.reading = CloseGuard.of(raw, watchdog);
        this.writing = CloseGuard.of(raw, watchdog);
    }

    /**
     * The limits of what follows, until they are set again.
     *
     * @param deadline by when the whole must have ended
     * @param silenceNanos how long a read, or a slice of a write, may be blocked; 0 = for ever
     */
    public void limits(Deadline deadline, long silenceNanos) {
        this.deadline = deadline;
        this.silenceNanos = silenceNanos == 0 ? Long.MAX_VALUE : silenceNanos;
    }

    /**
     * Writes wait from now on by looking again and again, and ask in between whether they should: a thread that is blocked in
     * a write sees nothing of what comes in. It also sees each byte that is accepted, while a blocked one is woken only when a
     * good part of the system's buffer is free.
     *
     * @param newPatience null: writes block
     */
    public void waitWith(@Nullable Patience newPatience) {
        patience = newPatience;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (isUnlimited()) {
            return raw.read(into);
        }
        boolean ofExchange = arm(reading);
        int count;
        try {
            count = raw.read(into);
        } catch (IOException | RuntimeException e) {
            if (reading.disarm()) {
                throw e;
            }
            throw timedOut(ofExchange, "nothing was received", e);
        }
        if (!reading.disarm()) {
            throw timedOut(ofExchange, "nothing was received", null);
        }
        return count;
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
        Patience waiting = patience;
        if (waiting != null) {
            writePatiently(from, waiting);
            return;
        }
        if (isUnlimited()) {
            raw.write(from);
            return;
        }
        int end = from.limit();
        try {
            while (from.position() < end) {
                from.limit(Math.min(end, from.position() + SLICE));
                writeSlice(from);
            }
        } finally {
            from.limit(end);
        }
    }

    private void writeSlice(ByteBuffer slice) throws IOException {
        boolean ofExchange = arm(writing);
        try {
            raw.write(slice);
        } catch (IOException | RuntimeException e) {
            if (writing.disarm()) {
                throw e;
            }
            throw timedOut(ofExchange, "the peer accepted nothing", e);
        }
        if (!writing.disarm()) {
            throw timedOut(ofExchange, "the peer accepted nothing", null);
        }
    }

    private void writePatiently(ByteBuffer from, Patience waiting) throws IOException {
        long acceptedAt = ticker.nanos();
        long pause = SHORTEST_PAUSE_NANOS;
        while (true) {
            requireGoingOn();
            if (acceptsSome(from)) {
                if (!from.hasRemaining()) {
                    return;
                }
                acceptedAt = ticker.nanos();
                pause = SHORTEST_PAUSE_NANOS;
            } else {
                pause(pause, ticker.nanos() - acceptedAt, waiting);
                pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
            }
        }
    }

    private void requireGoingOn() throws IOException {
        boolean isOverdue = deadline.remainingNanos(ticker.nanos()) <= 0;
        if (isOverdue || Thread.currentThread().isInterrupted()) {
            abort();
            if (isOverdue) {
                throw timedOut(true, "", null);
            }
            // As from a write that blocks.
            throw new ClosedByInterruptException();
        }
    }

    private boolean acceptsSome(ByteBuffer from) throws IOException {
        int start = from.position();
        int end = from.limit();
        try {
            // The JDK copies what is in a heap buffer, and keeps a buffer as large for the thread.
            from.limit(Math.min(end, start + LARGEST_LOOK));
            raw.writeNow(from);
        } finally {
            from.limit(end);
        }
        return from.position() > start;
    }

    private void pause(long nanos, long silentFor, Patience waiting) throws IOException {
        if (!waiting.goesOnAfter(silentFor)) {
            throw new IOException("given up, as the peer accepts nothing");
        }
        if (silentFor >= silenceNanos) {
            abort();
            throw timedOut(false, "the peer accepted nothing", null);
        }
        LockSupport.parkNanos(this, Math.min(nanos, silenceNanos - silentFor));
    }

    private boolean isUnlimited() {
        return silenceNanos == Long.MAX_VALUE && deadline.isNever();
    }

    /** Arms for what passes first, and says whether that is the deadline of the exchange. */
    private boolean arm(CloseGuard guard) throws IOException {
        long now = ticker.nanos();
        long left = deadline.remainingNanos(now);
        if (left <= 0) {
            abort();
            throw timedOut(true, "", null);
        }
        guard.arm(now + Math.min(left, silenceNanos));
        return left <= silenceNanos;
    }

    private TimedOutException timedOut(boolean ofExchange, String silence, @Nullable Throwable cause) {
        String message =
                ofExchange ? "the deadline of the exchange has passed" : silence + " for " + Elapsed.text(silenceNanos);
        return new TimedOutException(message, ofExchange, cause);
    }

    @Override
    public int readNow(ByteBuffer into) throws IOException {
        return raw.readNow(into);
    }

    @Override
    public boolean mayHaveBytes() throws IOException {
        return raw.mayHaveBytes();
    }

    @Override
    public void writeNow(ByteBuffer from) throws IOException {
        raw.writeNow(from);
    }

    @Override
    public @Nullable SocketAddress localAddress() {
        return raw.localAddress();
    }

    @Override
    public @Nullable SocketAddress remoteAddress() {
        return raw.remoteAddress();
    }

    /** Closes at once, without a word to the peer, and wakes whoever is blocked. */
    public void abort() {
        try {
            close();
        } catch (IOException e) {
            LOG.debug("Closing a connection failed", e);
        }
    }

    @Override
    public void close() throws IOException {
        reading.release();
        writing.release();
        raw.close();
    }
}
