// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** A body that is read on the exchange's own thread, whoever asks: that one may be an event loop. */
final class ThreadServedBody<T> extends ResponseBody<T> {

    private final Thread thread = Thread.currentThread();

    ThreadServedBody(CallContent content, BodySubscriber<T> subscriber) {
        super(content, subscriber);
    }

    @Override
    T receive() throws IOException, InterruptedException {
        subscribe();
        CompletableFuture<T> body =
                subscriber.getBody().whenComplete((value, failure) -> serve()).toCompletableFuture();
        try {
            while (!body.isDone() && !isOver()) {
                serveOrPark();
            }
            return await(body);
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            cancel();
            serveRest();
            throw e;
        }
    }

    /** Goes on after the body was handed over, until its last byte. */
    void serveRest() {
        try {
            while (!isOver()) {
                serveOrPark();
            }
        } catch (InterruptedException e) {
            cancel();
            serveOnce();
        }
    }

    private void serveOrPark() throws InterruptedException {
        if (hasWork()) {
            serveOnce();
        } else if (Thread.interrupted()) {
            throw new InterruptedException("interrupted while waiting for the body's reader");
        } else {
            LockSupport.park(this);
        }
    }

    @Override
    void serve() {
        LockSupport.unpark(thread);
    }
}
