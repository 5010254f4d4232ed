// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import static io.github.pooledclient.internal.pool.PoolFixture.HOST;
import static io.github.pooledclient.internal.pool.PoolFixture.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.Lease;
import io.github.pooledclient.pool.PoolListener;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.testing.CapturedLog;
import io.github.pooledclient.testing.FakeConnection;
import io.github.pooledclient.testing.FakeSource;
import io.github.pooledclient.testing.FakeTicker;
import io.github.pooledclient.transport.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Connections that are opened before anybody asks. */
class IdleReserveTest {

    private static final long CONNECT_TIMEOUT = Duration.ofSeconds(2).toNanos();

    @Test
    void asManyAsAreKeptAreOpened() throws Exception {
        PoolFixture f = new PoolFixture(settings());

        assertThat(keep(f, 3)).containsExactly(true, true, true);

        assertThat(f.host().idle()).isEqualTo(3);
        assertThat(f.host().opened()).isEqualTo(3);
        assertThat(f.source.deadlines())
                .allSatisfy(deadline ->
                        assertThat(deadline.remainingNanos(f.ticker.nanos())).isEqualTo(CONNECT_TIMEOUT));
    }

    @Test
    void theyAreOpenedAtTheSameTime() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        Semaphore gate = new Semaphore(0);
        f.source.waitFor(gate);

        List<CompletableFuture<Boolean>> openings = f.pool.keepIdle(HOST, 3, CONNECT_TIMEOUT);
        f.awaitConnecting(3);
        gate.release(3);

