// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import io.github.pooledclient.internal.wire.WireInput;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Content of a length that the head said, zero included. */
final class FixedLengthInput implements BodyInput {

    private final WireInput input;
    private final long length;
    private long remaining;

    FixedLengthInput(WireInput input, long length) {
        this.input = input;
        this.length = length;
        this.remaining = length;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (remaining == 0) {
            return -1;
        }
        int count = input.read(into, remaining);
        if (count < 0) {
            throw new EOFException("closed by the peer after %d of %d bytes of the body (RFC 9112, 8)"
                    .formatted(length - remaining, length));
        }
        remaining -= count;
        return count;
    }

    @Override
    public boolean isAtEnd() {
        return remaining == 0;
    }

    @Override
    public long remaining() {
        return remaining;
    }

    @Override
    public int available() {
        return (int) Math.min(input.available(), remaining);
    }
}
