// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A body that is read on the thread that asks for it: for most handlers the thread of the call, in one go. */
final class CallerServedBody<T> extends ResponseBody<T> {

    // More than this is not the demand of something that reads piece by piece.
    private static final long MOST_ANSWERED_WITH_NOTHING = 256;

    // Who raises it from 0 serves, for all who raise it meanwhile.
    private final AtomicInteger turns = new AtomicInteger();
    private volatile boolean subscribing = true;
    private volatile @Nullable Thread server;

    CallerServedBody(CallContent content, BodySubscriber<T> subscriber) {
        super(content, subscriber);
    }

    @Override
    T receive() throws IOException, InterruptedException {
        subscribe();
        CompletionStage<T> body = subscriber.getBody();
        subscribing = false;
        if (body.toCompletableFuture().isDone() && demand() <= MOST_ANSWERED_WITH_NOTHING) {
            answerWithoutWaiting();
        } else {
            serve();
        }
        boolean received = false;
        try {
            T value = await(body);
            received = true;
            return value;
        } finally {
            if (!received) {
                cancel();
            }
        }
    }

    /**
     * The body is there before its bytes: the user will read them. What was asked for while subscribing must be answered, or
     * it is not asked again; and the caller must not wait for bytes, or a response would arrive only with its body.
     */
    private void answerWithoutWaiting() {
        boolean mine = turns.getAndIncrement() == 0;
        while (mine && demand() > 0 && !isOver() && !isCancelled() && content.remaining() != 0) {
            deliverNothing();
        }
        if (mine) {
            serveAll();
        }
    }

    @Override
    void serve() {
        if (!subscribing && turns.getAndIncrement() == 0) {
            serveAll();
        }
    }

    private void serveAll() {
        int seen = turns.get();
        do {
            server = Thread.currentThread();
            while (hasWork()) {
                serveOnce();
            }
            server = null;
            seen = turns.addAndGet(-seen);
        } while (seen != 0);
    }

    @Override
    public void cancel() {
        Thread reading = server;
        super.cancel();
        if (reading != null && reading != Thread.currentThread() && !isOver()) {
            content.cancel();
        }
    }
}
