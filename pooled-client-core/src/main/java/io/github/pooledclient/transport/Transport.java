// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.transport;

import java.io.Closeable;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A stream of bytes to a peer and back, blocking.
 *
 * <p>One thread at a time reads, one at a time writes, and they may be two. {@link #close()} may be called by any
 * thread at any time, and wakes a thread that is blocked in the others: that is how deadlines and cancellation work,
 * so an implementation without it makes both late. An interrupt of a blocked thread should end the operation with an
 * {@link IOException}; the transport need not be usable after it.
 */
public interface Transport extends Closeable {

    /**
     * Reads what there is, at least one byte, and blocks until then.
     *
     * @param into has room for at least one byte
     * @return how many bytes were read, or -1 at the end of the stream
     * @throws IOException if the transport is broken or was closed
     */
    int read(ByteBuffer into) throws IOException;

    /**
     * Reads what there is, if there is any, and does not block: how an idle connection is looked at.
     *
     * @return how many bytes were read; 0 if there are none now; -1 at the end of the stream
     * @throws IOException if the transport is broken or was closed
     */
    int readNow(ByteBuffer into) throws IOException;

    /**
     * Whether {@link #readNow} may find bytes: asked before each use of a connection, so that what came unasked is never
     * taken for an answer, and so it should cost less than {@link #readNow}. The end of the stream need not count. Yes,
     * unless an implementation knows better.
     *
     * @throws IOException if the transport is broken or was closed
     */
    default boolean mayHaveBytes() throws IOException {
        return true;
    }

    /**
     * Writes all that remains in the buffer, and blocks until the last byte is accepted.
     *
     * @throws IOException if the transport is broken or was closed; some bytes may have been accepted, and then the
     *     buffer's position says how many
     */
    void write(ByteBuffer from) throws IOException;

    /**
     * Writes what is accepted at once, possibly nothing, and does not block: a last word before the close.
     *
     * @throws IOException if the transport is broken or was closed
     */
    void writeNow(ByteBuffer from) throws IOException;

    /** This end, or null where that has no meaning. */
    @Nullable
    SocketAddress localAddress();

    /** The peer's end, or null where that has no meaning. */
    @Nullable
    SocketAddress remoteAddress();

    /** Closes at once, discarding what is not yet sent, and wakes whoever is blocked. Closing again has no effect. */
    @Override
    void close() throws IOException;
}
