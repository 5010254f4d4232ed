// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds on whichever thread a body is read; a test that waits for what does not come is interrupted. */
@Timeout(20)
class ResponseBodyTest {

    /** The two ways to be read. */
    enum Served {
        BY_CALLER {
            @Override
            ResponseBody<String> of(CallContent content, BodySubscriber<String> subscriber) {
                return new CallerServedBody<>(content, subscriber);
            }
        },
        BY_THREAD {
            @Override
            ResponseBody<String> of(CallContent content, BodySubscriber<String> subscriber) {
                return new ThreadServedBody<>(content, subscriber);
            }
        };

        abstract ResponseBody<String> of(CallContent content, BodySubscriber<String> subscriber);

        String receive(FakeContent content, BodySubscriber<String> subscriber)
                throws IOException, InterruptedException {
            ResponseBody<String> body = of(callContent(content), subscriber);
            String received = body.receive();
            if (body instanceof ThreadServedBody<String> threads && !threads.leaveUnlessAsked()) {
                threads.serveAll();
            }
            return received;
        }
    }

    @ParameterizedTest
    @EnumSource
    void bodyThatCannotBeHadClosesTheContent(Served served) {
        FakeContent content = new FakeContent().with("x");
        Subscriber subscriber = new Subscriber() {
            @Override
            public CompletionStage<String> getBody() {
                throw new IllegalStateException("no body");
            }

            @Override
            void askAgain() {}
        };

        assertThatThrownBy(() -> served.receive(content, subscriber)).hasMessage("no body");

        assertThat(content.closes).isEqualTo(1);
        assertThat(subscriber.failure).hasMessageContaining("no body");
    }

