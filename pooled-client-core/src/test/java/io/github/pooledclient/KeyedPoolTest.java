// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.KeyedPool;
import io.github.pooledclient.pool.Lease;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.testing.FakeConnection;
import io.github.pooledclient.testing.FakeSource;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The pool as somebody uses it who writes a proxy, or the client of another protocol. */
class KeyedPoolTest {

    private final FakeSource source = new FakeSource();
    private final KeyedPool<String, FakeConnection> pool = KeyedPools.create(
            PoolSettings.builder().maxConnectionsPerHost(2).maxIdlePerHost(2).build(), source);

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void tryAcquireFindsNothingInAnEmptyPool() {
        assertThat(pool.tryAcquire("upstream")).isNull();
        assertThat(source.opened()).isEmpty();
    }

    @Test
    void tryAcquireLendsAnIdleConnection() throws Exception {
        pool.acquire("upstream").close();

        Lease<FakeConnection> lease = Objects.requireNonNull(pool.tryAcquire("upstream"));

        assertThat(lease.connection()).isSameAs(source.opened().get(0));
        assertThat(pool.idle("upstream")).isZero();
    }

    @Test
    void tryAcquirePassesOverDeadConnections() throws Exception {
        pool.acquire("upstream").close();
        source.opened().get(0).die(CloseReason.PEER_CLOSED);
        long start = System.nanoTime();
        while (System.nanoTime() - start < 2_000_000) {
            Thread.onSpinWait();
        }

        assertThat(pool.tryAcquire("upstream")).isNull();
        assertThat(source.opened().get(0).closedFor()).isEqualTo(CloseReason.PEER_CLOSED);
    }

    @Test
    void connectionOfTheCallersIsTakenInAsIdle() throws Exception {
        FakeConnection own = new FakeConnection(100);

        assertThat(pool.offer("upstream", own)).isTrue();

        assertThat(pool.idle("upstream")).isEqualTo(1);
        assertThat(pool.acquire("upstream").connection()).isSameAs(own);
    }

    @Test
    void connectionOfTheCallersIsRefusedWithoutAPermit() throws Exception {
        pool.acquire("upstream");
        pool.acquire("upstream");
        FakeConnection own = new FakeConnection(100);

        assertThat(pool.offer("upstream", own)).isFalse();

        assertThat(own.closedFor()).isNull();
    }

    @Test
    void unusableConnectionOfTheCallersIsRefused() {
        FakeConnection own = new FakeConnection(100);
        own.becomeUnusable(CloseReason.PROTOCOL_ERROR);

        assertThat(pool.offer("upstream", own)).isFalse();
    }

    @Test
    void connectionIsReleasedAsNotReusable() throws Exception {
        Lease<FakeConnection> lease = pool.acquire("upstream");

        lease.discard(CloseReason.PROTOCOL_ERROR);

        assertThat(pool.idle("upstream")).isZero();
        assertThat(lease.connection().closedFor()).isEqualTo(CloseReason.PROTOCOL_ERROR);
    }

    @Test
    void keysHaveConnectionsOfTheirOwn() throws Exception {
        pool.acquire("one").close();

        assertThat(pool.tryAcquire("other")).isNull();
        assertThat(pool.snapshot().hosts()).containsOnlyKeys("one");
    }

    @Test
    void idleConnectionsOfOneKeyAreEvicted() throws Exception {
        pool.acquire("one").close();
        pool.acquire("other").close();

        pool.evictIdle("one");

        assertThat(pool.idle("one")).isZero();
        assertThat(pool.idle("other")).isEqualTo(1);
    }
}
