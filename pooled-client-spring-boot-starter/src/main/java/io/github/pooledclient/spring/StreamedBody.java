// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import io.github.pooledclient.WritableBody;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.StreamingHttpOutputMessage.Body;

/** A body of Spring's, which writes itself on the thread of the call. Confined to that thread. */
final class StreamedBody implements WritableBody {

    private final Body body;
    private final long length;
    private @Nullable Throwable failure;

    /**
     * @param length how many bytes there will be; -1 = unknown
     */
    StreamedBody(Body body, long length) {
        this.body = body;
        this.length = length;
    }

    @Override
    public long contentLength() {
        return length;
    }

    @Override
    public boolean isRepeatable() {
        return body.repeatable();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        try {
            body.writeTo(out);
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
            throw e;
        }
    }

    /** What the body threw, if callers of Spring expect it as it is (a converter's exception), else the given failure. */
    IOException uncheckedFailureOr(IOException exchangeFailure) {
        if (failure instanceof RuntimeException unchecked && isCauseOf(exchangeFailure, unchecked)) {
            throw unchecked;
        }
        if (failure instanceof Error error && isCauseOf(exchangeFailure, error)) {
            throw error;
        }
        return exchangeFailure;
    }

    /** Otherwise the exchange failed first, and the body's failure is only that nobody took its bytes any more. */
    private static boolean isCauseOf(IOException exchangeFailure, Throwable candidate) {
        Throwable cause = exchangeFailure;
        // Bounded, because a chain of causes may be a ring.
        for (int depth = 0; cause != null && depth < 100; depth++, cause = cause.getCause()) {
            if (cause == candidate) {
                return true;
            }
        }
        return false;
    }
}
