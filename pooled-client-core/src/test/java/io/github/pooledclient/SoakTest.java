// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * 64 callers share 16 connections to servers behind proxies that delay, cut, reset, stall and restart, and that say what
 * nobody asked for. Whatever fails, no answer is wrong, no POST arrives twice, each exception tells the truth, no call
 * outlives its time, and in the end everything is given back.
 *
 * <p>{@code -Dsoak.duration=10m} is for how long in all, {@code -Dsoak.seed=} which faults, {@code -Dsoak.threads=platform} or
 * {@code virtual} which callers, and {@code -Dsoak.client=jdk} tries the JDK's client instead, to see the test fail.
 */
class SoakTest {

    private static final Duration SHORT = Duration.ofSeconds(8);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Duration DURATION =
            Duration.parse("PT" + System.getProperty("soak.duration", SHORT.toSeconds() + "s"));
    private static final long SEED = Long.getLong("soak.seed", new Random().nextLong());
    private static final List<String> CALLERS = kindsOfCallers();
    private static final boolean IS_PLAIN_JDK = "jdk".equals(System.getProperty("soak.client"));

    /** What a process has of what it can run out of. */
    private record Resources(long files, long heap, Map<String, Integer> threads) {

        static Resources now() throws IOException {
            Map<String, Integer> threads = new TreeMap<>();
            for (Thread thread : Thread.getAllStackTraces().keySet()) {
                threads.merge(thread.getName().replaceAll("[0-9]+", "N"), 1, Integer::sum);
            }
            Runtime runtime = Runtime.getRuntime();
            return new Resources(openFiles(), runtime.totalMemory() - runtime.freeMemory(), threads);
        }

        private static long openFiles() throws IOException {
            Path all = Path.of("/proc/self/fd");
            if (!Files.isDirectory(all)) {
                return 0;
            }
            try (Stream<Path> files = Files.list(all)) {
                return files.count();
            }
        }

        private int ours() {
            return threads.entrySet().stream()
                    .filter(thread -> thread.getKey().startsWith("pooled-client"))
                    .mapToInt(Map.Entry::getValue)
                    .sum();
        }
    }

    @ParameterizedTest
    @MethodSource("callers")
    void nothingIsLostOrMixedUpWhateverHappensToConnections(ExecutorService callers) throws Exception {
        System.out.printf("soak: -Dsoak.seed=%d, %s%n", SEED, DURATION);
        warmUp(callers);
        Resources before = settled();

        soak(callers);

        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(Resources.now().ours()).as("threads").isLessThanOrEqualTo(before.ours()));
        Resources after = settled();
        System.out.println("soak: before " + before + "\nsoak: after " + after);
        assertThat(after.files()).as("open files").isLessThan(before.files() + 30);
        if (DURATION.compareTo(Duration.ofMinutes(1)) > 0) {
            assertThat(after.heap()).as("heap").isLessThan(before.heap() + (20L << 20));
        }
    }

    // By itself, so that nothing of it is in use when the heap is measured.
    private static void soak(ExecutorService callers) throws Exception {
        long end = System.nanoTime() + DURATION.dividedBy(CALLERS.size()).toNanos();
        try (SoakRun run = new SoakRun(SEED, IS_PLAIN_JDK)) {
            while (System.nanoTime() - end < 0) {
                run.round(callers);
            }
            System.out.println("soak: " + run);

            assertThat(run.ledger().violations()).isEmpty();
            // Not none: what a fault has delayed may cross the next request. On a slow machine one of a few is much.
            assertThat(run.trustedInSpiteOfSurplus())
                    .as("trusted in spite of surplus")
                    .isLessThan(3 + run.answersWithSurplus() / 10);
            run.end();
        } finally {
            callers.shutdownNow();
        }
    }

    /** Loads classes, and opens the files that stay open from the first use on. */
    private static void warmUp(ExecutorService callers) throws Exception {
        try (SoakRun run = new SoakRun(SEED + 1, IS_PLAIN_JDK)) {
            run.round(callers);
            run.end();
        }
    }

    private static Resources settled() throws IOException {
        System.gc();
        return Resources.now();
    }

    static Stream<Named<ExecutorService>> callers() {
        return CALLERS.stream().map(kind -> Named.of(kind + " threads", executor(kind)));
    }

    private static List<String> kindsOfCallers() {
        String wanted = System.getProperty("soak.threads");
        if (wanted != null) {
            return List.of(wanted);
        }
        return Runtime.version().feature() >= 21 ? List.of("platform", "virtual") : List.of("platform");
    }

    private static ExecutorService executor(String kind) {
        if (kind.equals("platform")) {
            return Executors.newFixedThreadPool(SoakRun.CALLERS);
        }
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("no such threads before JDK 21: " + kind, e);
        }
    }
}
