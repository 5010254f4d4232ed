// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import static io.github.pooledclient.internal.pool.PoolFixture.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.Lease;
import io.github.pooledclient.pool.PoolListener;
import io.github.pooledclient.testing.FakeConnection;
import io.github.pooledclient.transport.Deadline;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

class LendingTest {

    @Test
    void connectionThatWasGivenBackIsLentAgain() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        FakeConnection first;
        try (Lease<FakeConnection> lease = f.acquire()) {
            first = lease.connection();
            assertThat(lease.isReused()).isFalse();
        }

        try (Lease<FakeConnection> lease = f.acquire()) {

            assertThat(lease.connection()).isSameAs(first);
            assertThat(lease.isReused()).isTrue();
        }
        assertThat(f.host().opened()).isEqualTo(1);
        assertThat(f.host().reused()).isEqualTo(1);
    }

    @Test
    void lastConnectionThatCameBackIsLentFirst() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        f.makeIdle(3);

        Lease<FakeConnection> lease = f.acquire();

        assertThat(lease.connection()).isSameAs(f.source.opened().get(2));
    }

    @Test
    void oldestIdleConnectionIsClosedForTheOneThatComesBack() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxIdlePerHost(2));

        f.makeIdle(3);

        assertThat(f.source.opened().get(0).closedFor()).isEqualTo(CloseReason.MAX_IDLE);
        assertThat(f.host().idle()).isEqualTo(2);
        assertThat(f.host().closed()).isEqualTo(Map.of(CloseReason.MAX_IDLE, 1L));
    }

    @Test
    void noneIsKeptWithMaxIdleZero() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxIdlePerHost(0));

        f.makeIdle(1);

        assertThat(f.source.opened().get(0).closedFor()).isEqualTo(CloseReason.MAX_IDLE);
        assertThat(f.host().idle()).isZero();
    }

    @Test
    void noneIsKeptWithPoolingTurnedOff() throws Exception {
        PoolFixture f = new PoolFixture(settings().enabled(false));

        f.makeIdle(1);

        assertThat(f.host().closed()).isEqualTo(Map.of(CloseReason.WE_SAID_CLOSE, 1L));
    }

    @Test
    void unusableConnectionIsClosedForItsReason() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        Lease<FakeConnection> lease = f.acquire();
        lease.connection().becomeUnusable(CloseReason.PEER_SAID_CLOSE);

        lease.close();

        assertThat(lease.connection().closedFor()).isEqualTo(CloseReason.PEER_SAID_CLOSE);
        assertThat(f.host().idle()).isZero();
    }

    @Test
    void leaseEndsOnce() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnectionsPerHost(1));
        Lease<FakeConnection> lease = f.acquire();

        lease.close();
        lease.discard(CloseReason.IO_ERROR);
        lease.close();

        assertThat(f.host().idle()).isEqualTo(1);
        assertThat(lease.connection().closedFor()).isNull();
    }

    @Test
    void deadIdleConnectionsAreClosedAndTheNextLivingOneIsLent() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        f.makeIdle(3);
        f.source.opened().get(2).die(CloseReason.PEER_CLOSED);
        f.source.opened().get(1).die(CloseReason.SURPLUS_BYTES);
        f.ticker.advance(Duration.ofMillis(2));

        Lease<FakeConnection> lease = f.acquire();

        assertThat(lease.connection()).isSameAs(f.source.opened().get(0));
        assertThat(f.host().closed()).isEqualTo(Map.of(CloseReason.PEER_CLOSED, 1L, CloseReason.SURPLUS_BYTES, 1L));
        assertThat(f.host().reused()).isEqualTo(1);
    }

    @Test
    void newConnectionIsOpenedWithThePermitOfADeadOne() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnectionsPerHost(1).acquireTimeout(Duration.ZERO));
        f.makeIdle(1);
        f.source.opened().get(0).die(CloseReason.PEER_CLOSED);
        f.ticker.advance(Duration.ofMillis(2));

        Lease<FakeConnection> lease = f.acquire();

        assertThat(lease.isReused()).isFalse();
        assertThat(f.host().active()).isEqualTo(1);
    }

    @Test
    void connectionThatWasInUseAMomentAgoIsNotLookedAt() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        f.makeIdle(1);

        f.acquire();

        assertThat(f.source.opened().get(0).probes()).isZero();
    }

    @Test
    void connectionThatWasInUseAMomentAgoIsNotLentWithBytesOnIt() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        f.makeIdle(1);
        f.source.opened().get(0).die(CloseReason.SURPLUS_BYTES);

        Lease<FakeConnection> lease = f.acquire();

        assertThat(lease.isReused()).isFalse();
        assertThat(f.source.opened().get(0).closedFor()).isEqualTo(CloseReason.SURPLUS_BYTES);
    }

    @Test
    void connectionIsLookedAtWhateverItsAgeForARequestThatCannotBeRepeated() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        f.makeIdle(1);

        f.pool.acquire(PoolFixture.HOST, new Acquisition(Deadline.never(), 0, false, false, null));

        assertThat(f.source.opened().get(0).probes()).isEqualTo(1);
    }

    @Test
    void idleConnectionThatHasHadItsTimeIsNotLent() throws Exception {
        PoolFixture f = new PoolFixture(settings().idleTimeout(Duration.ofSeconds(30)));
        f.makeIdle(1);
        f.ticker.advance(Duration.ofSeconds(30));

        Lease<FakeConnection> lease = f.acquire();

        assertThat(lease.isReused()).isFalse();
        assertThat(f.host().closed()).isEqualTo(Map.of(CloseReason.IDLE_TIMEOUT, 1L));
    }

    @Test
    void connectionThatHasOutlivedItsLifetimeIsClosedOnReturn() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxLifetime(Duration.ofMinutes(10)));
        Lease<FakeConnection> lease = f.acquire();
        f.ticker.advance(Duration.ofMinutes(10));

        lease.close();

        assertThat(lease.connection().closedFor()).isEqualTo(CloseReason.MAX_LIFETIME);
    }

    @Test
    void lifetimesAreJitteredByATenthAtMost() throws Exception {
        PoolFixture f = new PoolFixture(settings()
                .maxLifetime(Duration.ofMinutes(10))
                .idleTimeout(Duration.ZERO)
                .maxConnectionsPerHost(50));
        f.makeIdle(50);

        f.ticker.advance(Duration.ofMinutes(9).minusMillis(1));
        f.sweep();
        int beforeTheJitter = f.host().idle();
        f.ticker.advance(Duration.ofSeconds(30));
        f.sweep();
        int inTheMiddle = f.host().idle();
        f.ticker.advance(Duration.ofSeconds(31));
        f.sweep();

        assertThat(beforeTheJitter).isEqualTo(50);
        assertThat(inTheMiddle).isStrictlyBetween(0, 50);
        assertThat(f.host().idle()).isZero();
    }

    @Test
    void keepAliveHintIsObeyedWithAMarginOfASecond() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        try (Lease<FakeConnection> lease = f.acquire()) {
            lease.connection().setIdleLimit(Duration.ofSeconds(5));
        }
        f.ticker.advance(Duration.ofSeconds(4));

        Lease<FakeConnection> lease = f.acquire();

        assertThat(lease.isReused()).isFalse();
        assertThat(f.host().closed()).isEqualTo(Map.of(CloseReason.KEEP_ALIVE_HINT, 1L));
    }

    @Test
    void keepAliveHintIsIgnoredWhereHintsAreTurnedOff() throws Exception {
        PoolFixture f = new PoolFixture(settings().keepAliveHints(false));
        try (Lease<FakeConnection> lease = f.acquire()) {
            lease.connection().setIdleLimit(Duration.ofSeconds(1));
        }
        f.ticker.advance(Duration.ofSeconds(4));

        assertThat(f.acquire().isReused()).isTrue();
    }

    @Test
    void failureToOpenReachesTheCallerAndCostsNoPermit() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnectionsPerHost(1));
        f.source.fail(new ConnectException("refused"));

        assertThatThrownBy(f::acquire).isInstanceOf(ConnectException.class).hasMessage("refused");

        f.source.fail(null);
        assertThat(f.acquire().connection()).isNotNull();
        assertThat(f.host().connectFailures()).isEqualTo(1);
    }

    @Test
    void failureThatCannotBeToldCostsNoPermit() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnectionsPerHost(1));
        IOException untellable = new IOException("broken") {
            @Override
            public String getMessage() {
                throw new StackOverflowError("even its message cannot be told");
            }
        };
        f.source.fail(untellable);

        assertThatThrownBy(f::acquire).isSameAs(untellable);

        f.source.fail(null);
        assertThat(f.acquire().connection()).isNotNull();
    }

    @Test
    void connectHasWhatIsLeftOfTheAcquireTimeout() throws Exception {
        PoolFixture f = new PoolFixture(settings().acquireTimeout(Duration.ofSeconds(3)));

        f.acquire();

        assertThat(f.source.deadlines()).containsExactly(Deadline.after(Duration.ofSeconds(3), f.ticker));
    }

    @Test
    void connectHasItsOwnTimeoutWithoutAWait() throws Exception {
        PoolFixture f = new PoolFixture(settings().acquireTimeout(Duration.ZERO));

        f.pool.acquire(
                PoolFixture.HOST,
                new Acquisition(Deadline.never(), Duration.ofSeconds(1).toNanos(), false, true, null));

        assertThat(f.source.deadlines()).containsExactly(Deadline.after(Duration.ofSeconds(1), f.ticker));
    }

    @Test
    void freshConnectionIsOpenedBesideIdleOnes() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        f.makeIdle(1);

        Lease<FakeConnection> lease = f.pool.acquire(PoolFixture.HOST, fresh());

        assertThat(lease.isReused()).isFalse();
        assertThat(f.host().idle()).isEqualTo(1);
    }

    @Test
    void oldestIdleConnectionGivesItsPermitForAFreshOneAtTheLimit() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnectionsPerHost(2));
        f.makeIdle(2);

        Lease<FakeConnection> lease = f.pool.acquire(PoolFixture.HOST, fresh());

        assertThat(lease.isReused()).isFalse();
        assertThat(f.source.opened().get(0).closedFor()).isEqualTo(CloseReason.STALE);
        assertThat(f.source.opened().get(1).closedFor()).isNull();
    }

    @Test
    void idleConnectionsOlderThanAStaleOneAreClosedOnRetry() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        f.makeIdle(2);
        Lease<FakeConnection> stale = f.acquire();
        f.ticker.advance(Duration.ofSeconds(1));
        Lease<FakeConnection> hot = f.pool.acquire(PoolFixture.HOST, fresh());
        hot.close();

        f.pool.retriedAfter(PoolFixture.HOST, stale);

        assertThat(f.source.opened().get(0).closedFor()).isEqualTo(CloseReason.STALE);
        assertThat(hot.connection().closedFor()).isNull();
        assertThat(f.host().retries()).isEqualTo(1);
    }

    @Test
    void listenerThatThrowsChangesNothing() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnectionsPerHost(1));
        f.pool.addListener(new PoolListener() {
            @Override
            public void acquired(String host, long waitNanos, boolean reused) {
                throw new AssertionError("of the listener");
            }

            @Override
            public void returned(String host, long leaseNanos) {
                throw new IllegalStateException("of the listener");
            }
        });

        f.acquire().close();
        f.acquire().close();

        assertThat(f.host().idle()).isEqualTo(1);
    }

    @Test
    void listenerHearsTheLifeOfAConnection() throws Exception {
        PoolFixture f = new PoolFixture(settings());

        f.acquire().close();
        f.acquire().discard(CloseReason.IO_ERROR);

        assertThat(f.listener.events())
                .isEqualTo(List.of(
                        "added a",
                        "opened a",
                        "acquired a",
                        "returned a",
                        "reused a",
                        "returned a",
                        "closed a: io_error"));
    }

    private static Acquisition fresh() {
        return new Acquisition(Deadline.never(), 0, true, false, null);
    }

    @Test
    void connectionThatWasBeingOpenedWhenAllWereRetiredIsUsedOnce() throws Exception {
        PoolFixture f = new PoolFixture(settings());
        Semaphore gate = new Semaphore(0);
        f.source.waitFor(gate);
        FutureTask<Lease<FakeConnection>> opening = PoolFixture.start(f::acquire);
        f.awaitConnecting(1);

        f.pool.retire(key -> true);
        gate.release(2);
        opening.get().close();
        f.acquire().close();

        assertThat(f.source.opened()).extracting(FakeConnection::closedFor).containsExactly(CloseReason.RETIRED, null);
    }
}
