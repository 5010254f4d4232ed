// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.loopback;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Runs scenarios: starts the server on one core and the peers, a process each, on another; lets them run in turn, round after
 * round; prints a table of each scenario. {@link Options#USAGE} is its usage.
 */
public final class Loopback {

    private static final int CLIENT_CORE = 0;
    private static final int SERVER_CORE = 1;
    private static final Duration COUNTED = Duration.ofSeconds(1);

    private final Options options;
    private final Path directory;
    private final Path keyStore;

    private Loopback(Options options, Path directory, Path keyStore) {
        this.options = options;
        this.directory = directory;
        this.keyStore = keyStore;
    }

    /** Measures what the arguments say. */
    public static void main(String[] args) throws Exception {
        Options options;
        try {
            options = Options.parse(args);
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            System.err.println(e.getMessage());
            System.err.println(Options.USAGE
                    + Stream.of(Scenario.values()).map(Scenario::word).toList());
            System.exit(2);
            return;
        }
        Path directory = Files.createTempDirectory("loopback");
        try {
            new Loopback(options, directory, ServerKey.make(directory)).measure();
        } finally {
            delete(directory);
        }
    }

    private void measure() throws Exception {
        List<Results> all = new ArrayList<>();
        try (Server server = Server.start(directory, keyStore, SERVER_CORE)) {
            System.out.printf(
                    "JDK %s, %s, %d cores, %d rounds of %.1f s%n%n",
                    Runtime.version(),
                    server.name(),
                    Runtime.getRuntime().availableProcessors(),
                    options.rounds(),
                    options.run().toMillis() / 1e3);
            for (Scenario scenario : options.scenarios()) {
                if (!scenario.isPossible()) {
                    System.out.println(scenario.title + ": not on this JDK, which has no virtual threads\n");
                    continue;
                }
                Results results = measure(scenario, server);
                all.add(results);
                System.out.print(Report.table(results));
            }
        }
        if (options.plot() != null) {
            Report.plot(all, options.plot());
        }
    }

    private Results measure(Scenario scenario, Server server) throws Exception {
        Results results = new Results(scenario);
        Map<String, WorkerProcess> workers = new LinkedHashMap<>();
        try {
            for (String peer : options.peersOf(scenario)) {
                WorkerProcess worker = WorkerProcess.start(scenario, peer, server, directory, keyStore);
                workers.put(peer, worker);
                worker.warmUp(options.warmUp(), CLIENT_CORE);
            }
            for (int round = 0; round < options.rounds(); round++) {
                for (Map.Entry<String, WorkerProcess> worker : workers.entrySet()) {
                    results.add(worker.getKey(), worker.getValue().run(options.run()));
                }
            }
            for (Map.Entry<String, WorkerProcess> worker : workers.entrySet()) {
                results.addSystemCalls(worker.getKey(), worker.getValue().countSystemCalls(COUNTED));
            }
        } finally {
            for (WorkerProcess worker : workers.values()) {
                worker.close();
            }
        }
        return results;
    }

    static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(file);
            }
        }
    }
}
