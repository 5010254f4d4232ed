// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;

/**
 * Writes a body when its subscriber first asks, on the asking thread, and hands over the bytes as they come.
 *
 * <p>A writer cannot be stopped in the middle. The client therefore asks for more while it takes what it asked for
 * before, and nothing is ever kept; for a subscriber that does not, what it has not yet asked for waits here. Confined to
 * one thread at a time, but for {@link #cancel}.
 */
final class BodyDelivery implements Subscription {

    /** Writes a body. */
    interface Writer {
        void writeTo(BodyOutput out) throws IOException;
    }

    private final Writer writer;
    private final Subscriber<? super ByteBuffer> subscriber;
    private final Queue<ByteBuffer> waiting = new ArrayDeque<>();
    private long demand;
    private boolean begun;
    private boolean written;
    private boolean delivering;
    private volatile boolean over;

    BodyDelivery(Writer writer, Subscriber<? super ByteBuffer> subscriber) {
        this.writer = writer;
        this.subscriber = subscriber;
    }

    @Override
    public void request(long count) {
        if (count <= 0) {
            fail(new IllegalArgumentException("demand must be positive: " + count));
            return;
        }
        demand = demand + count < 0 ? Long.MAX_VALUE : demand + count;
        if (!begun) {
            begun = true;
            write();
        } else {
            deliver();
        }
    }

    private void write() {
        try {
            BodyOutput out = new BodyOutput(this::take);
            writer.writeTo(out);
            out.flush();
            written = true;
            deliver();
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
    }

    private void take(ByteBuffer bytes) throws IOException {
        waiting.add(bytes);
        deliver();
        if (over) {
            throw new IOException("the exchange has ended: no more of the body is wanted");
        }
    }

    private void deliver() {
        if (delivering) {
            // The subscriber asks from within onNext: the loop below sees the new demand.
            return;
        }
        delivering = true;
        while (!over && demand > 0 && !waiting.isEmpty()) {
            demand--;
            subscriber.onNext(waiting.remove());
        }
        delivering = false;
        if (!over && written && waiting.isEmpty()) {
            over = true;
            subscriber.onComplete();
        }
    }

    private void fail(Throwable failure) {
        if (!over) {
            over = true;
            subscriber.onError(failure);
        }
    }

    @Override
    public void cancel() {
        over = true;
    }
}
