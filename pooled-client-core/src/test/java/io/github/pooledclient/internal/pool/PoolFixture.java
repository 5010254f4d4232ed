// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pooledclient.pool.HostSnapshot;
import io.github.pooledclient.pool.Lease;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.testing.FakeConnection;
import io.github.pooledclient.testing.FakeSource;
import io.github.pooledclient.testing.FakeTicker;
import io.github.pooledclient.testing.RecordingPoolListener;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;

/** A pool of plain objects on a clock that stands still, and what tests do with it. */
final class PoolFixture {

    static final String HOST = "a";

    final FakeTicker ticker = new FakeTicker();
    final FakeSource source = new FakeSource();
    final RecordingPoolListener listener = new RecordingPoolListener();
    final ConnectionPool<String, FakeConnection> pool;

    PoolFixture(PoolSettings.Builder settings) {
        PoolSettings built = settings.build();
        pool = new ConnectionPool<>(built, source, key -> key, key -> built, ticker, instant -> {});
        pool.addListener(listener);
    }

    static PoolSettings.Builder settings() {
        return PoolSettings.builder().maxLifetime(Duration.ZERO);
    }

    Lease<FakeConnection> acquire() throws IOException, InterruptedException {
        return pool.acquire(HOST);
    }

    /** Opens so many connections and gives them back, the first one first. */
    void makeIdle(int count) throws IOException, InterruptedException {
        makeIdle(HOST, count);
    }

    void makeIdle(String host, int count) throws IOException, InterruptedException {
        List<Lease<FakeConnection>> leases = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            leases.add(pool.acquire(host));
        }
        leases.forEach(Lease::close);
    }

    HostSnapshot host() {
        return host(HOST);
    }

    HostSnapshot host(String name) {
        return pool.snapshot().hosts().getOrDefault(name, HostSnapshot.NONE);
    }

    void sweep() {
        pool.sweep(ticker.nanos());
    }

    /** Runs something on a thread of its own and waits until it is in the waiting line as one of so many. */
    <T> FutureTask<T> inLine(int line, Callable<T> waiting) {
        FutureTask<T> task = start(waiting);
        awaitPending(line);
        return task;
    }

    static <T> FutureTask<T> start(Callable<T> task) {
        FutureTask<T> future = new FutureTask<>(task);
        Thread thread = new Thread(future, "waiting");
        thread.setDaemon(true);
        thread.start();
        return future;
    }

    void awaitConnecting(int count) {
        await().pollInterval(Duration.ofMillis(1))
                .untilAsserted(
                        () -> assertThat(pool.snapshot().totals().connecting()).isEqualTo(count));
    }

    /** Lets those who wait look at the clock, which has moved without their knowing. */
    void unparkWaiters() {
        Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("waiting"))
                .forEach(LockSupport::unpark);
    }

    void awaitPending(int count) {
        await().pollInterval(Duration.ofMillis(1))
                .untilAsserted(
                        () -> assertThat(pool.snapshot().totals().pending()).isEqualTo(count));
    }
}
