// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/**
 * A body that is read on the exchange's own thread, whoever asks: that one may be an event loop. When this thread itself asks,
 * in a mapper that reads a stream, it is served there and then.
 */
final class ThreadServedBody<T> extends ResponseBody<T> {

    private final Thread thread = Thread.currentThread();
    // Of that thread.
    private boolean isServing = true;

    ThreadServedBody(CallContent content, BodySubscriber<T> subscriber) {
        super(content, subscriber);
    }

    @Override
    T receive() throws IOException, InterruptedException {
        try {
            subscribe();
            isServing = false;
            CompletableFuture<T> body = body();
            while (!body.isDone() && !isOver()) {
                serveOrPark();
            }
            return await(body);
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            isServing = false;
            stop(e);
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
            interrupt();
        }
    }

    private void serveOrPark() throws InterruptedException {
        if (hasWork()) {
            serveHere();
        } else if (Thread.interrupted()) {
            throw new InterruptedException("interrupted while waiting for the body's reader");
        } else {
            LockSupport.park(this);
        }
    }

    private void serveHere() {
        isServing = true;
        try {
            serveOnce();
        } finally {
            isServing = false;
        }
    }

    @Override
    void serve() {
        if (Thread.currentThread() != thread) {
            LockSupport.unpark(thread);
            return;
        }
        while (!isServing && hasWork()) {
            serveHere();
        }
    }
}
