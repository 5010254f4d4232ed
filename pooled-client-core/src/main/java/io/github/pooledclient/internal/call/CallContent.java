// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.RequestState;
import io.github.pooledclient.internal.http.Failures;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The content of the response that a call ends with: its end is the call's. It closes itself behind its last byte and after
 * a failure, so that the connection is back before anybody sees the end. Confined to one thread at a time, but for
 * {@link #cancel}.
 */
final class CallContent implements ResponseContent {

    private final ResponseContent content;
    private final Lifecycle lifecycle;
    private boolean closed;
    private boolean isWhole;
    private @Nullable IOException failure;
    private @Nullable HandedOver handedOver;

    CallContent(ResponseContent content, Lifecycle lifecycle) {
        this.content = content;
        this.lifecycle = lifecycle;
    }

    /**
     * Its user has it from now on, and may neither read nor close it for long, or ever: he is told if the call is cancelled,
     * and when nobody has him any more, it is {@link #lost}.
     *
     * @param user whose methods that use this end with a reachability fence: while one of them runs, he is not gone
     */
    void handOverTo(Lifecycle.Interruptible user) {
        if (!closed) {
            handedOver = new HandedOver(this, user);
            handedOver.watch();
            lifecycle.waits(handedOver);
        }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (failure != null) {
            // Not an end: who reads on after a failure must not take what he has for the whole.
            throw Failures.io(
                    RequestState.RESPONSE_STARTED,
                    "the response body has failed before: " + failure.getMessage(),
                    failure);
        }
        if (closed && !isWhole) {
            // Closed by another thread, between two reads: no end either.
            throw Failures.io(RequestState.RESPONSE_STARTED, "the response body was closed", null);
        }
        if (closed) {
            return -1;
        }
        boolean more = false;
        try {
            int count = content.read(into);
            more = count >= 0 && content.remaining() != 0;
            isWhole = !more;
            return count;
        } catch (IOException e) {
            failure = e;
            throw e;
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
        end(false);
    }

    @Override
    public void lost() {
        end(true);
    }

    private void end(boolean isLost) {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (isLost) {
                content.lost();
            } else {
                content.close();
            }
        } finally {
            if (handedOver != null) {
                handedOver.release();
                lifecycle.ended(handedOver);
            }
            lifecycle.end();
        }
    }

    @Override
    public void cancel() {
        content.cancel();
    }
}
