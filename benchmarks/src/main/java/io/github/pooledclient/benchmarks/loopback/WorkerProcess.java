// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.loopback;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A {@link Worker} as seen from outside. It lives through all rounds, warm, and costs nothing while it is another's turn. */
final class WorkerProcess implements AutoCloseable {

    private static final Duration SHORT_RUN = Duration.ofMillis(300);

    private final Path errors;
    private final Process process;
    private final PrintStream orders;
    private final BufferedReader answers;

    private WorkerProcess(Path errors, Process process) {
        this.errors = errors;
        this.process = process;
        this.orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    static WorkerProcess start(Scenario scenario, String peer, Server server, Path directory, Path keyStore)
            throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of(scenario.word(), peer, Integer.toString(server.port(scenario.tls()))));
        if (scenario.tls()) {
            arguments.add(keyStore.toString());
        }
        // As on a machine of one core: all else would size itself for more.
        List<String> options =
                List.of("-XX:ActiveProcessorCount=1", "-Xmx1g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
        Path errors = directory.resolve(scenario.word() + "-" + peer + ".log");
        Process process = new ProcessBuilder(Processes.java(options, Worker.class, arguments))
                .redirectError(errors.toFile())
                .start();
        WorkerProcess worker = new WorkerProcess(errors, process);
        worker.answer();
        return worker;
    }

    private String answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("a worker has ended: " + Files.readString(errors));
        }
        return line;
    }

    /** Warms up on all cores, so that the compiler is not starved by the load, and moves to its own. */
    void warmUp(Duration duration, int core) throws IOException, InterruptedException {
        run(duration);
        Processes.move(process, Integer.toString(core));
        run(SHORT_RUN);
    }

    Figures run(Duration duration) throws IOException {
        orders.println("run " + duration.toMillis());
        return Figures.parse(answer());
    }

    /** Counts system calls while the worker runs; nothing where there is no program for it. */
    Figures countSystemCalls(Duration duration) throws IOException, InterruptedException {
        Map<Figures.Kind, Double> values = new EnumMap<>(Figures.Kind.class);
        SystemCalls calls = SystemCalls.of(process, errors.resolveSibling(process.pid() + ".calls"));
        if (calls != null) {
            double requests = run(duration).get(Figures.Kind.PER_SECOND) * duration.toMillis() / 1e3;
            values.put(Figures.Kind.SYSTEM_CALLS, calls.end() / requests);
        }
        return new Figures(values);
    }

    @Override
    public void close() {
        orders.close();
        Processes.stop(process);
    }
}
