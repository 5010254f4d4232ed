// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import org.junit.jupiter.api.Test;

class BodyDeliveryTest {

    private static final int BUFFER = 16 * 1024;

    @Test
    void nothingIsWrittenBeforeItIsAskedFor() {
        Recorder recorder = new Recorder(false);

        new StreamedBody(out -> out.write(1), -1).subscribe(recorder);

        assertThat(recorder.events).isEmpty();
    }

    @Test
    void subscriberThatAsksWhileItTakesGetsEachBufferAsItIsFull() {
        List<String> order = new ArrayList<>();
        Recorder recorder = new Recorder(true);
        recorder.events = order;
        StreamedBody body = new StreamedBody(
                out -> {
                    for (int i = 0; i < 3; i++) {
                        order.add("write");
                        out.write(new byte[BUFFER]);
                    }
                },
                -1);

        body.subscribe(recorder);
        recorder.subscription.request(1);

        assertThat(order).containsExactly("write", "16384", "write", "16384", "write", "16384", "complete");
    }

    @Test
    void subscriberThatAsksLaterGetsWhatWaits() {
        Recorder recorder = new Recorder(false);
        StreamedBody body = new StreamedBody(out -> out.write(new byte[2 * BUFFER + 1]), -1);

        body.subscribe(recorder);
        recorder.subscription.request(1);
        assertThat(recorder.events).containsExactly("16384");

        recorder.subscription.request(2);
        assertThat(recorder.events).containsExactly("16384", "16384", "1", "complete");
    }

    @Test
    void cancelStopsTheWriterAndNothingFollows() {
        List<Throwable> thrown = new ArrayList<>();
        Recorder recorder = new Recorder(true) {
            @Override
            public void onNext(ByteBuffer bytes) {
                super.onNext(bytes);
                subscription.cancel();
            }
        };
        StreamedBody body = new StreamedBody(
                out -> {
                    try {
                        out.write(new byte[4 * BUFFER]);
                    } catch (IOException e) {
                        thrown.add(e);
                        throw e;
                    }
                },
                -1);

        body.subscribe(recorder);
        recorder.subscription.request(1);

        assertThat(recorder.events).containsExactly("16384");
        assertThat(thrown).hasSize(1);
    }

    @Test
    void demandMustBePositive() {
        Recorder recorder = new Recorder(false);
        new StreamedBody(out -> {}, -1).subscribe(recorder);

        recorder.subscription.request(0);

        assertThat(recorder.events).containsExactly("error: demand must be positive: 0");
    }

    @Test
    void bodyThatCannotBeRepeatedFailsTheSecondTime() {
        StreamedBody body = new StreamedBody(out -> out.write(1), -1);
        Recorder first = new Recorder(true);
        body.subscribe(first);
        first.subscription.request(1);

        Recorder second = new Recorder(true);
        body.subscribe(second);
        second.subscription.request(1);

        assertThat(first.events).containsExactly("1", "complete");
        assertThat(second.events).containsExactly("error: the body of this request can be written only once");
    }

    private static class Recorder implements Subscriber<ByteBuffer> {

        private final boolean asksWhileItTakes;
        List<String> events = new ArrayList<>();
        Subscription subscription;

        Recorder(boolean asksWhileItTakes) {
            this.asksWhileItTakes = asksWhileItTakes;
        }

        @Override
        public void onSubscribe(Subscription given) {
            subscription = given;
        }

        @Override
        public void onNext(ByteBuffer bytes) {
            events.add(String.valueOf(bytes.remaining()));
            if (asksWhileItTakes) {
                subscription.request(1);
            }
        }

        @Override
        public void onError(Throwable failure) {
            events.add("error: " + failure.getMessage());
        }

        @Override
        public void onComplete() {
            events.add("complete");
        }
    }
}
