// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.WritableBody;
import io.github.pooledclient.internal.http.RequestContent;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Content that writes itself, through one buffer. Confined to the thread of the call. */
record WrittenBody(WritableBody body, long length, boolean isAbsent) implements RequestContent {

    private static final int BUFFER = 16 * 1024;

    @Override
    public boolean isRepeatable() {
        return body.isRepeatable();
    }

    @Override
    public void writeTo(Sink sink) throws IOException {
        SinkStream out = new SinkStream(sink);
        body.writeTo(out);
        out.flushBuffer();
    }

    /** Sends when its buffer is full, or its writer flushes: one that writes slowly knows what should not wait. */
    private static final class SinkStream extends OutputStream {

        private final Sink sink;
        private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);

        SinkStream(Sink sink) {
            this.sink = sink;
        }

        @Override
        public void write(int value) throws IOException {
            if (!buffer.hasRemaining()) {
                flushBuffer();
            }
            buffer.put((byte) value);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            if (length > buffer.remaining()) {
                flushBuffer();
            }
            if (length >= BUFFER) {
                sink.write(ByteBuffer.wrap(bytes, offset, length));
            } else {
                buffer.put(bytes, offset, length);
            }
        }

        @Override
        public void flush() throws IOException {
            flushBuffer();
            sink.flush();
        }

        private void flushBuffer() throws IOException {
            if (buffer.position() > 0) {
                sink.write(buffer.flip());
                buffer.clear();
            }
        }
    }
}
