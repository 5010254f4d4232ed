// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import static io.github.pooledclient.internal.pool.PoolFixture.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.pool.AcquireRejectedException;
import io.github.pooledclient.pool.AcquireTimeoutException;
import io.github.pooledclient.pool.Lease;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.testing.FakeConnection;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** For how long a pool has been exhausted, as its snapshot says. */
class ExhaustionTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void poolWhoseConnectionsAreAllInUseIsNotExhaustedUntilSomebodyMissesOne() throws Exception {
        PoolFixture f = fixture();
        f.acquire();

        f.ticker.advance(SECOND);

        assertThat(f.host().exhaustedFor()).isZero();
    }

    @Test
    void poolIsExhaustedSinceTheFirstCallerHadToWait() throws Exception {
        PoolFixture f = fixture();
        f.acquire();
        FutureTask<Lease<FakeConnection>> first = f.inLine(1, f::acquire);
        f.ticker.advance(SECOND);
        FutureTask<Lease<FakeConnection>> second = f.inLine(2, f::acquire);

        f.ticker.advance(SECOND);

        assertThat(first).isNotDone();
        assertThat(second).isNotDone();
        assertThat(f.host().exhaustedFor()).isEqualTo(SECOND.multipliedBy(2));
        assertThat(f.pool.snapshot().totals().exhaustedFor()).isEqualTo(SECOND.multipliedBy(2));
    }

    @Test
    void poolStaysExhaustedWhileCallersGetOneOnlyFromAnother() throws Exception {
        PoolFixture f = fixture();
        Lease<FakeConnection> first = f.acquire();
        FutureTask<Lease<FakeConnection>> next = f.inLine(1, f::acquire);
        f.ticker.advance(SECOND);

        first.close();
        next.get(10, TimeUnit.SECONDS);
        f.ticker.advance(SECOND);

        assertThat(f.host().exhaustedFor()).isEqualTo(SECOND.multipliedBy(2));
    }

    @Test
    void callersThatGiveUpOrAreRefusedDoNotEndIt() throws Exception {
        PoolFixture f = new PoolFixture(settings()
                .maxConnectionsPerHost(1)
                .acquireTimeout(Duration.ZERO)
                .maxPendingPerHost(1));
        f.acquire();

        assertThatThrownBy(f::acquire).isInstanceOf(AcquireTimeoutException.class);
        f.ticker.advance(SECOND);
        assertThatThrownBy(f::acquire).isInstanceOf(AcquireTimeoutException.class);

        assertThat(f.host().exhaustedFor()).isEqualTo(SECOND);
    }

    @Test
    void poolThatRefusesAllWhoWouldWaitIsExhausted() throws Exception {
        PoolFixture f = new PoolFixture(settings().maxConnectionsPerHost(1).maxPendingPerHost(0));
        f.acquire();

        assertThatThrownBy(f::acquire).isInstanceOf(AcquireRejectedException.class);
        f.ticker.advance(SECOND);

        assertThat(f.host().exhaustedFor()).isEqualTo(SECOND);
    }

    @Test
    void connectionThatNobodyWaitsForEndsIt() throws Exception {
        PoolFixture f = fixture();
        Lease<FakeConnection> first = f.acquire();
        FutureTask<Lease<FakeConnection>> next = f.inLine(1, f::acquire);
        f.ticker.advance(SECOND);
        first.close();

        next.get(10, TimeUnit.SECONDS).close();
        assertThat(f.host().exhaustedFor()).isZero();

        f.acquire();
        f.ticker.advance(SECOND);
        assertThat(f.host().exhaustedFor()).isZero();
    }

    @Test
    void suspendedHostIsNotExhausted() throws Exception {
        PoolFixture f = fixture();
        f.acquire();
        f.pool.suspend(PoolFixture.HOST::equals);
        FutureTask<Lease<FakeConnection>> waiting = f.inLine(1, f::acquire);
        f.ticker.advance(SECOND);
        assertThat(f.host().exhaustedFor()).isZero();

        f.pool.resume(PoolFixture.HOST::equals);

        assertThat(waiting).isNotDone();
        assertThat(f.host().exhaustedFor()).isZero();
    }

    @Test
    void hostThatWaitsForAPlaceAmongAllIsExhausted() throws Exception {
        PoolFixture f = new PoolFixture(limit(1));
        f.pool.acquire("a");
        FutureTask<Lease<FakeConnection>> waiting = f.inLine(1, () -> f.pool.acquire("b"));

        f.ticker.advance(SECOND);

        assertThat(f.host("b").exhaustedFor()).isEqualTo(SECOND);
        assertThat(f.host("a").exhaustedFor()).isZero();
        assertThat(waiting).isNotDone();
    }

    private static PoolFixture fixture() {
        return new PoolFixture(settings().maxConnectionsPerHost(1).acquireTimeout(Duration.ofMinutes(1)));
    }

    private static PoolSettings.Builder limit(int maxConnections) {
        return settings().maxConnections(maxConnections).acquireTimeout(Duration.ofMinutes(1));
    }
}
