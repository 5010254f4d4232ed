// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.loopback;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What this process has used so far, all its threads together; of threads that have ended only the CPU time counts.
 *
 * @param switches context switches of both kinds; zero where there is no {@code /proc}
 */
record Usage(double cpuNanos, double allocatedBytes, double switches) {

    private static final Path TASKS = Path.of("/proc/self/task");

    static Usage now() throws IOException {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        double allocated = 0;
        for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
            allocated += Math.max(bytes, 0);
        }
        return new Usage(system.getProcessCpuTime(), allocated, contextSwitches());
    }

    Usage since(Usage before) {
        return new Usage(
                cpuNanos - before.cpuNanos, allocatedBytes - before.allocatedBytes, switches - before.switches);
    }

    private static double contextSwitches() throws IOException {
        if (!Files.isDirectory(TASKS)) {
            return 0;
        }
        double switches = 0;
        try (Stream<Path> tasks = Files.list(TASKS)) {
            for (Path task : (Iterable<Path>) tasks::iterator) {
                switches += contextSwitches(Files.readAllLines(task.resolve("status")));
            }
        }
        return switches;
    }

    private static double contextSwitches(List<String> status) {
        return status.stream()
                .filter(line -> line.contains("ctxt_switches:"))
                .mapToDouble(line ->
                        Double.parseDouble(line.substring(line.indexOf(':') + 1).trim()))
                .sum();
    }
}
