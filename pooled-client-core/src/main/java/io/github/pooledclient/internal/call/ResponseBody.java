// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.RequestState;
import io.github.pooledclient.internal.http.Failures;
import java.io.IOException;
import java.lang.ref.Reference;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * Feeds a {@link BodySubscriber} from blocking reads. Where these happen is the subclass's to say: on the thread that asks
 * ({@link CallerServedBody}), or on one of ours ({@link ThreadServedBody}).
 *
 * <p>Any thread may ask and cancel; one at a time reads and signals. Buffers are the subscriber's to keep.
 *
 * <p>Who serves has this, and with it the subscriber; but when there is nothing to do, only the user does. So a subscription
 * that nobody can reach is one that nobody will ask, and its content is lost. The fences keep it from being taken for that
 * in the last method that somebody calls.
 *
 * <p>The JDK's streams (of bytes, of lines, mapped, buffered) ask for a first piece when they are subscribed, and whoever
 * reads them, which may be a mapper in {@code getBody()}, then only waits for it. So it is answered at once, with nothing:
 * the reader asks again. To answer with bytes would be to wait for them, and a response would come only with its body.
 */
abstract class ResponseBody<T> implements Flow.Subscription, Lifecycle.Interruptible {

    @SuppressWarnings("rawtypes")
    private static final AtomicLongFieldUpdater<ResponseBody> DEMAND =
            AtomicLongFieldUpdater.newUpdater(ResponseBody.class, "demand");

    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<ResponseBody> TURNS =
            AtomicIntegerFieldUpdater.newUpdater(ResponseBody.class, "turns");

    private static final int CHUNK = 16 * 1024;
    // More than this is not the demand of something that reads piece by piece.
    private static final long MOST_OF_A_STREAM = 256;

