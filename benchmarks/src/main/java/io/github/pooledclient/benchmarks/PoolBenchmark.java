// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks;

import io.github.pooledclient.KeyedPools;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.KeyedPool;
import io.github.pooledclient.pool.Lease;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.pool.Poolable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** What the pool costs by itself: acquire and give back, with a connection that does nothing. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PoolBenchmark {

    /** How many hosts the threads go to, in random order. */
    @Param({"1", "1000"})
    public int hosts;

    /** How many connections are idle, at all hosts together; each has at least one. */
    @Param({"1", "10000"})
    public int idle;

    private Host[] keys = new Host[0];
    private @Nullable KeyedPool<Host, Idler> pool;

    @Setup(Level.Trial)
    public void open() throws IOException, InterruptedException {
        int idlePerHost = Math.max(1, idle / hosts);
        PoolSettings settings = PoolSettings.builder()
                .maxConnectionsPerHost(64 + idlePerHost)
                .maxIdlePerHost(64 + idlePerHost)
                .build();
        pool = KeyedPools.create(settings, (key, deadline) -> new Idler());
        keys = new Host[hosts];
        for (int i = 0; i < hosts; i++) {
            keys[i] = new Host("host" + i);
            makeIdle(keys[i], idlePerHost);
        }
    }

    private void makeIdle(Host key, int count) throws IOException, InterruptedException {
        List<Lease<Idler>> leases = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            leases.add(pool().acquire(key));
        }
        leases.forEach(Lease::close);
    }

    @TearDown(Level.Trial)
    public void close() {
        pool().close();
    }

    @Benchmark
    @Threads(1)
    public Idler oneThread() throws IOException, InterruptedException {
        return acquireAndGiveBack();
    }

    @Benchmark
    @Threads(16)
    public Idler sixteenThreads() throws IOException, InterruptedException {
        return acquireAndGiveBack();
    }

    private Idler acquireAndGiveBack() throws IOException, InterruptedException {
        Host key = keys.length == 1 ? keys[0] : keys[ThreadLocalRandom.current().nextInt(keys.length)];
        try (Lease<Idler> lease = pool().acquire(key)) {
            return lease.connection();
        }
    }

    private KeyedPool<Host, Idler> pool() {
        if (pool == null) {
            throw new IllegalStateException("not open");
        }
        return pool;
    }

    /** A key, as costly to compare as the name of a host. */
    public record Host(String name) {}

    /** A connection that is always well. */
    public static final class Idler implements Poolable {

        @Override
        public @Nullable CloseReason unusable() {
            return null;
        }

        @Override
        public @Nullable CloseReason probe() {
            return null;
        }

        @Override
        public void close(CloseReason reason) {
            // There is nothing to close.
        }
    }
}
