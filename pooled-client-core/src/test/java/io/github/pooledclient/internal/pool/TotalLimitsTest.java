// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import static io.github.pooledclient.internal.pool.PoolFixture.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.pooledclient.pool.AcquireTimeoutException;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.Lease;
import io.github.pooledclient.pool.PoolListener;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.testing.FakeConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TotalLimitsTest {

    @Test
    void idleConnectionOfAnotherHostMakesRoom() throws Exception {
        PoolFixture f = new PoolFixture(limit(2));
        f.makeIdle("a", 1);
        f.ticker.advance(Duration.ofSeconds(1));
        f.makeIdle("b", 1);
        f.ticker.advance(Duration.ofSeconds(1));

        Lease<FakeConnection> lease = f.pool.acquire("c");

        assertThat(lease.isReused()).isFalse();
        assertThat(f.host("a").closed()).isEqualTo(Map.of(CloseReason.MADE_ROOM, 1L));
        assertThat(f.host("b").idle()).isEqualTo(1);
    }

    @Test
    void callerWhoMakesRoomForHimselfIsNotAmongThoseWhoWait() throws Exception {
        PoolFixture f = new PoolFixture(limit(1));
        f.makeIdle("a", 1);
        List<Integer> pending = new ArrayList<>();
        f.pool.addListener(new PoolListener() {
            @Override
            public void closed(String host, CloseReason reason, long ageNanos) {
                pending.add(f.host("b").pending());
            }
        });

        f.pool.acquire("b");

        assertThat(pending).containsExactly(0);
    }

    @Test
    void callerWaitsWhenAllAreInUseAndGetsThePlaceOfAClosedOne() throws Exception {
        PoolFixture f = new PoolFixture(limit(1));
        Lease<FakeConnection> held = f.pool.acquire("a");
        FutureTask<Lease<FakeConnection>> waiting = f.inLine(1, () -> f.pool.acquire("b"));

        held.discard(CloseReason.IO_ERROR);

        assertThat(waiting.get(10, TimeUnit.SECONDS).isReused()).isFalse();
    }

    @Test
    void connectionThatComesBackMakesRoomForWhoeverWaitsForAPlace() throws Exception {
        PoolFixture f = new PoolFixture(limit(1));
        Lease<FakeConnection> held = f.pool.acquire("a");
        FutureTask<Lease<FakeConnection>> waiting = f.inLine(1, () -> f.pool.acquire("b"));

        held.close();

        assertThat(waiting.get(10, TimeUnit.SECONDS).isReused()).isFalse();
        assertThat(f.host("a").closed()).isEqualTo(Map.of(CloseReason.MADE_ROOM, 1L));
    }

    @Test
    void connectionThatComesBackIsHandedToAWaiterOfItsOwnHost() throws Exception {
        PoolFixture f = new PoolFixture(limit(1));
        Lease<FakeConnection> held = f.pool.acquire("a");
        FutureTask<Lease<FakeConnection>> waiting = f.inLine(1, () -> f.pool.acquire("a"));

        held.close();

        assertThat(waiting.get(10, TimeUnit.SECONDS).isReused()).isTrue();
        assertThat(f.source.opened()).hasSize(1);
    }

    @Test
    void whoWaitsLongerForAPlaceGoesBeforeThoseWhoWaitAtTheHost() throws Exception {
        PoolFixture f = new PoolFixture(limit(1).maxConnectionsPerHost(1));
        Lease<FakeConnection> held = f.pool.acquire("a");
        FutureTask<Lease<FakeConnection>> elsewhere = f.inLine(1, () -> f.pool.acquire("b"));
        f.ticker.advance(Duration.ofMillis(1));
        FutureTask<Lease<FakeConnection>> here = f.inLine(2, () -> f.pool.acquire("a"));

        held.close();

        Lease<FakeConnection> first = elsewhere.get(10, TimeUnit.SECONDS);
        assertThat(here.isDone()).isFalse();
        first.close();
        assertThat(here.get(10, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void waitForAPlaceTimesOutWithTheFigures() throws Exception {
        PoolFixture f = new PoolFixture(limit(1).acquireTimeout(Duration.ZERO));
        f.pool.acquire("a");

        assertThatThrownBy(() -> f.pool.acquire("b"))
                .isInstanceOf(AcquireTimeoutException.class)
                .hasMessage("no connection to b within 0ms: all 1 connections that all hosts may have are in use,"
                        + " 0 others waiting");

        assertThat(f.host("b").acquireTimeouts()).isEqualTo(1);
        assertThat(f.host("b").pending()).isZero();
    }

    @Test
    void placeIsGivenBackWhenOpeningFails() throws Exception {
        PoolFixture f = new PoolFixture(limit(1).acquireTimeout(Duration.ZERO));
        f.source.fail(new java.net.ConnectException("refused"));
        assertThatThrownBy(() -> f.pool.acquire("a")).hasMessage("refused");
        f.source.fail(null);

        assertThat(f.pool.acquire("b")).isNotNull();
    }

    @Test
    void interruptEndsTheWaitForAPlace() throws Exception {
        PoolFixture f = new PoolFixture(limit(1));
        Lease<FakeConnection> held = f.pool.acquire("a");
        Thread[] waiter = new Thread[1];
        FutureTask<Lease<FakeConnection>> waiting = f.inLine(1, () -> {
            waiter[0] = Thread.currentThread();
            return f.pool.acquire("b");
        });

        waiter[0].interrupt();

        assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
        held.close();
        assertThat(f.host("a").idle()).isEqualTo(1);
    }

    @Test
    void idleConnectionsOverTheLimitOfAllHostsAreClosed() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxIdle(2));
        f.makeIdle("a", 1);
        f.ticker.advance(Duration.ofSeconds(1));
        f.makeIdle("b", 1);
        f.ticker.advance(Duration.ofSeconds(1));

        f.makeIdle("c", 1);

        assertThat(f.pool.snapshot().totals().idle()).isEqualTo(2);
        assertThat(f.host("a").closed()).isEqualTo(Map.of(CloseReason.MAX_IDLE, 1L));
    }

    private static PoolSettings.Builder limit(int maxConnections) {
        return settings().maxConnections(maxConnections).acquireTimeout(Duration.ofMinutes(1));
    }

    @Test
    void connectionThatWasBeingLookedAtMakesRoomForWhoeverCameMeanwhile() throws Exception {
        PoolFixture f = new PoolFixture(limit(1));
        f.makeIdle("a", 1);
        f.ticker.advance(Duration.ofSeconds(5));
        Semaphore look = new Semaphore(0);
        f.source.opened().get(0).waitWhenProbed(look);
        FutureTask<Long> sweep = PoolFixture.start(() -> f.pool.sweep(f.ticker.nanos()));
        await().until(() -> f.source.opened().get(0).probes() == 1);
        FutureTask<Lease<FakeConnection>> waiting = f.inLine(1, () -> f.pool.acquire("b"));

        look.release();

        assertThat(waiting.get(10, TimeUnit.SECONDS).isReused()).isFalse();
        assertThat(sweep.get(10, TimeUnit.SECONDS)).isPositive();
        assertThat(f.host("a").closed()).isEqualTo(Map.of(CloseReason.MADE_ROOM, 1L));
    }

    @Test
    void whoWaitsLongerForAPlaceGoesBeforeThoseWhoWaitAtItsOwnHost() throws Exception {
        PoolFixture f = new PoolFixture(limit(1).maxConnectionsPerHost(2));
        Lease<FakeConnection> held = f.pool.acquire("a");
        FutureTask<Lease<FakeConnection>> withPermit = f.inLine(1, () -> f.pool.acquire("a"));
        f.ticker.advance(Duration.ofMillis(1));
        FutureTask<Lease<FakeConnection>> later = f.inLine(2, () -> f.pool.acquire("a"));

        held.close();

        Lease<FakeConnection> first = withPermit.get(10, TimeUnit.SECONDS);
        assertThat(later.isDone()).isFalse();
        first.close();
        later.get(10, TimeUnit.SECONDS).close();
        assertThat(f.source.opened()).hasSize(1);
    }
}
