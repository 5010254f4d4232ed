// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import io.github.pooledclient.internal.wire.WireInput;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;

/** Content that ends where the connection does. */
final class UntilCloseInput implements BodyInput {

    private final WireInput input;
    private final BooleanSupplier endedCleanly;
    private boolean isAtEnd;

    /** @param endedCleanly whether the end of the stream was the peer's doing: over TLS, that it sent close_notify */
    UntilCloseInput(WireInput input, BooleanSupplier endedCleanly) {
        this.input = input;
        this.endedCleanly = endedCleanly;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (isAtEnd) {
            return -1;
        }
        int count = input.read(into, Long.MAX_VALUE);
        if (count >= 0) {
            return count;
        }
        // Anyone on the way can end a TCP connection; over TLS only the peer can say that it was meant (RFC 9112, 9.8).
        if (!endedCleanly.getAsBoolean()) {
            throw new EOFException(
                    "closed without a close_notify in a body that ends with the connection (RFC 9112, 9.8)");
        }
        isAtEnd = true;
        return -1;
    }

    @Override
    public boolean isAtEnd() {
        return isAtEnd;
    }

    @Override
    public long remaining() {
        return isAtEnd ? 0 : -1;
    }

    @Override
    public int available() {
        return input.available();
    }
}
