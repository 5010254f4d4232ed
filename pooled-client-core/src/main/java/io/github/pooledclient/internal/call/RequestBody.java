// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.RequestState;
import io.github.pooledclient.WritableBody;
import io.github.pooledclient.internal.http.Failures;
import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.Ticker;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Pulls a {@link BodyPublisher} into blocking writes, one buffer at a time: the JDK's publishers give it on the thread that
 * asks, so nothing is handed over. Confined to the thread of the call.
 */
final class RequestBody implements RequestContent {

    private static final Set<String> ALWAYS_WITH_CONTENT = Set.of("POST", "PUT", "PATCH");

    // A publisher that gives its bytes this soon, from whatever thread, has them sent together with the head.
    private static final long BRIEF_NANOS = Duration.ofMillis(1).toNanos();
    // While it has none, the peer may answer, close, or the call be cancelled: looked for this often.
    private static final long LOOK_EVERY_NANOS = Duration.ofMillis(50).toNanos();

    private final BodyPublisher publisher;
    private final long length;
    private final boolean isAbsent;
    private final Deadline deadline;
    private final Ticker ticker;

    private RequestBody(BodyPublisher publisher, long length, boolean isAbsent, Deadline deadline, Ticker ticker) {
        this.publisher = publisher;
        this.length = length;
        this.isAbsent = isAbsent;
        this.deadline = deadline;
        this.ticker = ticker;
    }

    /** The content of a request; nothing is said of a publisher of nothing, if the method has no use for content. */
    static RequestContent of(HttpRequest request, Deadline deadline, Ticker ticker) {
        BodyPublisher publisher = request.bodyPublisher().orElse(null);
        if (publisher == null) {
            return NONE;
        }
        long length = Math.max(publisher.contentLength(), -1);
        boolean isAbsent = length == 0 && !ALWAYS_WITH_CONTENT.contains(request.method());
        return publisher instanceof WritableBody writable
                ? new WrittenBody(writable, length, isAbsent)
                : new RequestBody(publisher, length, isAbsent, deadline, ticker);
    }

    @Override
    public boolean isAbsent() {
        return isAbsent;
    }

    @Override
    public long length() {
        return length;
    }

    /**
     * Publishers of known length give the same bytes to each subscriber: bytes, strings, files. One of unknown length reads a
     * stream, which may be gone: sending nothing in its place would be worse than failing.
     */
    @Override
    public boolean isRepeatable() {
        return length >= 0;
    }

    @Override
    public void writeTo(Sink sink) throws IOException {
        // Also one of no bytes: that there are none is only what it says.
        Puller puller = new Puller(sink);
        publisher.subscribe(puller);
        try {
            for (ByteBuffer bytes = puller.next(); bytes != null; bytes = puller.next()) {
                sink.write(bytes);
            }
        } catch (Throwable failure) {
            puller.cancel();
            throw failure;
        }
    }

    /** Asks for one buffer and waits for it; a publisher may answer from any thread. */
    private final class Puller implements Flow.Subscriber<ByteBuffer> {

        private static final Object COMPLETED = new Object();

        private final Thread reader = Thread.currentThread();
        private final Sink sink;
        private volatile Flow.@Nullable Subscription subscription;
        private volatile @Nullable ByteBuffer buffer;
        // COMPLETED, or the Throwable that ended it.
        private volatile @Nullable Object end;

        Puller(Sink sink) {
            this.sink = sink;
        }

        /** The next buffer, or null at the end. */
        @Nullable
        ByteBuffer next() throws IOException {
            if (subscription == null) {
                awaitUntil(() -> subscription != null);
            }
            Flow.Subscription source = subscription;
            if (source != null && end == null) {
                source.request(1);
            }
            if (buffer == null) {
                awaitUntil(() -> buffer != null);
            }
            // The end may have come right behind the last buffer.
            ByteBuffer given = buffer;
            buffer = null;
            if (given == null && end instanceof Throwable failure) {
                throw new IOException("the request's body publisher failed: " + failure, failure);
            }
            return given;
        }

        private void awaitUntil(BooleanSupplier there) throws IOException {
            for (long pause = BRIEF_NANOS; !there.getAsBoolean() && end == null; pause = LOOK_EVERY_NANOS) {
                if (pause > BRIEF_NANOS) {
                    // A publisher that takes its time: what it has given so far should not wait with us.
                    sink.flush();
                }
                park(pause);
            }
        }

        private void park(long nanos) throws IOException {
            long remaining = deadline.remainingNanos(ticker.nanos());
            if (remaining <= 0) {
                throw Failures.timeout(
                        RequestState.MAYBE_SENT,
                        "the request's timeout passed while its body publisher was asked",
                        null);
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted while waiting for the request's body publisher");
            }
            LockSupport.parkNanos(this, Math.min(nanos, remaining));
        }

        void cancel() {
            Flow.Subscription source = subscription;
            if (source != null) {
                source.cancel();
            }
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            if (subscription != null) {
                given.cancel();
                return;
            }
            subscription = given;
            LockSupport.unpark(reader);
        }

        @Override
        public void onNext(ByteBuffer bytes) {
            if (bytes == null) {
                throw endedBy(new NullPointerException("onNext was called with null (Reactive Streams, 2.13)"));
            }
            if (end != null) {
                endedBy(new IllegalStateException("it went on behind its end (Reactive Streams, 1.7)"));
            } else if (buffer != null) {
                // One was asked for. To drop the other would be to send a body with a hole.
                endedBy(new IllegalStateException("it gave more than it was asked for (Reactive Streams, 1.1)"));
            } else {
                buffer = bytes;
                LockSupport.unpark(reader);
            }
        }

        @Override
        public void onError(Throwable failure) {
            if (failure == null) {
                throw endedBy(new NullPointerException("onError was called with null (Reactive Streams, 2.13)"));
            }
            endedBy(failure);
        }

        private <T extends Throwable> T endedBy(T failure) {
            end = failure;
            LockSupport.unpark(reader);
            return failure;
        }

        @Override
        public void onComplete() {
            if (end == null) {
                end = COMPLETED;
            }
            LockSupport.unpark(reader);
        }
    }
}
