// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import static io.github.pooledclient.internal.pool.PoolFixture.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.Lease;
import io.github.pooledclient.testing.FakeConnection;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SweepTest {

    @Test
    void idleConnectionIsClosedWhenItsTimeIsOver() throws Exception {
        PoolFixture f = new PoolFixture(settings().idleTimeout(Duration.ofSeconds(30)));
        f.makeIdle(1);

        f.ticker.advance(Duration.ofSeconds(30).minusNanos(1));
        f.sweep();
        int before = f.host().idle();
        f.ticker.advance(Duration.ofNanos(1));
        f.sweep();

        assertThat(before).isEqualTo(1);
        assertThat(f.host().idle()).isZero();
        assertThat(f.source.opened().get(0).closedFor()).isEqualTo(CloseReason.IDLE_TIMEOUT);
    }

    @Test
    void sweepSaysWhenTheNextConnectionHasItsTime() throws Exception {
        PoolFixture f = new PoolFixture(settings().idleTimeout(Duration.ofSeconds(3)));
        f.makeIdle(1);
        f.ticker.advance(Duration.ofSeconds(1));

        assertThat(f.pool.sweep(f.ticker.nanos()))
                .isEqualTo(Duration.ofSeconds(2).toNanos());
    }

    @Test
    void connectionThatComesBackAfterTheSweepIsClosedInTime() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        f.makeIdle(2);
        f.sweep();
        try (Lease<FakeConnection> lease = f.acquire()) {
            lease.connection().setIdleLimit(Duration.ofSeconds(3));
        }
        f.ticker.advance(Duration.ofSeconds(2));

        f.sweep();

        assertThat(f.host().closed()).isEqualTo(Map.of(CloseReason.KEEP_ALIVE_HINT, 1L));
    }

    @Test
    void leaseThatBeginsAfterTheSweepIsReportedInTime() throws Exception {
        PoolFixture f = new PoolFixture(settings().leakDetectionThreshold(Duration.ofSeconds(1)));
        f.makeIdle(1);
        f.sweep();
        f.acquire();
        f.ticker.advance(Duration.ofSeconds(1));

        f.sweep();

        assertThat(f.host().leaks()).isEqualTo(1);
    }

    @Test
    void idleConnectionIsLookedAtEveryFiveSeconds() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        f.makeIdle(2);
        for (int second = 1; second <= 11; second++) {
            f.ticker.advance(Duration.ofSeconds(1));
            f.sweep();
        }

        assertThat(f.source.opened()).extracting(FakeConnection::probes).containsExactly(2, 2);
    }

    @Test
    void idleConnectionThatDiedIsClosedInTheBackground() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        f.makeIdle(3);
        f.source.opened().get(1).die(CloseReason.PEER_CLOSED);
        f.ticker.advance(Duration.ofSeconds(5));

        f.sweep();

        assertThat(f.host().idle()).isEqualTo(2);
        assertThat(f.host().closed()).isEqualTo(Map.of(CloseReason.PEER_CLOSED, 1L));
    }

    @Test
    void lookingKeepsTheOrderOfReuse() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        f.makeIdle(3);
        f.ticker.advance(Duration.ofSeconds(5));

        f.sweep();

        assertThat(f.acquire().connection()).isSameAs(f.source.opened().get(2));
        assertThat(f.acquire().connection()).isSameAs(f.source.opened().get(1));
    }

    @Test
    void leaseThatIsHeldTooLongIsReportedOnce() throws Exception {
        PoolFixture f = new PoolFixture(settings().leakDetectionThreshold(Duration.ofSeconds(10)));
        f.acquire();
        f.ticker.advance(Duration.ofSeconds(10));

        f.sweep();
        f.ticker.advance(Duration.ofSeconds(10));
        f.sweep();

        assertThat(f.listener.events()).containsOnlyOnce("leaked a");
        assertThat(f.host().leaks()).isEqualTo(1);
    }

    @Test
    void laterLeaseOfTheSameConnectionIsReportedAnew() throws Exception {
        PoolFixture f = new PoolFixture(settings().leakDetectionThreshold(Duration.ofSeconds(10)));
        Lease<FakeConnection> first = f.acquire();
        f.ticker.advance(Duration.ofSeconds(10));
        f.sweep();
        first.close();
        f.acquire();
        f.ticker.advance(Duration.ofSeconds(10));

        f.sweep();

        assertThat(f.host().leaks()).isEqualTo(2);
    }

    @Test
    void leaseThatWasLostIsCountedAndTold() throws Exception {
        PoolFixture f = new PoolFixture(settings());

        f.acquire().discard(CloseReason.LEAKED);

        assertThat(f.host().leaks()).isEqualTo(1);
        assertThat(f.host().active()).isZero();
        assertThat(f.host().closed()).isEqualTo(Map.of(CloseReason.LEAKED, 1L));
        assertThat(f.listener.events()).contains("leaked a", "closed a: leaked");
    }

    @Test
    void leaseThatIsHeldTooLongAndThenLostIsOneLeak() throws Exception {
        PoolFixture f = new PoolFixture(settings().leakDetectionThreshold(Duration.ofSeconds(10)));
        Lease<FakeConnection> lease = f.acquire();
        f.ticker.advance(Duration.ofSeconds(10));
        f.sweep();

        lease.discard(CloseReason.LEAKED);

        assertThat(f.host().leaks()).isEqualTo(1);
        assertThat(f.listener.events()).containsOnlyOnce("leaked a");
    }

    @Test
    void leaseThatHasEndedCannotBeLost() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        Lease<FakeConnection> lease = f.acquire();
        lease.close();

        lease.discard(CloseReason.LEAKED);

        assertThat(f.host().leaks()).isZero();
        assertThat(f.host().idle()).isEqualTo(1);
    }

    @Test
    void hostIsForgottenAfterTenEmptyMinutesAndItsCountsStay() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        f.makeIdle(1);
        f.pool.evictIdle();
        f.ticker.advance(Duration.ofMinutes(10).minusNanos(1));
        f.sweep();
        boolean thereBefore = f.pool.snapshot().hosts().containsKey("a");

        f.ticker.advance(Duration.ofNanos(1));
        f.sweep();

        assertThat(thereBefore).isTrue();
        assertThat(f.pool.snapshot().hosts()).isEmpty();
        assertThat(f.pool.snapshot().totals().opened()).isEqualTo(1);
        assertThat(f.pool.snapshot().totals().closed()).isEqualTo(Map.of(CloseReason.EVICTED, 1L));
        assertThat(f.listener.events()).contains("removed a");
    }

    @Test
    void hostInUseIsNotForgotten() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        Lease<FakeConnection> held = f.acquire();
        f.ticker.advance(Duration.ofHours(1));

        f.sweep();
        held.close();

        assertThat(f.host().idle()).isEqualTo(1);
    }

    @Test
    void forgottenHostIsMadeAnewWhenItIsNeeded() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        f.makeIdle(1);
        f.pool.evictIdle();
        f.ticker.advance(Duration.ofMinutes(10));
        f.sweep();

        f.acquire();

        assertThat(f.host().opened()).isEqualTo(1);
        assertThat(f.pool.snapshot().totals().opened()).isEqualTo(2);
    }

    @Test
    void emptyHostThatIsSuspendedNeedsNoSweep() throws Exception {
        PoolFixture f = new PoolFixture(settings().idleTimeout(Duration.ofSeconds(1)));
        f.makeIdle(1);
        f.pool.suspend(key -> true);
        f.pool.evictIdle();

        f.ticker.advance(Duration.ofMinutes(11));

        assertThat(f.pool.sweep(f.ticker.nanos())).isPositive();
        assertThat(f.pool.snapshot().hosts()).containsKey(PoolFixture.HOST);
    }
}
