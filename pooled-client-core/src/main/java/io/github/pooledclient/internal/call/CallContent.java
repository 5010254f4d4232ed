// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The content of the response that a call ends with: its end is the call's. It closes itself behind its last byte and after
 * a failure, so that the connection is back before anybody sees the end. Confined to one thread at a time, but for
 * {@link #cancel}.
 */
final class CallContent implements ResponseContent {

    private final ResponseContent content;
    private final Lifecycle lifecycle;
    private boolean closed;

    CallContent(ResponseContent content, Lifecycle lifecycle) {
        this.content = content;
        this.lifecycle = lifecycle;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (closed) {
            return -1;
        }
        boolean more = false;
        try {
            int count = content.read(into);
            more = count >= 0 && content.remaining() != 0;
            return count;
        } finally {
            if (!more) {
                close();
            }
        }
    }

    @Override
    public long remaining() {
        return closed ? 0 : content.remaining();
    }

    @Override
    public int available() {
        return closed ? 0 : content.available();
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            try {
                content.close();
            } finally {
                lifecycle.end();
            }
        }
    }

    @Override
    public void cancel() {
        content.cancel();
    }
}
