// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks;

import io.github.pooledclient.KeyedPools;
import io.github.pooledclient.pool.KeyedPool;
import io.github.pooledclient.pool.PoolSettings;
import java.io.IOException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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

/**
 * More threads than connections: how many leases a second, and how long one takes, by its percentiles. Against semaphores
 * with a deque of connections, which do nothing else: the unfair one is the limit of throughput, the fair one of order.
 */
@State(Scope.Benchmark)
@BenchmarkMode({Mode.Throughput, Mode.SampleTime})
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Threads(64)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 3)
public class ContendedPoolBenchmark {

    private static final int CONNECTIONS = 8;

    @Param({"pool", "unfair", "fair"})
    public String line = "";

    /** For how long a thread that has a connection sleeps, as in an exchange; a timer makes at least some 50 more of it. */
    @Param({"0", "20"})
    public int holdMicros;

    private Lender lender = () -> {
        throw new IllegalStateException("not open");
    };
    private Runnable toClose = () -> {};

    /** Lends a connection, and does not say which. */
    private interface Lender {
        Runnable acquire() throws IOException, InterruptedException;
    }

    @Setup(Level.Trial)
    public void open() {
        if (line.equals("pool")) {
            PoolSettings settings =
                    PoolSettings.builder().maxConnectionsPerHost(CONNECTIONS).build();
            KeyedPool<String, PoolBenchmark.Idler> pool =
                    KeyedPools.create(settings, (key, deadline) -> new PoolBenchmark.Idler());
            toClose = pool::close;
            lender = () -> pool.acquire("host")::close;
        } else {
            Semaphore permits = new Semaphore(CONNECTIONS, line.equals("fair"));
            ConcurrentLinkedDeque<PoolBenchmark.Idler> idle = new ConcurrentLinkedDeque<>();
            lender = () -> {
                permits.acquire();
                PoolBenchmark.Idler last = idle.pollFirst();
                PoolBenchmark.Idler connection = last == null ? new PoolBenchmark.Idler() : last;
                return () -> {
                    idle.addFirst(connection);
                    permits.release();
                };
            };
        }
    }

    @TearDown(Level.Trial)
    public void close() {
        toClose.run();
    }

    @Benchmark
    public void lease() throws IOException, InterruptedException {
        Runnable giveBack = lender.acquire();
        if (holdMicros != 0) {
            LockSupport.parkNanos(this, TimeUnit.MICROSECONDS.toNanos(holdMicros));
        }
        giveBack.run();
    }
}
