// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import static io.github.pooledclient.internal.pool.PoolFixture.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.RequestState;
import io.github.pooledclient.pool.AcquireRejectedException;
import io.github.pooledclient.pool.AcquireTimeoutException;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.Lease;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.pool.Poolable;
import io.github.pooledclient.testing.FakeConnection;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.Ticker;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WaitingTest {

    private static final Duration BOUND = Duration.ofNanos(WaitingLine.BOUND_NANOS);

    @Test
    void waitersAreServedInTheOrderInWhichTheyCameOnceTheyHaveWaitedForTheBound() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnectionsPerHost(1).acquireTimeout(Duration.ofMinutes(1)));
        Lease<FakeConnection> held = f.acquire();
        List<FutureTask<Lease<FakeConnection>>> line = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            line.add(f.inLine(i, f::acquire));
        }
        f.ticker.advance(BOUND);

        for (FutureTask<Lease<FakeConnection>> next : line) {
            held.close();
            held = next.get(10, TimeUnit.SECONDS);
        }

        assertThat(f.source.opened()).hasSize(1);
        assertThat(f.host().pending()).isZero();
    }

    @Test
    void callerDoesNotOvertakeWhoHasWaitedForTheBound() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnectionsPerHost(1).acquireTimeout(Duration.ofMinutes(1)));
        Lease<FakeConnection> held = f.acquire();
        FutureTask<Lease<FakeConnection>> waiting = f.inLine(1, f::acquire);
        f.ticker.advance(BOUND);

        held.close();
        FutureTask<Lease<FakeConnection>> late = PoolFixture.start(f::acquire);

        Lease<FakeConnection> first = waiting.get(10, TimeUnit.SECONDS);
        f.awaitPending(1);
        first.close();
        assertThat(late.get(10, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void oneWhoWaitsForLessIsWokenForWhatComesBack() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnectionsPerHost(1).acquireTimeout(Duration.ofMinutes(1)));
        Lease<FakeConnection> held = f.acquire();
        FutureTask<Lease<FakeConnection>> waiting = f.inLine(1, f::acquire);

        held.close();

        assertThat(waiting.get(10, TimeUnit.SECONDS).isReused()).isTrue();
    }

    @Test
    void whatWouldNotBeKeptIsHandedToTheOneWhoWaits() throws Exception {
        PoolFixture f = new PoolFixture(
                settings().maxConnectionsPerHost(1).maxIdlePerHost(0).acquireTimeout(Duration.ofMinutes(1)));
        Lease<FakeConnection> held = f.acquire();
        FutureTask<Lease<FakeConnection>> waiting = f.inLine(1, f::acquire);

        held.close();

        assertThat(waiting.get(10, TimeUnit.SECONDS).isReused()).isTrue();
        assertThat(f.source.opened()).hasSize(1);
    }

    @Test
    void whatComesBackToADrainingPoolIsHandedToTheOneWhoWaits() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnectionsPerHost(1).acquireTimeout(Duration.ofMinutes(1)));
        Lease<FakeConnection> held = f.acquire();
        FutureTask<Lease<FakeConnection>> waiting = f.inLine(1, f::acquire);
        f.pool.drain();

        held.close();

        Lease<FakeConnection> last = waiting.get(10, TimeUnit.SECONDS);
        assertThat(last.isReused()).isTrue();
        last.close();
        assertThat(f.host().idle()).isZero();
    }

    @Test
    void waiterOpensANewConnectionWithThePermitOfAClosedOne() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnectionsPerHost(1).acquireTimeout(Duration.ofMinutes(1)));
        Lease<FakeConnection> held = f.acquire();
        FutureTask<Lease<FakeConnection>> waiting = f.inLine(1, f::acquire);

        held.discard(CloseReason.IO_ERROR);

        assertThat(waiting.get(10, TimeUnit.SECONDS).isReused()).isFalse();
        assertThat(f.source.opened()).hasSize(2);
    }

    @Test
    void failedConnectGivesItsPermitToTheNextWaiter() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnectionsPerHost(1).acquireTimeout(Duration.ofMinutes(1)));
        Semaphore gate = new Semaphore(0);
        f.source.waitFor(gate);
        f.source.fail(new java.net.ConnectException("refused"));
        FutureTask<Lease<FakeConnection>> opening = PoolFixture.start(f::acquire);
        f.awaitConnecting(1);
        FutureTask<Lease<FakeConnection>> waiting = f.inLine(1, f::acquire);

        gate.release();
        assertThatThrownBy(() -> opening.get(10, TimeUnit.SECONDS)).hasMessageContaining("refused");
        f.awaitPending(0);
        f.source.fail(null);
        gate.release();

        assertThat(waiting.get(10, TimeUnit.SECONDS).connection()).isNotNull();
    }

    @Test
    void timeoutSaysWhoHoldsWhat() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnectionsPerHost(2).acquireTimeout(Duration.ofSeconds(2)));
        f.acquire();
        f.ticker.advance(Duration.ofSeconds(30));
        f.acquire();
        FutureTask<Lease<FakeConnection>> waiting = f.inLine(1, f::acquire);

        f.ticker.advance(Duration.ofSeconds(2));
        f.unparkWaiters();

        assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(AcquireTimeoutException.class)
                .isInstanceOf(HttpConnectTimeoutException.class)
                .hasMessage("no connection to a within 2s: 2 of 2 leased, 0 idle, 0 connecting, 0 others waiting;"
                        + " oldest lease 32s")
                .satisfies(e -> assertThat(RequestState.of(e)).isEqualTo(RequestState.NOT_SENT));
        assertThat(f.host().acquireTimeouts()).isEqualTo(1);
        assertThat(f.host().pending()).isZero();
    }

    @Test
    void nobodyWaitsWithAnAcquireTimeoutOfZero() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnectionsPerHost(1).acquireTimeout(Duration.ZERO));
        f.acquire();

        assertThatThrownBy(f::acquire).isInstanceOf(AcquireTimeoutException.class);
    }

    @Test
    void deadlineOfTheCallerCountsWhereItIsEarlier() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnectionsPerHost(1).acquireTimeout(Duration.ofMinutes(1)));
        f.acquire();

        assertThatThrownBy(() -> f.pool.acquire(PoolFixture.HOST, Deadline.at(f.ticker.nanos())))
                .isInstanceOf(AcquireTimeoutException.class);
    }

    @Test
    void oneMoreThanMayWaitIsRefusedAtOnce() throws Exception {
        PoolFixture f = new PoolFixture(
                settings().maxConnectionsPerHost(1).maxPendingPerHost(1).acquireTimeout(Duration.ofMinutes(1)));
        Lease<FakeConnection> held = f.acquire();
        FutureTask<Lease<FakeConnection>> waiting = f.inLine(1, f::acquire);

        assertThatThrownBy(f::acquire)
                .isInstanceOf(AcquireRejectedException.class)
                .hasMessage("no connection to a: 1 callers wait already, and no more may");

        held.close();
        assertThat(waiting.get(10, TimeUnit.SECONDS)).isNotNull();
        assertThat(f.host().acquireRejections()).isEqualTo(1);
    }

    @Test
    void nobodyWaitsWithAPendingLimitOfZero() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnectionsPerHost(1).maxPendingPerHost(0));
        f.acquire();

        assertThatThrownBy(f::acquire).isInstanceOf(AcquireRejectedException.class);
    }

    @Test
    void interruptEndsTheWait() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnectionsPerHost(1).acquireTimeout(Duration.ofMinutes(1)));
        Lease<FakeConnection> held = f.acquire();
        Thread[] waiter = new Thread[1];
        FutureTask<Lease<FakeConnection>> waiting = f.inLine(1, () -> {
            waiter[0] = Thread.currentThread();
            return f.acquire();
        });

        waiter[0].interrupt();

        assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
        held.close();
        assertThat(f.host().idle()).isEqualTo(1);
        assertThat(f.host().pending()).isZero();
    }

    @Test
    void interruptEndsTheConnect() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnectionsPerHost(1));
        f.source.waitFor(new Semaphore(0));
        Thread.currentThread().interrupt();

        assertThatThrownBy(f::acquire).isInstanceOf(InterruptedException.class);

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        f.source.waitFor(new Semaphore(1));
        assertThat(f.acquire()).isNotNull();
    }

    @Test
    void suspendedHostLetsCallersWaitUntilItIsResumed() throws Exception {
        PoolFixture f = new PoolFixture(settings().acquireTimeout(Duration.ofMinutes(1)));
        f.makeIdle(1);
        f.pool.suspend(key -> true);
        FutureTask<Lease<FakeConnection>> waiting = f.inLine(1, f::acquire);

        f.pool.resume(key -> true);

        assertThat(waiting.get(10, TimeUnit.SECONDS).isReused()).isTrue();
    }

    @Test
    void largerLimitServesThoseWhoWait() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnectionsPerHost(1).acquireTimeout(Duration.ofMinutes(1)));
        f.acquire();
        FutureTask<Lease<FakeConnection>> waiting = f.inLine(1, f::acquire);

        f.pool.resize(key -> true, 2, 2);

        assertThat(waiting.get(10, TimeUnit.SECONDS)).isNotNull();
        assertThat(f.host().max()).isEqualTo(2);
    }

    @Test
    void smallerLimitClosesWhatIsIdleAndWhatComesBack() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnectionsPerHost(4));
        Lease<FakeConnection> held = f.acquire();
        f.makeIdle(2);

        f.pool.resize(key -> true, 1, 1);
        assertThat(f.host().idle()).isZero();
        held.close();

        assertThat(f.host().idle()).isEqualTo(1);
    }

    @Test
    void closedPoolRefusesThoseWhoWaitAndWhoCome() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnectionsPerHost(1).acquireTimeout(Duration.ofMinutes(1)));
        Lease<FakeConnection> held = f.acquire();
        FutureTask<Lease<FakeConnection>> waiting = f.inLine(1, f::acquire);

        f.pool.close();

        assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(AcquireRejectedException.class);
        assertThatThrownBy(f::acquire).isInstanceOf(AcquireRejectedException.class);
        assertThatThrownBy(() -> f.pool.acquire("another")).isInstanceOf(AcquireRejectedException.class);
        held.close();
        assertThat(held.connection().closedFor()).isEqualTo(CloseReason.POOL_CLOSED);
    }

    @Test
    void cancelEndsWaitConnectAndUseOfOneOwnerOnly() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnectionsPerHost(2).acquireTimeout(Duration.ofMinutes(1)));
        Object owner = new Object();
        Acquisition owned = new Acquisition(Deadline.never(), 0, false, true, owner);
        Lease<FakeConnection> mine = f.pool.acquire(PoolFixture.HOST, owned);
        Lease<FakeConnection> others = f.acquire();
        FutureTask<Lease<FakeConnection>> waiting = f.inLine(1, () -> f.pool.acquire(PoolFixture.HOST, owned));
        f.source.waitFor(new Semaphore(0));
        FutureTask<Lease<FakeConnection>> opening = PoolFixture.start(() -> f.pool.acquire("b", owned));
        f.awaitConnecting(1);

        f.pool.cancel(owner);

        assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(AcquireRejectedException.class);
        assertThatThrownBy(() -> opening.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(AcquireRejectedException.class);
        assertThat(mine.connection().isCancelled()).isTrue();
        assertThat(others.connection().isCancelled()).isFalse();
        assertThat(f.host("b").connecting()).isZero();
    }

    @Test
    void cancelledConnectionIsNotLentToAnybodyElse() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        Object owner = new Object();
        Lease<FakeConnection> mine =
                f.pool.acquire(PoolFixture.HOST, new Acquisition(Deadline.never(), 0, false, true, owner));

        f.pool.cancel(owner);
        mine.close();

        assertThat(mine.connection().closedFor()).isEqualTo(CloseReason.CANCELLED);
        assertThat(f.acquire().connection()).isNotSameAs(mine.connection());
    }

    @Test
    void permitSurvivesAConnectionThatFailsWhenItsOpeningWasCancelled() throws Exception {
        Object owner = new Object();
        PoolSettings built = settings()
                .maxConnectionsPerHost(1)
                .acquireTimeout(Duration.ZERO)
                .build();
        CountDownLatch opening = new CountDownLatch(1);
        AtomicInteger opened = new AtomicInteger();
        ConnectionPool<String, Poolable> pool = new ConnectionPool<>(
                built,
                (key, deadline) -> {
                    if (opened.getAndIncrement() > 0) {
                        return new FakeConnection(1);
                    }
                    opening.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException arrivedAllTheSame) {
                        // The connection comes although nobody wants it any more.
                    }
                    return new Failing();
                },
                key -> key,
                key -> built,
                Ticker.system(),
                instant -> {});
        Acquisition owned = new Acquisition(Deadline.never(), 0, false, true, owner);
        FutureTask<Lease<Poolable>> cancelled = PoolFixture.start(() -> pool.acquire("a", owned));
        opening.await();

        pool.cancel(owner);

        assertThatThrownBy(() -> cancelled.get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(AcquireRejectedException.class);
        assertThat(pool.acquire("a")).isNotNull();
    }

    /** Fails at whatever it is asked. */
    private static final class Failing implements Poolable {

        @Override
        public CloseReason unusable() {
            throw new IllegalStateException("unusable");
        }

        @Override
        public CloseReason probe() {
            throw new IllegalStateException("probe");
        }

        @Override
        public void close(CloseReason reason) {
            throw new IllegalStateException("close");
        }

        @Override
        public void cancel() {
            throw new IllegalStateException("cancel");
        }
    }

    @Test
    void connectionThatFailsToBeCancelledKeepsNoOtherFromIt() throws Exception {
        PoolSettings built = settings().build();
        AtomicInteger cancels = new AtomicInteger();
        ConnectionPool<String, Poolable> pool = new ConnectionPool<>(
                built,
                (key, deadline) -> new CountingCancels(cancels),
                key -> key,
                key -> built,
                Ticker.system(),
                instant -> {});
        Object owner = new Object();
        Acquisition owned = new Acquisition(Deadline.never(), 0, false, true, owner);
        pool.acquire("a", owned);
        pool.acquire("b", owned);

        pool.cancel(owner);

        assertThat(cancels.get()).isEqualTo(2);
    }

    private record CountingCancels(AtomicInteger cancels) implements Poolable {

        @Override
        public @Nullable CloseReason unusable() {
            return null;
        }

        @Override
        public @Nullable CloseReason probe() {
            return null;
        }

        @Override
        public void close(CloseReason reason) {}

        @Override
        public void cancel() {
            cancels.incrementAndGet();
            throw new IllegalStateException("cancel");
        }
    }
}