    final CallContent content;
    private final BodySubscriber<T> subscriber;
    private volatile long demand;
    // Who raises it from 0 serves, for all who raise it meanwhile. Who receives the body begins.
    private volatile int turns = 1;
    private volatile boolean cancelled;
    private volatile boolean isReading;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable Throwable toldFailure;
    private volatile @Nullable CompletableFuture<T> awaited;
    private boolean asksPieceByPiece;
    private volatile boolean signalledEnd;

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
        try {
            ask(n);
            serve();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private void ask(long n) {
        if (n <= 0) {
            // Reactive Streams, 3.9: told by onError.
            failure = new IllegalArgumentException("request(n) must ask for at least 1: " + n);
        } else {
            DEMAND.getAndAccumulate(this, n, (now, more) -> now + more < 0 ? Long.MAX_VALUE : now + more);
        }
    }

    /** The call was cancelled: its subscriber is told. */
    @Override
    public void interrupt() {
        stop(Failures.io(RequestState.RESPONSE_STARTED, "the client was shut down while the body was read", null));
    }

    /** Ends it from any thread; the subscriber hears why. Without effect once it is over. */
    final void stop(Throwable why) {
        try {
            failure = why;
            stopReading();
            serve();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public final void cancel() {
        try {
            cancelled = true;
            stopReading();
            serve();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    // Behind the store of a reason: either the reader sees that one before it reads, or is seen here.
    private void stopReading() {
        if (isReading) {
            content.cancel();
        }
    }

    /** Whether there is something to do for the thread that serves. */
    final boolean hasWork() {
        return !signalledEnd && (mustEnd() || demand > 0 || content.remaining() == 0);
    }

    /** Asks for a turn; if true, it is the calling thread's, and {@link #serveAll} must follow, there or elsewhere. */
    final boolean takesTurn() {
        return TURNS.getAndIncrement(this) == 0;
    }

    /** Gives the turn back; or returns false, because there is something to do. */
    final boolean leave() {
        try {
            int seen = turns;
            while (!hasWork()) {
                seen = TURNS.addAndGet(this, -seen);
                if (seen == 0) {
                    return true;
                }
            }
            return false;
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Serves until there is nothing to do, and gives the turn back. */
    final void serveAll() {
        while (!leave()) {
            serveOnce();
        }
    }

    private boolean mustEnd() {
        return cancelled || failure != null;
    }

    final boolean isOver() {
        return signalledEnd;
    }

    /** Begins: the subscriber asks, and nobody may serve yet. */
    final void subscribe() {
        try {
            subscriber.onSubscribe(this);
        } catch (RuntimeException | Error e) {
            end(e);
        }
        long asked = demand;
        asksPieceByPiece = asked > 0 && asked <= MOST_OF_A_STREAM;
        for (long i = 0; asksPieceByPiece && i < asked && !signalledEnd && !cancelled; i++) {
            deliver(List.of());
        }
    }

    /** The body that the subscriber will have; it fails with what the subscriber was told, if that one does not say so. */
    final CompletableFuture<T> body() {
        CompletionStage<T> stage = subscriber.getBody();
        CompletableFuture<T> done = ifDone(stage);
        if (done != null) {
            return done;
        }
        CompletableFuture<T> body = new CompletableFuture<>();
        stage.whenComplete((value, failed) -> {
            if (failed == null) {
                body.complete(value);
            } else {
                body.completeExceptionally(failed);
            }
            serve();
        });
        // Stored before the look, as the other side does it: one of the two sees the other.
        awaited = body;
        Throwable told = toldFailure;
        if (told != null) {
            body.completeExceptionally(told);
        }
        return body;
    }

    private static <T> @Nullable CompletableFuture<T> ifDone(CompletionStage<T> stage) {
        try {
            CompletableFuture<T> future = stage.toCompletableFuture();
            return future.isDone() ? future : null;
        } catch (UnsupportedOperationException e) {
            // A stage may be one that only tells when it is done.
            return null;
        }
    }

    /** Whether the body, which is there, seems to be one that is read while it comes. */
    final boolean isStream(CompletableFuture<T> body) {
        return asksPieceByPiece && body.isDone();
    }

    /** Serves what there is to do, once: reads and signals. Only if {@link #hasWork}. */
    final void serveOnce() {
        Throwable why = failure;
        if (cancelled) {
            signalledEnd = true;
            content.close();
        } else if (why != null) {
            end(why);
        } else {
            pass();
        }
    }

    private void pass() {
        ByteBuffer bytes;
        try {
            bytes = readUnlessCancelled();
        } catch (IOException | RuntimeException | Error e) {
            if (!mustEnd()) {
                end(e);
            }
            return;
        }
        if (bytes != null) {
            deliver(List.of(bytes));
        }
        if (!signalledEnd && !mustEnd() && content.isClosed()) {
            end(null);
        }
    }

    private @Nullable ByteBuffer readUnlessCancelled() throws IOException {
        isReading = true;
        try {
            return mustEnd() ? null : read();
        } finally {
            isReading = false;
        }
    }

    private @Nullable ByteBuffer read() throws IOException {
        long remaining = content.remaining();
        if (remaining == 0) {
            content.close();
            return null;
        }
        byte[] bytes = new byte[remaining < 0 ? CHUNK : (int) Math.min(remaining, CHUNK)];
        ByteBuffer read = ByteBuffer.wrap(bytes);
        int count = content.read(read);
        if (count < 0) {
            return null;
        }
        read.flip();
        if (count == bytes.length) {
            return read.asReadOnlyBuffer();
        }
        // Whoever keeps a small piece should not keep a large array with it, nor see what is behind it.
        ByteBuffer piece = count < bytes.length / 2 ? ByteBuffer.wrap(Arrays.copyOf(bytes, count)) : read.slice();
        return piece.asReadOnlyBuffer();
    }

    private void deliver(List<ByteBuffer> buffers) {
        DEMAND.getAndUpdate(this, now -> now == Long.MAX_VALUE || now == 0 ? now : now - 1);
        try {
            subscriber.onNext(buffers);
        } catch (RuntimeException | Error e) {
            end(e);
        }
    }

    private void end(@Nullable Throwable why) {
        signalledEnd = true;
        content.close();
        Throwable failed = why == null ? complete() : why;
        if (failed != null) {
            tell(failed);
        }
    }

    private @Nullable Throwable complete() {
        try {
            subscriber.onComplete();
            return null;
        } catch (RuntimeException | Error e) {
            return e;
        }
    }

    // A subscriber that does not end its body when it hears of a failure must not keep the caller waiting for it.
    private void tell(Throwable failed) {
        try {
            subscriber.onError(failed);
        } catch (RuntimeException | Error e) {
            if (e != failed) {
                failed.addSuppressed(e);
            }
        }
        toldFailure = failed;
        CompletableFuture<T> body = awaited;
        if (body != null) {
            body.completeExceptionally(failed);
        }
    }

    /** The body of the subscriber, when it is there. */
    final T await(CompletableFuture<T> body) throws IOException, InterruptedException {
        try {
            return body.get();
        } catch (ExecutionException e) {
            throw asIoException(e.getCause() == null ? e : e.getCause());
        } catch (CancellationException e) {
            throw asIoException(e);
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
