// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.internal.threads.Threads;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.util.concurrent.CompletableFuture;

/** A body that is read on the thread that asks for it: for most handlers the thread of the call, in one go. */
final class CallerServedBody<T> extends ResponseBody<T> {

    private volatile boolean readsAhead;

    CallerServedBody(CallContent content, BodySubscriber<T> subscriber) {
        super(content, subscriber);
    }

    @Override
    T receive() throws IOException, InterruptedException {
        try {
            subscribe();
            serveFirst();
            CompletableFuture<T> body = body();
            readsAhead = isStream(body);
            return await(body);
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            stop(e);
            throw e;
        }
    }

    /** What was asked for while subscribing: for most handlers, all of the body. */
    private void serveFirst() {
        while (hasWork()) {
            serveOnce();
        }
        if (!isOver()) {
            content.handOverTo(this);
        }
        serveAll();
    }

    @Override
    void serve() {
        if (takesTurn()) {
            serveHereOrElsewhere();
        }
    }

    /**
     * The JDK's streams ask for the next piece before they show the one they have. Were their reader to wait for it, a line
     * would be seen when the next one comes, and never if the peer waits for an answer to it.
     */
    private void serveHereOrElsewhere() {
        boolean wouldWait = readsAhead && hasWork() && content.remaining() != 0 && content.available() == 0;
        if (wouldWait) {
            try {
                Threads.start(this::serveAll);
                return;
            } catch (RuntimeException | Error noThread) {
                // Then late, rather than never.
            }
        }
        serveAll();
    }
}
