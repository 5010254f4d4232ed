// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.internal.threads.Threads;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A body that is read on a thread of ours, whoever asks: that one may be an event loop. Until the body is handed over it is
 * the call's thread; when this one itself asks, in a mapper that reads a stream, it is served there and then. From then on
 * it is one that is there only while there is something to do: a body that nobody asks for keeps no thread, and no thread
 * keeps the body.
 */
final class ThreadServedBody<T> extends ResponseBody<T> {

    private final WorkingThread laterThread = new WorkingThread();
    private volatile @Nullable Thread callThread = Thread.currentThread();
    // Of the call's thread.
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
            throw e;
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

    /**
     * The body was received, and its user is about to have it: the call's thread has no more to do with it, unless somebody
     * has asked already. Then false, and {@link #serveAll} must follow.
     */
    boolean leaveUnlessAsked() {
        callThread = null;
        content.handOverTo(this);
        return leave();
    }

    @Override
    void serve() {
        Thread ofCall = callThread;
        if (ofCall == Thread.currentThread()) {
            while (!isServing && hasWork()) {
                serveHere();
            }
        } else if (takesTurn()) {
            serveElsewhere();
        } else {
            LockSupport.unpark(ofCall);
        }
    }

    private void serveElsewhere() {
        try {
            if (!isOver()) {
                Threads.start(this::serveLater);
                return;
            }
        } catch (RuntimeException | Error noThread) {
            // Then here, rather than never.
        }
        serveAll();
    }

    private void serveLater() {
        while (!leave()) {
            // Within the turn: the next one to take it may be another thread.
            laterThread.enter();
            try {
                serveOnce();
            } finally {
                laterThread.leave();
            }
        }
    }

    /** The call was cancelled: its subscriber is told, also if it is in the middle of something. */
    @Override
    public void interrupt() {
        super.interrupt();
        laterThread.interrupt();
    }
}
