// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.StreamingHttpOutputMessage.Body;

/**
 * A body whose length nobody says, as JSON has, and which may be written more than once: if it is small, it is better
 * written to memory first. It then has a length instead of chunks, leaves in one piece with the head, and can be repeated.
 */
final class SmallBody {

    // Most JSON is smaller; of a larger body, this much is written in vain.
    private static final int LARGEST = 32 * 1024;

    private SmallBody() {}

    /** The bytes of the body, or null if there are too many. */
    static byte @Nullable [] bytes(Body body) throws IOException {
        Bounded out = new Bounded();
        try {
            body.writeTo(out);
        } catch (IOException | RuntimeException e) {
            // Converters wrap what the stream throws, so the stream is asked instead.
            if (out.full) {
                return null;
            }
            throw e;
        }
        return out.full ? null : out.bytes.toByteArray();
    }

    private static final class Bounded extends OutputStream {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        private boolean full;

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            full |= length > LARGEST - bytes.size();
            if (full) {
                throw new IOException("more than " + LARGEST + " bytes");
            }
            bytes.write(from, offset, length);
        }
    }
}
