// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;

/** A subscriber that never asks, and whose body is there only when it is told of an end. */
final class SilentSubscriber implements BodySubscriber<String> {

    private final CompletableFuture<String> body = new CompletableFuture<>();
    private final CountDownLatch subscribed;

    SilentSubscriber(CountDownLatch subscribed) {
        this.subscribed = subscribed;
    }

    @Override
    public CompletionStage<String> getBody() {
        return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscribed.countDown();
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {}

    @Override
    public void onError(Throwable failure) {
        body.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        body.complete("nothing");
    }
}
