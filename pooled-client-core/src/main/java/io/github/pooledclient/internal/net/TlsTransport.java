// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import io.github.pooledclient.internal.buffer.BufferPool;
import io.github.pooledclient.transport.Origin;
import io.github.pooledclient.transport.TlsIdentity;
import io.github.pooledclient.transport.Transport;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * TLS over another transport. While idle it holds the engine and no buffer: 4.7 KB, where an SSLSocket has 39 KB. As with
 * each transport one thread may read and another write, and {@link #close} is for any.
 */
public final class TlsTransport implements Transport {

    // A record has at most 16,709 bytes with the JDK's engine; with another one that needs more, a buffer is allocated.
    // On the heap, where cipher and engine are at least as fast.
    private static final BufferPool RECORDS = new BufferPool(17 * 1024, 256, ByteBuffer::allocate);
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    // A peer that sends tickets without end must not hold up the one who only looks whether it is alive.
    private static final int MOST_LOOKS = 4;
    private static final int CLOSED = Integer.MIN_VALUE;

    /** How the stream from the peer has ended. */
    private enum End {
        /** By close_notify. */
        CLEAN,
        /** Without: cut off, by the peer or by somebody in between. */
        TRUNCATED,
        /** By a violation of the protocol. */
        BROKEN
    }

    private final Transport below;
    private final SSLEngine engine;
    private final BorrowedBuffer arrived;
    private final BorrowedBuffer plain;
    private final BorrowedBuffer unsent;
    // Held over a write, by design: records leave in the order in which they were made, and a read may have to answer.
    private final ReentrantLock writing = new ReentrantLock();
    // How many threads are inside, and whether it is closed: only who is alone may say goodbye and give buffers back.
    private final AtomicInteger inside = new AtomicInteger();
    private volatile @Nullable End end;
    // Of the thread that reads.
    private boolean wasFilledUp;

    private TlsTransport(Transport below, SSLEngine engine, BufferPool records) {
        this.below = below;
        this.engine = engine;
        this.arrived = new BorrowedBuffer(records);
        this.plain = new BorrowedBuffer(records);
        this.unsent = new BorrowedBuffer(records);
    }

    /**
     * Does the handshake as a client, on the calling thread.
     *
     * @param below closed if the handshake fails, and else by {@link #close}
     * @throws SSLException if the peers do not agree, or do not trust each other
     * @throws IOException what the transport below throws, as it is
     */
    public static TlsTransport handshake(Transport below, Origin peer, TlsIdentity identity) throws IOException {
        return handshake(below, peer, identity, RECORDS);
    }

    static TlsTransport handshake(Transport below, Origin peer, TlsIdentity identity, BufferPool records)
            throws IOException {
        try {
            TlsTransport tls = new TlsTransport(below, TlsParameters.engine(peer, identity), records);
            tls.begin();
            return tls;
        } catch (Throwable failure) {
            closeAfter(failure, below);
            throw failure;
        }
    }

    private void begin() throws IOException {
        try {
            enter();
            try {
                handshake();
            } finally {
                leave();
            }
        } catch (Throwable failure) {
            // Tells the peer why: the engine has an alert ready.
            closeAfter(failure, this);
            throw failure;
        }
    }

    private static void closeAfter(Throwable failure, Transport transport) {
        try {
            transport.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private void handshake() throws IOException {
        engine.beginHandshake();
        HandshakeStatus status = engine.getHandshakeStatus();
        while (status != HandshakeStatus.NOT_HANDSHAKING) {
            switch (status) {
                case NEED_TASK -> runTasks();
                case NEED_WRAP -> send(NOTHING, true);
                default -> receiveForHandshake();
            }
            status = engine.getHandshakeStatus();
        }
    }

    private void receiveForHandshake() throws IOException {
        SSLEngineResult result = unwrap(NOTHING);
        boolean ended = result.getStatus() == Status.CLOSED;
        if (!ended && needsMore(result)) {
            ended = fill(true) < 0;
        }
        if (ended) {
            SSLHandshakeException failure = new SSLHandshakeException("Remote host terminated the handshake");
            failure.initCause(new EOFException("SSL peer shut down incorrectly"));
            throw failure;
        }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return receive(into, true);
    }

    /** As the interface says; messages of TLS itself, tickets say, are taken in and count as nothing. */
    @Override
    public int readNow(ByteBuffer into) throws IOException {
        return receive(into, false);
    }

    /** As the interface says; messages of TLS itself count here, until a read has taken them in. */
    @Override
    public boolean mayHaveBytes() throws IOException {
        return mayHideBytes() || below.mayHaveBytes();
    }

    private int receive(ByteBuffer into, boolean wait) throws IOException {
        enter();
        try {
            return plain.isEmpty() ? decrypt(into, wait) : drainPlain(into);
        } finally {
            leave();
        }
    }

    private int decrypt(ByteBuffer into, boolean wait) throws IOException {
        // As a rule known without asking the engine, which would make a result only to say so.
        boolean needsMore = arrived.isEmpty() && engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
        for (int looks = 0; end == null; ) {
            if (needsMore) {
                if (!wait && looks++ == MOST_LOOKS) {
                    return 0;
                }
                int count = fill(wait);
                if (count == 0) {
                    return 0;
                }
                if (count < 0) {
                    end = End.TRUNCATED;
                    break;
                }
            }
            SSLEngineResult result = unwrap(into);
            if (result.bytesProduced() > 0) {
                return plain.isEmpty() ? result.bytesProduced() : drainPlain(into);
            }
            if (result.getStatus() == Status.CLOSED) {
                end = End.CLEAN;
            }
            needsMore = end == null && !answered(result.getHandshakeStatus(), wait) && needsMore(result);
        }
        if (end == End.BROKEN) {
            throw new SSLException("TLS has failed before");
        }
        return -1;
    }

    /** Does what the engine asks for after a key update or a renegotiation; false if that was nothing. */
    private boolean answered(HandshakeStatus status, boolean wait) throws IOException {
        switch (status) {
            case NEED_TASK -> runTasks();
            case NEED_WRAP -> {
                if (!wait) {
                    // Leaves with the next write: early enough by RFC 8446, 4.6.3.
                    return false;
                }
                send(NOTHING, true);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    // Not only what says so: a result without any progress would else be asked for again for ever.
    private static boolean needsMore(SSLEngineResult result) {
        return result.getStatus() == Status.BUFFER_UNDERFLOW
                || (result.bytesConsumed() == 0
                        && result.getHandshakeStatus() != HandshakeStatus.NEED_TASK
                        && result.getHandshakeStatus() != HandshakeStatus.NEED_UNWRAP_AGAIN);
    }

    /** Decrypts one record into the given buffer, or into {@link #plain} if it does not fit. */
    private SSLEngineResult unwrap(ByteBuffer into) throws IOException {
        try {
            SSLEngineResult result = engine.unwrap(arrived.content(), into);
            if (result.getStatus() == Status.BUFFER_OVERFLOW) {
                result = unwrapToPlain();
            }
            if (result.getStatus() == Status.BUFFER_OVERFLOW) {
                throw new SSLException("a TLS record is larger than its session allows");
            }
            return result;
        } catch (SSLException e) {
            end = End.BROKEN;
            throw e;
        } finally {
            arrived.consumed();
        }
    }

    // The engine wants room for a whole record, and with less than the session's buffer size asks for more for ever.
    private SSLEngineResult unwrapToPlain() throws SSLException {
        ByteBuffer room = plain.fill(engine.getSession().getApplicationBufferSize());
        try {
            return engine.unwrap(arrived.content(), room);
        } finally {
            plain.filled();
        }
    }

    private int fill(boolean wait) throws IOException {
        ByteBuffer room = arrived.fill(engine.getSession().getPacketBufferSize());
        try {
            if (!room.hasRemaining()) {
                end = End.BROKEN;
                throw new SSLException("a TLS record is larger than " + room.capacity() + " bytes");
            }
            return wait ? below.read(room) : below.readNow(room);
        } finally {
            wasFilledUp = !room.hasRemaining();
            arrived.filled();
        }
    }

    private int drainPlain(ByteBuffer into) {
        ByteBuffer from = plain.content();
        int count = Math.min(from.remaining(), into.remaining());
        int limit = from.limit();
        into.put(from.limit(from.position() + count));
        from.limit(limit);
        plain.consumed();
        return count;
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
        sendContent(from, true);
    }

    /** As the interface says; a record that leaves only in part is completed by the next write. */
    @Override
    public void writeNow(ByteBuffer from) throws IOException {
        sendContent(from, false);
    }

    private void sendContent(ByteBuffer from, boolean wait) throws IOException {
        enter();
        try {
            // The engine would make a record of nothing.
            if (from.hasRemaining()) {
                send(from, wait);
            }
        } finally {
            leave();
        }
    }

    /** Sends what is left of the last record, then what the engine itself has to say, then the given bytes. */
    private void send(ByteBuffer from, boolean wait) throws IOException {
        writing.lock();
        try {
            do {
                if (unsent.isEmpty()) {
                    encrypt(from);
                }
                if (wait) {
                    below.write(unsent.content());
                } else {
                    below.writeNow(unsent.content());
                }
                unsent.consumed();
            } while (unsent.isEmpty() && from.hasRemaining());
        } finally {
            writing.unlock();
        }
    }

    private void encrypt(ByteBuffer from) throws IOException {
        ByteBuffer room = unsent.fill(engine.getSession().getPacketBufferSize());
        try {
            SSLEngineResult result = wrap(from, room);
            // The messages of a flight leave together.
            while (result.bytesProduced() > 0
                    && result.getStatus() == Status.OK
                    && result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                result = wrap(from, room);
            }
            if (room.position() == 0) {
                throw result.getStatus() == Status.CLOSED
                        ? new ClosedChannelException()
                        : new SSLException("nothing can be written while TLS says " + result);
            }
        } catch (SSLException e) {
            end = End.BROKEN;
            throw e;
        } finally {
            unsent.filled();
        }
    }

    private SSLEngineResult wrap(ByteBuffer from, ByteBuffer room) throws SSLException {
        SSLEngineResult result = engine.wrap(from, room);
        while (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK && result.bytesProduced() == 0) {
            runTasks();
            result = engine.wrap(from, room);
        }
        return result;
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    /**
     * Whether the peer has said that there is nothing more to come, once a read has returned -1: if not, then bytes may be
     * missing.
     */
    public boolean endedCleanly() {
        return end == End.CLEAN;
    }

    /**
     * Whether there are bytes that were received and not read, or may be: those of a later record, and what waits behind a
     * read that took all it had room for. For the thread that reads.
     */
    public boolean mayHideBytes() {
        return wasFilledUp || !arrived.isEmpty() || !plain.isEmpty();
    }

    public SSLSession session() {
        return engine.getSession();
    }

    @Override
    public @Nullable SocketAddress localAddress() {
        return below.localAddress();
    }

    @Override
    public @Nullable SocketAddress remoteAddress() {
        return below.remoteAddress();
    }

    /** Closes at once; close_notify is tried if nobody is inside, and never waited for. */
    @Override
    public void close() throws IOException {
        try {
            if (inside.getAndUpdate(threads -> threads | CLOSED) == 0) {
                sayGoodbye();
                giveBack();
            }
        } finally {
            below.close();
        }
    }

    private void sayGoodbye() {
        try {
            engine.closeOutbound();
            send(NOTHING, false);
        } catch (IOException | RuntimeException itWasOnlyPolite) {
            // The peer will see the end of the stream.
        }
    }

    private void enter() throws IOException {
        if (inside.getAndUpdate(threads -> threads < 0 ? threads : threads + 1) < 0) {
            throw new ClosedChannelException();
        }
    }

    private void leave() {
        if (inside.decrementAndGet() == CLOSED) {
            giveBack();
        }
    }

    private void giveBack() {
        arrived.giveBack();
        plain.giveBack();
        unsent.giveBack();
    }
}