        assertThat(results(openings)).containsExactly(true, true, true);
    }

    @Test
    void whatIsThereCounts() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        f.makeIdle(2);

        assertThat(keep(f, 3)).hasSize(1);
        assertThat(keep(f, 3)).isEmpty();

        assertThat(f.host().opened()).isEqualTo(3);
    }

    // Else warm-up would not wait for what the sweep opens in its place.
    @Test
    void whatIsOpenedNowIsToldEvenIfASweepComesInBetween() throws Exception {
        FakeTicker ticker = new FakeTicker();
        AtomicReference<@Nullable Runnable> whenTheClockIsRead = new AtomicReference<>();
        Ticker interrupted = () -> {
            Runnable sweep = whenTheClockIsRead.getAndSet(null);
            if (sweep != null) {
                sweep.run();
            }
            return ticker.nanos();
        };
        PoolSettings built = settings().build();
        ConnectionPool<String, FakeConnection> pool =
                new ConnectionPool<>(built, new FakeSource(), key -> key, key -> built, interrupted, instant -> {});
        pool.acquire(HOST).close();
        whenTheClockIsRead.set(() -> pool.sweep(ticker.nanos()));

        assertThat(results(pool.keepIdle(HOST, 3, CONNECT_TIMEOUT))).containsExactly(true, true);
    }

    @Test
    void limitsOfTheHostHold() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnectionsPerHost(3).maxIdlePerHost(2));
        Lease<FakeConnection> lease = f.acquire();
        Lease<FakeConnection> another = f.acquire();

        assertThat(keep(f, 5)).hasSize(1);

        lease.close();
        another.close();
        assertThat(f.host().idle()).isEqualTo(2);
    }

    @Test
    void limitOverAllHostsHoldsAndNobodyMakesRoom() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnections(3));
        f.makeIdle("another", 2);

        assertThat(keep(f, 3)).containsExactlyInAnyOrder(true, false, false);

        assertThat(f.host("another").idle()).isEqualTo(2);
        assertThat(f.host().idle()).isEqualTo(1);
    }

    @Test
    void whatClosesIsReplacedInTheBackground() throws Exception {
        PoolFixture f = new PoolFixture(settings().idleTimeout(Duration.ofSeconds(30)));
        keep(f, 2);

        f.ticker.advance(Duration.ofSeconds(30));
        f.sweep();
        awaitIdle(f, 2);

        assertThat(f.host().opened()).isEqualTo(4);
        assertThat(f.host().closed()).containsEntry(CloseReason.IDLE_TIMEOUT, 2L);
    }

    @Test
    void whatIsInUseIsNoLongerInReserve() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        keep(f, 1);

        Lease<FakeConnection> lease = f.acquire();
        f.sweep();
        awaitIdle(f, 1);

        assertThat(f.host().active()).isEqualTo(1);
        lease.close();
    }

    @Test
    void sweepComesAgainWithinFiveSeconds() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        keep(f, 1);
        f.acquire();
        f.source.fail(new IOException("down"));
        f.ticker.advance(Duration.ofMinutes(20));

        assertThat(f.pool.sweep(f.ticker.nanos()))
                .isLessThanOrEqualTo(Duration.ofSeconds(5).toNanos());
    }

    @Test
    void failureIsToldOnceAndPausesGrow() throws Exception {
        try (CapturedLog log = new CapturedLog()) {
            PoolFixture f = new PoolFixture(settings());
            f.source.fail(new IOException("down"));

            assertThat(keep(f, 2)).containsExactly(false, false);
            int tries = f.source.deadlines().size();
            f.ticker.advance(Duration.ofMillis(999));
            f.sweep();
            assertThat(f.source.deadlines()).hasSize(tries);
            f.ticker.advance(Duration.ofMillis(1));
            f.sweep();
            awaitFailures(f, 4);
            f.ticker.advance(Duration.ofMillis(1999));
            f.sweep();
            assertThat(f.source.deadlines()).hasSize(4);

            assertThat(log.linesWith("No connection to " + HOST + " could be opened in advance, tried"))
                    .singleElement()
                    .asString()
                    .contains("WARN")
                    .contains("down");
        }
    }

    @Test
    void nextTryIsPossibleAsSoonAsAFailureIsToldOf() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        AtomicBoolean first = new AtomicBoolean(true);
        f.pool.addListener(new PoolListener() {
            @Override
            public void connectFailed(String host, long nanos, Throwable failure) {
                if (first.getAndSet(false)) {
                    f.ticker.advance(Duration.ofSeconds(1));
                    f.sweep();
                }
            }
        });
        f.source.fail(new IOException("down"));

        keep(f, 1);

        awaitFailures(f, 2);
    }

    @Test
    void pauseGrowsToAMinuteAndEndsWithTheFailures() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        f.source.fail(new IOException("down"));
        keep(f, 1);
        for (int failures = 1; failures < 12; failures++) {
            f.ticker.advance(Duration.ofSeconds(64));
            f.sweep();
            awaitFailures(f, failures + 1);
        }

        f.source.fail(null);
        f.ticker.advance(Duration.ofSeconds(64));
        f.sweep();
        awaitIdle(f, 1);

        assertThat(f.host().idle()).isEqualTo(1);
    }

    @Test
    void hostThatIsKeptIsNotForgotten() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        f.source.fail(new IOException("down"));
        keep(f, 1);

        f.ticker.advance(Duration.ofMinutes(11));
        f.sweep();

        assertThat(f.pool.snapshot().hosts()).containsKey(HOST);
    }

    @Test
    void nothingIsKeptOnceItHasEnded() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        keep(f, 2);

        f.pool.keepNoIdle();
        f.pool.evictIdle();
        f.ticker.advance(Duration.ofSeconds(5));
        f.sweep();

        assertThat(f.host().opened()).isEqualTo(2);
        assertThat(f.host().idle()).isZero();
    }

    @Test
    void closedOrDisabledPoolOpensNone() throws Exception {
        PoolFixture disabled = new PoolFixture(settings().enabled(false));
        PoolFixture closed = new PoolFixture(settings());
        closed.pool.close();

        assertThat(keep(disabled, 1)).isEmpty();
        assertThat(keep(closed, 1)).isEmpty();
    }

    @Test
    void openingIsCancelledWhenThePoolIsClosed() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        f.source.waitFor(new Semaphore(0));
        List<CompletableFuture<Boolean>> openings = f.pool.keepIdle(HOST, 1, CONNECT_TIMEOUT);
        f.awaitConnecting(1);

        f.pool.close();

        assertThat(results(openings)).containsExactly(false);
        assertThat(f.pool.snapshot().totals().connecting()).isZero();
    }

    @Test
    void connectionThatIsOpenedForTheReserveServesWhoWaits() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnectionsPerHost(1));
        Semaphore gate = new Semaphore(0);
        f.source.waitFor(gate);
        List<CompletableFuture<Boolean>> openings = f.pool.keepIdle(HOST, 1, CONNECT_TIMEOUT);
        f.awaitConnecting(1);

        var waiting = f.inLine(1, f::acquire);
        gate.release();
        results(openings);

        assertThat(waiting.get(10, TimeUnit.SECONDS).isReused()).isTrue();
    }

    private static List<Boolean> keep(PoolFixture f, int wanted) {
        return results(f.pool.keepIdle(HOST, wanted, CONNECT_TIMEOUT));
    }

    private static List<Boolean> results(List<CompletableFuture<Boolean>> openings) {
        return openings.stream()
                .map(opening -> opening.orTimeout(10, TimeUnit.SECONDS).join())
                .toList();
    }

    private static void awaitIdle(PoolFixture f, int count) {
        await().pollInterval(Duration.ofMillis(1))
                .untilAsserted(() -> assertThat(f.host().idle()).isEqualTo(count));
    }

    private static void awaitFailures(PoolFixture f, int count) {
        await().pollInterval(Duration.ofMillis(1))
                .untilAsserted(() -> assertThat(f.host().connectFailures()).isEqualTo(count));
    }
}
