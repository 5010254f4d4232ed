// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.awaitNothingInUse;
import static io.github.pooledclient.EndToEnd.get;
import static io.github.pooledclient.EndToEnd.totals;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.EndToEnd.Way;
import io.github.pooledclient.testing.ScriptedServer;
import java.io.IOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A handler that fails fails its call, and costs the pool nothing. */
class FailingHandlerTest {

    private static final IllegalStateException FAILURE = new IllegalStateException("the handler's own");

    @ParameterizedTest(name = "{1}, {0}")
    @MethodSource("handlers")
    void failureIsTheCauseAndNoPermitIsLost(Way way, String where, BodyHandler<String> handler) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hello")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> way.send(client, get(server), handler))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("the handler's own")
                        .hasRootCause(FAILURE);
                awaitNothingInUse(client);
            }

            assertThat(EndToEnd.fetch(client, server)).isEqualTo("hello");
            assertThat(totals(client).opened()).isEqualTo(1);
        }
    }

    /** No part of the contract: the JDK's client fails with its own NullPointerException, or never ends. */
    @ParameterizedTest
    @MethodSource("ways")
    void handlerWithoutASubscriberFailsItsCall(Way way) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hello")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            assertThatThrownBy(() -> way.send(client, get(server), info -> null))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("the body handler returned no subscriber");

            awaitNothingInUse(client);
            assertThat(EndToEnd.fetch(client, server)).isEqualTo("hello");
            assertThat(totals(client).opened()).isEqualTo(1);
        }
    }

    static Stream<Arguments> handlers() {
        return Stream.of(Way.values())
                .flatMap(way -> Stream.of(
                        Arguments.of(way, "apply", handler(info -> {
                            throw FAILURE;
                        })),
                        Arguments.of(way, "onSubscribe", handler(info -> new Failing("onSubscribe"))),
                        Arguments.of(way, "onNext", handler(info -> new Failing("onNext"))),
                        Arguments.of(way, "onComplete", handler(info -> new Failing("onComplete"))),
                        Arguments.of(way, "getBody", handler(info -> new Failing("getBody"))),
                        Arguments.of(
                                way,
                                "a mapper",
                                handler(info -> BodySubscribers.mapping(BodySubscribers.ofByteArray(), bytes -> {
                                    throw FAILURE;
                                }))),
                        Arguments.of(
                                way,
                                "a mapper of a stream",
                                handler(info -> BodySubscribers.mapping(BodySubscribers.ofInputStream(), stream -> {
                                    throw FAILURE;
                                })))));
    }

    private static BodyHandler<String> handler(BodyHandler<String> handler) {
        return handler;
    }

    @ParameterizedTest
    @MethodSource("ways")
    void subscriberThatCancelsGivesTheConnectionBack(Way way) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hello")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            Cancelling subscriber = new Cancelling();

            String body = way.send(client, get(server), info -> subscriber).body();

            assertThat(body).isEqualTo("enough");
            awaitNothingInUse(client);
            assertThat(totals(client).idle()).isEqualTo(1);
        }
    }

    static Stream<Way> ways() {
        return Stream.of(Way.values());
    }

    /** Throws in one of its methods. */
    private static final class Failing implements BodySubscriber<String> {

        private final CompletableFuture<String> body = new CompletableFuture<>();
        private final String where;

        Failing(String where) {
            this.where = where;
        }

        private void failIn(String method) {
            if (method.equals(where)) {
                throw FAILURE;
            }
        }

        @Override
        public CompletionStage<String> getBody() {
            failIn("getBody");
            return body;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            failIn("onSubscribe");
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            failIn("onNext");
        }

        @Override
        public void onError(Throwable failure) {
            body.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            failIn("onComplete");
            body.complete("never");
        }
    }

    /** Has seen enough with the first bytes. */
    private static final class Cancelling implements BodySubscriber<String> {

        private final CompletableFuture<String> body = new CompletableFuture<>();
        private Flow.Subscription subscription;

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
            subscription.cancel();
            body.complete("enough");
        }

        @Override
        public void onError(Throwable failure) {
            body.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            body.complete("all");
        }
    }
}
