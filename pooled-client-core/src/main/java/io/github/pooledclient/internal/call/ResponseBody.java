// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.RequestState;
import io.github.pooledclient.internal.http.Failures;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Feeds a {@link BodySubscriber} from blocking reads. Where these happen is the subclass's to say: on the thread that asks
 * ({@link CallerServedBody}), or on the exchange's own ({@link ThreadServedBody}).
 *
 * <p>Any thread may ask and cancel; one at a time reads and signals. Buffers are the subscriber's to keep.
 */
abstract class ResponseBody<T> implements Flow.Subscription {

    private static final int CHUNK = 16 * 1024;
    private static final List<ByteBuffer> NOTHING =
            List.of(ByteBuffer.allocate(0).asReadOnlyBuffer());

    final CallContent content;
    final BodySubscriber<T> subscriber;
    private final AtomicLong demand = new AtomicLong();
    private volatile boolean cancelled;
    private volatile @Nullable Throwable wrongDemand;
    // Of the thread that serves.
    private boolean signalledEnd;

    ResponseBody(CallContent content, BodySubscriber<T> subscriber) {
        this.content = content;
        this.subscriber = subscriber;
    }

    /** Feeds the subscriber until its body is there, and returns that. */
    abstract T receive() throws IOException, InterruptedException;

    /** There is something to serve: demand, or a cancellation. */
    abstract void serve();

    @Override
    public final void request(long n) {
        if (n <= 0) {
            // Reactive Streams, 3.9: told by onError.
            wrongDemand = new IllegalArgumentException("request(n) must ask for at least 1: " + n);
        } else {
            demand.getAndAccumulate(n, (now, more) -> now + more < 0 ? Long.MAX_VALUE : now + more);
        }
        serve();
    }

    @Override
    public void cancel() {
        cancelled = true;
        serve();
    }

    final long demand() {
        return demand.get();
    }

    final boolean isCancelled() {
        return cancelled;
    }

    /** Whether there is something to do for the thread that serves. */
    final boolean hasWork() {
        return !signalledEnd && (cancelled || wrongDemand != null || demand.get() > 0 || content.remaining() == 0);
    }

    final boolean isOver() {
        return signalledEnd;
    }

    /** Begins: from now on the subscriber may ask. */
    final void subscribe() {
        try {
            subscriber.onSubscribe(this);
        } catch (RuntimeException | Error e) {
            end(e);
        }
    }

    /** Serves what there is to do, once: reads and signals. Only if {@link #hasWork}. */
    final void serveOnce() {
        Throwable wrong = wrongDemand;
        if (cancelled) {
            signalledEnd = true;
            content.close();
        } else if (wrong != null) {
            end(wrong);
        } else {
            pass();
        }
    }

    private void pass() {
        ByteBuffer bytes;
        try {
            bytes = read();
        } catch (IOException | RuntimeException | Error e) {
            end(e);
            return;
        }
        if (bytes != null) {
            deliver(List.of(bytes));
        }
        if (!signalledEnd && content.isClosed()) {
            end(null);
        }
    }

    private @Nullable ByteBuffer read() throws IOException {
        long remaining = content.remaining();
        if (remaining == 0) {
            content.close();
            return null;
        }
        byte[] bytes = new byte[remaining < 0 ? CHUNK : (int) Math.min(remaining, CHUNK)];
        int count = content.read(ByteBuffer.wrap(bytes));
        if (count < 0) {
            return null;
        }
        // Whoever keeps a small piece should not keep a large array with it.
        byte[] kept = count < bytes.length / 2 ? Arrays.copyOf(bytes, count) : bytes;
        return ByteBuffer.wrap(kept, 0, count).slice().asReadOnlyBuffer();
    }

    private void deliver(List<ByteBuffer> buffers) {
        demand.getAndUpdate(now -> now == Long.MAX_VALUE || now == 0 ? now : now - 1);
        try {
            subscriber.onNext(buffers);
        } catch (RuntimeException | Error e) {
            end(e);
        }
    }

    /** Answers demand with no bytes: whoever reads then asks again, and is the one to wait for them. */
    final void deliverNothing() {
        deliver(NOTHING);
    }

    private void end(@Nullable Throwable failure) {
        signalledEnd = true;
        content.close();
        if (failure == null) {
            subscriber.onComplete();
        } else {
            subscriber.onError(failure);
        }
    }

    /** The body of the subscriber, when it is there. */
    final T await(CompletionStage<T> body) throws IOException, InterruptedException {
        try {
            return body.toCompletableFuture().get();
        } catch (ExecutionException e) {
            throw asIoException(e.getCause() == null ? e : e.getCause());
        }
    }

    /** As the JDK's client, turns what a handler or subscriber fails with into an {@link IOException}. */
    static IOException asIoException(Throwable failure) {
        if (failure instanceof IOException e) {
            return e;
        }
        return Failures.io(RequestState.RESPONSE_STARTED, "the response's body handler failed: " + failure, failure);
    }
}
