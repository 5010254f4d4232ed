// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/**
 * The body of a request that writes itself, on the thread of the call: for frameworks whose bodies push, and for callers who
 * would rather write a stream than publish buffers. A {@link PooledHttpClient} sends it as it is written, and keeps nothing of
 * it; other clients get it as the publisher that it is as well, from memory.
 */
public interface WritableBody extends HttpRequest.BodyPublisher {

    /**
     * Writes all of the body. The stream blocks while the peer is slow. It needs neither flush nor close; what is flushed
     * leaves at once, in a packet of its own.
     *
     * @throws IOException what the stream threw, as it is, or if the body cannot be written: the exchange then fails, and the
     *     peer cannot take what was written for a whole body
     */
    void writeTo(OutputStream out) throws IOException;

    /** Whether {@link #writeTo} writes the same bytes each time: without it, a stale connection is not repeated. */
    boolean isRepeatable();

    /** How many bytes it writes, or -1 if that is not known: they then leave in chunks. */
    @Override
    long contentLength();

    @Override
    default void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        HttpRequest.BodyPublisher publisher;
        try {
            writeTo(bytes);
            publisher = BodyPublishers.ofByteArray(bytes.toByteArray());
        } catch (IOException | RuntimeException e) {
            publisher = BodyPublishers.ofInputStream(() -> {
                throw new IllegalStateException("the request's body could not be written", e);
            });
        }
        publisher.subscribe(subscriber);
    }
}
