// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow.Subscriber;
import org.jspecify.annotations.Nullable;
import org.springframework.http.StreamingHttpOutputMessage.Body;

/**
 * A body that writes itself, as a publisher without a thread of its own: it is written by the thread that asks for its
 * bytes. Confined to one thread at a time.
 */
final class StreamedBody implements BodyPublisher {

    private final Body body;
    private final long length;
    private boolean written;
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
    public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
        BodyDelivery delivery = new BodyDelivery(this::write, subscriber);
        subscriber.onSubscribe(delivery);
    }

    private void write(BodyOutput out) throws IOException {
        if (written && !body.repeatable()) {
            throw new IOException("the body of this request can be written only once");
        }
        written = true;
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
