// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/** Publishers that give pieces of text on the asking thread. */
final class Pieces {

    private Pieces() {}

    /** A publisher that says a length, and gives pieces on the asking thread. */
    static BodyPublisher of(long length, String... pieces) {
        return from(
                length,
                subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
                    private int next;

                    @Override
                    public void request(long n) {
                        for (long i = 0; i < n && next < pieces.length; i++) {
                            subscriber.onNext(ByteBuffer.wrap(pieces[next++].getBytes(StandardCharsets.UTF_8)));
                        }
                        if (next == pieces.length) {
                            next++;
                            subscriber.onComplete();
                        }
                    }

                    @Override
                    public void cancel() {
                        next = pieces.length + 1;
                    }
                }));
    }

    static BodyPublisher from(long length, Consumer<Flow.Subscriber<? super ByteBuffer>> onSubscribe) {
        return new BodyPublisher() {
            @Override
            public long contentLength() {
                return length;
            }

            @Override
            public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
                onSubscribe.accept(subscriber);
            }
        };
    }

    /** A publisher that gives pieces, and then fails. */
    static BodyPublisher failing(long length, String... pieces) {
        return from(
                length,
                subscriber -> subscriber.onSubscribe(new Flow.Subscription() {
                    private int next;

                    @Override
                    public void request(long n) {
                        if (next < pieces.length) {
                            subscriber.onNext(ByteBuffer.wrap(pieces[next++].getBytes(StandardCharsets.UTF_8)));
                        } else {
                            subscriber.onError(new IllegalStateException("the source's own"));
                        }
                    }

                    @Override
                    public void cancel() {}
                }));
    }
}
