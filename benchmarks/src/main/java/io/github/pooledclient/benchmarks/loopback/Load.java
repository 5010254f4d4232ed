// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.loopback;

import io.github.pooledclient.benchmarks.peers.Peer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Has a peer get for a while, by as many threads as the scenario says, each as fast as it can. */
final class Load {

    private static final long LONGEST_NANOS = Duration.ofMinutes(1).toNanos();

    private final Scenario scenario;
    private final Peer peer;
    private final AtomicInteger nextHost = new AtomicInteger();
    // The same threads in all runs: what a peer keeps for each of them, connections among it, is made once.
    private final ExecutorService threads;

    Load(Scenario scenario, Peer peer) throws ReflectiveOperationException {
        this.scenario = scenario;
        this.peer = peer;
        this.threads = scenario.virtualThreads()
                ? virtualThreads()
                : Executors.newFixedThreadPool(scenario.threads, Load::daemon);
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    }

    private static ExecutorService virtualThreads() throws ReflectiveOperationException {
        // New in 21, and this is compiled for 17.
        return (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    }

    /** The threads of one run: they wait for each other before its begin and after its end, to be counted as a whole. */
    private final class Run {

        private final CountDownLatch begin = new CountDownLatch(1);
        private final CountDownLatch done = new CountDownLatch(scenario.threads);
        private final CountDownLatch counted = new CountDownLatch(1);
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        private final List<Histogram> histograms = new ArrayList<>();
        private volatile boolean over;

        void loop(Histogram times) {
            try {
                begin.await();
                get(times);
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
            } finally {
                done.countDown();
            }
            try {
                counted.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void get(Histogram times) throws Exception {
            long expected = scenario.large() ? Server.LARGE_LENGTH : Server.SMALL_LENGTH;
            int host = scenario.hosts == 1 ? 0 : nextHost.get();
            long last = System.nanoTime();
            while (!over) {
                if (peer.get(host) != expected) {
                    throw new IllegalStateException("a body of another length");
                }
                host = host + 1 == scenario.hosts ? 0 : host + 1;
                long now = System.nanoTime();
                times.recordValue(Math.min(now - last, LONGEST_NANOS));
                last = now;
            }
            nextHost.set(host);
        }
    }

    Figures run(Duration duration) throws Exception {
        Run run = new Run();
        List<Future<?>> loops = new ArrayList<>();
        for (int i = 0; i < scenario.threads; i++) {
            Histogram times = new Histogram(LONGEST_NANOS, 3);
            run.histograms.add(times);
            loops.add(threads.submit(() -> run.loop(times)));
        }
        Usage before = Usage.now();
        long begun = System.nanoTime();
        run.begin.countDown();
        Thread.sleep(duration.toMillis());
        run.over = true;
        run.done.await();
        long nanos = System.nanoTime() - begun;
        Usage used = Usage.now().since(before);
        run.counted.countDown();
        for (Future<?> loop : loops) {
            loop.get();
        }
        Throwable failure = run.failure.get();
        if (failure != null) {
            throw new IllegalStateException("a request failed", failure);
        }
        return figures(run.histograms, nanos, used);
    }

    private static Figures figures(List<Histogram> histograms, long nanos, Usage used) {
        Histogram all = new Histogram(LONGEST_NANOS, 3);
        histograms.forEach(all::add);
        double requests = all.getTotalCount();
        Map<Figures.Kind, Double> values = new EnumMap<>(Figures.Kind.class);
        values.put(Figures.Kind.CPU_MICROS, used.cpuNanos() / 1e3 / requests);
        values.put(Figures.Kind.PER_SECOND, requests * 1e9 / nanos);
        values.put(Figures.Kind.P50_MICROS, all.getValueAtPercentile(50) / 1e3);
        values.put(Figures.Kind.P99_MICROS, all.getValueAtPercentile(99) / 1e3);
        values.put(Figures.Kind.P999_MICROS, all.getValueAtPercentile(99.9) / 1e3);
        values.put(Figures.Kind.MAX_MILLIS, all.getMaxValue() / 1e6);
        values.put(Figures.Kind.ALLOCATED_BYTES, used.allocatedBytes() / requests);
        values.put(Figures.Kind.SWITCHES, used.switches() / requests);
        return new Figures(values);
    }
}
