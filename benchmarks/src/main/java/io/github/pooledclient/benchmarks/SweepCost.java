// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks;

import com.sun.management.ThreadMXBean;
import io.github.pooledclient.KeyedPools;
import io.github.pooledclient.pool.KeyedPool;
import io.github.pooledclient.pool.Lease;
import io.github.pooledclient.pool.PoolSettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What idle connections cost by being idle: the time and the allocation of the reaper's thread, with connections that came
 * back one after the other and whose looks do nothing. Prints a table.
 */
public final class SweepCost {

    private static final Duration LENGTH = Duration.ofSeconds(15);

    private SweepCost() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        System.out.println("| hosts | idle connections | hundredths of a core | bytes/s |\n|--:|--:|--:|--:|");
        for (int[] scenario : new int[][] {{1, 10}, {1, 10_000}, {100, 10_000}, {10_000, 10_000}}) {
            measure(scenario[0], scenario[1]);
        }
    }

    private static void measure(int hosts, int connections) throws IOException, InterruptedException {
        PoolSettings settings = PoolSettings.builder()
                .maxConnectionsPerHost(connections)
                .maxIdlePerHost(connections)
                .idleTimeout(Duration.ofMinutes(5))
                .build();
        try (KeyedPool<Integer, PoolBenchmark.Idler> pool =
                KeyedPools.create(settings, (key, deadline) -> new PoolBenchmark.Idler())) {
            for (int host = 0; host < hosts; host++) {
                makeIdle(pool, host, connections / hosts);
            }
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long reaper = reaper();
            long cpu = threads.getThreadCpuTime(reaper);
            long bytes = threads.getThreadAllocatedBytes(reaper);
            Thread.sleep(LENGTH.toMillis());
            System.out.printf(
                    Locale.ROOT,
                    "| %,d | %,d | %.3f | %,d |%n",
                    hosts,
                    connections,
                    100.0 * (threads.getThreadCpuTime(reaper) - cpu) / LENGTH.toNanos(),
                    (threads.getThreadAllocatedBytes(reaper) - bytes) / LENGTH.toSeconds());
        }
    }

    private static void makeIdle(KeyedPool<Integer, PoolBenchmark.Idler> pool, int host, int count)
            throws IOException, InterruptedException {
        List<Lease<PoolBenchmark.Idler>> leases = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            leases.add(pool.acquire(host));
        }
        for (Lease<PoolBenchmark.Idler> lease : leases) {
            lease.close();
            // Some 0.6 ms, so that they come back over the 5 s after which each is looked at.
            Thread.sleep(0, 500_000);
        }
    }

    private static long reaper() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("pooled-client-reaper"))
                .findFirst()
                .orElseThrow()
                .getId();
    }
}
