// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import io.github.pooledclient.internal.wire.WireOutput;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Content of the length that the head announces, zero included. */
final class FixedLengthOutput implements BodyOutput {

    private final WireOutput output;
    private final long length;
    private long written;
    private boolean isTooLong;

    FixedLengthOutput(WireOutput output, long length) {
        this.output = output;
        this.length = length;
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
        isTooLong |= from.remaining() > length - written;
        requireNotTooLong();
        written += from.remaining();
        output.write(from);
    }

    @Override
    public void flush() throws IOException {
        // The last bytes wait for finish(): the source may yet fail, or turn out to have more than it said.
        if (written < length) {
            output.flush();
        }
    }

    @Override
    public void finish() throws IOException {
        requireNotTooLong();
        if (written < length) {
            throw new ContentFailure("content ended after %d of %d bytes announced".formatted(written, length), null);
        }
        output.flush();
    }

    private void requireNotTooLong() throws IOException {
        if (isTooLong) {
            throw new ContentFailure("content has more than the %d bytes announced".formatted(length), null);
        }
    }
}
