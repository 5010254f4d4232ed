// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.Origin;
import io.github.pooledclient.transport.Route;
import io.github.pooledclient.transport.Ticker;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ResolverTest {

    private static final InetAddress ADDRESS = InetAddress.getLoopbackAddress();

    private final CountDownLatch answer = new CountDownLatch(1);
    private final AtomicInteger lookups = new AtomicInteger();
    private final Resolver slow = new Resolver(this::lookUpSlowly);

    @AfterEach
    void answer() {
        answer.countDown();
    }

    @Test
    void addressesComeInTheOrderOfTheLookup() throws Exception {
        InetAddress other = InetAddress.getByName("127.0.0.2");
        Resolver resolver = new Resolver(host -> new InetAddress[] {other, ADDRESS});

        assertThat(resolver.resolve("a.example", attempt("a.example", 5000))).containsExactly(other, ADDRESS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "255.255.255.255", "::1", "2001:db8::1"})
    void addressIsNotLookedUp(String literal) throws Exception {
        List<InetAddress> addresses = slow.resolve(literal, attempt(literal, 5000));

        assertThat(addresses).containsExactly(InetAddress.getByName(literal));
        assertThat(lookups).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"256.1.1.1", "1.2.3", "1.2.3.4.5", "a.1.2.3", "1.2.3.4a"})
    void whatOnlyLooksLikeAnAddressIsLookedUp(String name) {
        assertThat(IpLiteral.matches(name)).isFalse();
    }

    @Test
    void lookupIsSharedByAllWhoAskMeanwhile() throws Exception {
        FutureTask<List<InetAddress>> one =
                new FutureTask<>(() -> slow.resolve("a.example", attempt("a.example", 10_000)));
        FutureTask<List<InetAddress>> other =
                new FutureTask<>(() -> slow.resolve("a.example", attempt("a.example", 10_000)));
        startAndAwaitWaiting(one);
        startAndAwaitWaiting(other);

        answer.countDown();

        assertThat(one.get(10, TimeUnit.SECONDS)).isEqualTo(other.get(10, TimeUnit.SECONDS));
        assertThat(lookups).hasValue(1);
    }

    @Test
    void nextQuestionIsLookedUpAnew() throws Exception {
        answer.countDown();
        slow.resolve("a.example", attempt("a.example", 5000));

        slow.resolve("a.example", attempt("a.example", 5000));

        assertThat(lookups).hasValue(2);
    }

    @Test
    void deadlineEndsTheWaitAndNamesThePhase() {
        assertThatThrownBy(() -> slow.resolve("a.example", attempt("a.example", 50)))
                .isInstanceOf(HttpConnectTimeoutException.class)
                .hasMessage("no connection to http://a.example:80 within 50ms: still resolving the name a.example");
    }

    @Test
    void interruptEndsTheWait() throws Exception {
        FutureTask<List<InetAddress>> waiting =
                new FutureTask<>(() -> slow.resolve("a.example", attempt("a.example", 10_000)));
        Thread thread = new Thread(waiting);
        thread.start();

        thread.interrupt();

        assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
    }

    @Test
    void unknownHostIsNamed() {
        Resolver resolver = new Resolver(host -> {
            throw new UnknownHostException("Name or service not known");
        });

        assertThatThrownBy(() -> resolver.resolve("a.example", attempt("a.example", 5000)))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("a.example: Name or service not known");
    }

    @Test
    void failureIsNotRemembered() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        Resolver resolver = new Resolver(host -> {
            if (tries.getAndIncrement() == 0) {
                throw new UnknownHostException(host);
            }
            return new InetAddress[] {ADDRESS};
        });
        assertThatThrownBy(() -> resolver.resolve("a.example", attempt("a.example", 5000)))
                .isInstanceOf(UnknownHostException.class);

        assertThat(resolver.resolve("a.example", attempt("a.example", 5000))).containsExactly(ADDRESS);
    }

    private InetAddress[] lookUpSlowly(String host) {
        lookups.incrementAndGet();
        try {
            answer.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new InetAddress[] {ADDRESS};
    }

    private static ConnectAttempt attempt(String host, long millis) {
        Deadline deadline = Deadline.after(Duration.ofMillis(millis), Ticker.system());
        Route route = Route.direct(new Origin("http", host, 80), null);
        return ConnectAttempt.begin(route, deadline, Ticker.system());
    }

    private static void startAndAwaitWaiting(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
    }
}
