// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** The stream of a body that is all here. Like that of any other body, it has nothing more to say once it is closed. */
final class WholeBody extends InputStream {

    private final ByteBuffer bytes;
    private volatile boolean closed;

    WholeBody(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    @Override
    public int read() throws IOException {
        refuseIfClosed();
        return bytes.hasRemaining() ? bytes.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        refuseIfClosed();
        if (length == 0) {
            return 0;
        }
        int count = Math.min(length, bytes.remaining());
        bytes.get(into, offset, count);
        return count == 0 ? -1 : count;
    }

    private void refuseIfClosed() throws IOException {
        if (closed) {
            throw new IOException("the response body was closed");
        }
    }

    @Override
    public int available() {
        return closed ? 0 : bytes.remaining();
    }

    @Override
    public void close() {
        closed = true;
    }
}