    @ParameterizedTest
    @EnumSource
    void subscriberThatKeepsFailuresToItselfDoesNotKeepTheCaller(Served served) {
        FakeContent content = new FakeContent().with("x").cutOff();
        Subscriber subscriber = new Subscriber() {
            @Override
            public void onError(Throwable failed) {
                failure = failed;
            }
        };

        assertThatThrownBy(() -> served.receive(content, subscriber))
                .isInstanceOf(IOException.class)
                .hasMessage("cut off");

        assertThat(subscriber.failure).hasMessage("cut off");
        assertThat(content.closes).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void subscriberThatFailsToCompleteHearsOfIt(Served served) {
        FakeContent content = new FakeContent().with("x").end();
        Subscriber subscriber = new Subscriber() {
            @Override
            public void onComplete() {
                throw new IllegalStateException("cannot complete");
            }
        };

        assertThatThrownBy(() -> served.receive(content, subscriber))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot complete");

        assertThat(subscriber.failure).hasMessage("cannot complete");
    }

    @ParameterizedTest
    @EnumSource
    void subscriberThatFailsToHearOfAFailureDoesNotHideIt(Served served) {
        FakeContent content = new FakeContent().cutOff();
        Subscriber subscriber = new Subscriber() {
            @Override
            public void onError(Throwable failed) {
                throw new IllegalStateException("deaf");
            }
        };

        assertThatThrownBy(() -> served.receive(content, subscriber))
                .isInstanceOf(IOException.class)
                .hasMessage("cut off");
    }

    @ParameterizedTest
    @EnumSource
    void cancelledBodyIsAFailure(Served served) {
        FakeContent content = new FakeContent().with("x").end();
        Subscriber subscriber = new Subscriber();
        subscriber.body.cancel(false);

        assertThatThrownBy(() -> served.receive(content, subscriber)).isInstanceOf(IOException.class);

        assertThat(content.closes).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void bodyThatIsThereEarlyMayAskAgainForEachPiece(Served served) throws Exception {
        FakeContent content = new FakeContent().with("x").with("y").end();
        Subscriber subscriber = new Subscriber();
        subscriber.body.complete("early");

        assertThat(served.receive(content, subscriber)).isEqualTo("early");

        assertThat(subscriber.text).isEqualTo("xy");
        assertThat(subscriber.completed).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void cancelFromAnotherThreadEndsTheReadUnderWay(Served served) throws Exception {
        FakeContent content = new FakeContent();
        Subscriber subscriber = new Subscriber();
        FutureTask<String> receiving = inBackground(() -> served.receive(content, subscriber));
        content.reading.await();

        subscriber.subscription().cancel();

        await().until(() -> content.closes == 1);
        assertThat(content.cancelled).isTrue();
        subscriber.body.complete("given up");
        assertThat(receiving.get(10, TimeUnit.SECONDS)).isEqualTo("given up");
        assertThat(subscriber.failure).isNull();
        assertThat(subscriber.completed).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void interruptOfWhoWaitsForTheSubscriberIsToldToIt(Served served) throws Exception {
        FakeContent content = new FakeContent().with("x");
        CountDownLatch waiting = new CountDownLatch(1);
        Subscriber subscriber = new Subscriber() {
            @Override
            void askAgain() {
                // Asks no more, and so keeps the caller waiting.
                waiting.countDown();
            }
        };
        Thread[] receiver = new Thread[1];
        FutureTask<String> receiving = inBackground(() -> {
            receiver[0] = Thread.currentThread();
            return served.receive(content, subscriber);
        });
        waiting.await();

        receiver[0].interrupt();

        assertThatThrownBy(() -> receiving.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
        assertThat(subscriber.failure).isInstanceOf(InterruptedException.class);
        assertThat(content.closes).isEqualTo(1);
    }

    @Test
    void subscriberThatIsStuckIsInterruptedWithItsClient() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        Subscriber subscriber = new Subscriber() {
            @Override
            public void onNext(List<ByteBuffer> buffers) {
                stuck.countDown();
                try {
                    never.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }

            @Override
            public void onSubscribe(Flow.Subscription given) {
                subscription = given;
            }
        };
        subscriber.body.complete("early");
        FakeContent content = new FakeContent().with("x");
        ThreadServedBody<String> body = new ThreadServedBody<>(callContent(content), subscriber);
        body.receive();
        boolean left = body.leaveUnlessAsked();
        subscriber.subscription().request(1);
        stuck.await();

        body.interrupt();

        await().until(() -> content.closes == 1);
        assertThat(left).isTrue();
    }

    @Test
    void demandAfterTheBodyWasHandedOverIsNotServedByTheOneWhoAsks() throws Exception {
        CountDownLatch received = new CountDownLatch(1);
        Thread[] servedBy = new Thread[1];
        Subscriber subscriber = new Subscriber() {
            @Override
            public void onNext(List<ByteBuffer> buffers) {
                servedBy[0] = Thread.currentThread();
                received.countDown();
            }

            @Override
            public void onSubscribe(Flow.Subscription given) {
                subscription = given;
            }
        };
        subscriber.body.complete("early");
        ThreadServedBody<String> body = new ThreadServedBody<>(callContent(new FakeContent().with("x")), subscriber);
        body.receive();
        boolean left = body.leaveUnlessAsked();

        subscriber.subscription().request(1);

        received.await();
        assertThat(left).isTrue();
        assertThat(servedBy[0]).isNotSameAs(Thread.currentThread());
    }

    @Test
    void demandBeforeTheBodyIsHandedOverIsForTheCallsThread() throws Exception {
        Subscriber subscriber = new Subscriber() {
            @Override
            public void onSubscribe(Flow.Subscription given) {
                subscription = given;
            }
        };
        subscriber.body.complete("early");
        ThreadServedBody<String> body =
                new ThreadServedBody<>(callContent(new FakeContent().with("x").end()), subscriber);
        body.receive();
        Thread asking = new Thread(() -> subscriber.subscription().request(1), "asking");
        asking.start();
        asking.join();

        boolean left = body.leaveUnlessAsked();
        String before = subscriber.text;
        body.serveAll();

        assertThat(left).isFalse();
        assertThat(before).isEmpty();
        assertThat(subscriber.text).isEqualTo("x");
    }

    static CallContent callContent(ResponseContent content) throws IOException {
        Lifecycle lifecycle = new Lifecycle(new Object(), () -> {});
        lifecycle.begin();
        return new CallContent(content, lifecycle);
    }

    private static <T> FutureTask<T> inBackground(Callable<T> task) {
        FutureTask<T> future = new FutureTask<>(task);
        Thread thread = new Thread(future, "receiving");
        thread.setDaemon(true);
        thread.start();
        return future;
    }

    /** Asks piece by piece, and has its body at the end. */
    private static class Subscriber implements BodySubscriber<String> {

        final CompletableFuture<String> body = new CompletableFuture<>();
        volatile String text = "";
        volatile Flow.@Nullable Subscription subscription;
        volatile @Nullable Throwable failure;
        volatile boolean completed;

        Flow.Subscription subscription() {
            return Objects.requireNonNull(subscription);
        }

        @Override
        public CompletionStage<String> getBody() {
            return body;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(1);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            StringBuilder read = new StringBuilder(text);
            for (ByteBuffer buffer : buffers) {
                while (buffer.hasRemaining()) {
                    read.append((char) buffer.get());
                }
            }
            text = read.toString();
            askAgain();
        }

        void askAgain() {
            subscription().request(1);
        }

        @Override
        public void onError(Throwable failed) {
            failure = failed;
            body.completeExceptionally(failed);
        }

        @Override
        public void onComplete() {
            completed = true;
            body.complete(text);
        }
    }
}
