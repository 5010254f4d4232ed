// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.loopback;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Counts the system calls of a process: by perf where that is installed and may, else by strace. strace stops a thread at each
 * of its calls, so that threads that share connections wait for longer and call {@code futex} more often than they do alone.
 */
final class SystemCalls {

    private static final String EVENT = "raw_syscalls:sys_enter";
    private static final long SECONDS_TO_END = 10;

    private final Process counter;
    private final Path summary;
    private final boolean byPerf;

    private SystemCalls(Process counter, Path summary, boolean byPerf) {
        this.counter = counter;
        this.summary = summary;
        this.byPerf = byPerf;
    }

    /** Counts from now on, by way of a file; null where neither program can. */
    static @Nullable SystemCalls of(Process process, Path summary) throws IOException, InterruptedException {
        String pid = Long.toString(process.pid());
        boolean byPerf = Processes.isInstalled("perf")
                && start(List.of("perf", "stat", "-e", EVENT, "true")).waitFor() == 0;
        if (!byPerf && !Processes.isInstalled("strace")) {
            return null;
        }
        Process counter = start(
                byPerf
                        ? List.of("perf", "stat", "-x", ",", "-e", EVENT, "-p", pid, "-o", summary.toString())
                        : List.of("strace", "-f", "-c", "-o", summary.toString(), "-p", pid));
        if (!byPerf) {
            awaitTracerOf(pid);
        }
        // Either attaches to one thread after the other.
        Thread.sleep(300);
        return new SystemCalls(counter, summary, byPerf);
    }

    private static Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void awaitTracerOf(String pid) throws IOException, InterruptedException {
        Path status = Path.of("/proc", pid, "status");
        for (int i = 0; i < 200 && Files.readString(status).contains("TracerPid:\t0\n"); i++) {
            Thread.sleep(20);
        }
    }

    /** Ends it: how many there were, or NaN if the program does not say. */
    double end() throws IOException, InterruptedException {
        Processes.run(List.of("kill", "-INT", Long.toString(counter.pid())));
        counter.waitFor(SECONDS_TO_END, TimeUnit.SECONDS);
        // perf: "1234567,,raw_syscalls:sys_enter,..."; strace: "100.00    0.113378           2     50123       123
        // total"
        return Files.readAllLines(summary).stream()
                .filter(line -> byPerf ? line.contains(EVENT) : line.endsWith(" total"))
                .mapToDouble(line -> Double.parseDouble(
                        byPerf ? line.split(",", -1)[0] : line.trim().split(" +", -1)[3]))
                .findFirst()
                .orElse(Double.NaN);
    }
}
