// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.loopback;

import io.github.pooledclient.benchmarks.peers.Job;
import io.github.pooledclient.benchmarks.peers.Peer;
import io.github.pooledclient.benchmarks.peers.Peers;
import java.lang.management.ClassLoadingMXBean;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How long a new JVM takes to make a client and have its first response, and how many classes that loads. Prints a table. */
public final class FirstRequest {

    private static final int ROUNDS = 5;

    private FirstRequest() {}

    /** Measures all peers; with arguments, one of them in this process: port and peer. */
    public static void main(String[] args) throws Exception {
        if (args.length == 0) {
            measureAll();
        } else {
            System.out.println(measure(Integer.parseInt(args[0]), args[1]));
            System.exit(0);
        }
    }

    private static void measureAll() throws Exception {
        Path directory = Files.createTempDirectory("first");
        System.out.println(
                "| first response | ms to make the client | ms in all | classes loaded |\n|---|--:|--:|--:|");
        try (Server server = Server.startSmall(directory, ServerKey.make(directory))) {
            for (String peer : Peers.names()) {
                System.out.println("| " + peer + " | " + medians(server, peer) + " |");
            }
        } finally {
            Loopback.delete(directory);
        }
    }

    private static String medians(Server server, String peer) throws Exception {
        List<List<Double>> columns = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (int round = 0; round < ROUNDS; round++) {
            Process process = new ProcessBuilder(Processes.java(
                            List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"),
                            FirstRequest.class,
                            List.of(Integer.toString(server.port(false)), peer)))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String line = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
            String[] figures = line.split(" ", -1);
            for (int i = 0; i < columns.size(); i++) {
                columns.get(i).add(Double.valueOf(figures[i]));
            }
        }
        return String.join(
                " | ",
                columns.stream()
                        .map(column -> Figures.text(Figures.median(column)))
                        .toList());
    }

    private static String measure(int port, String name) throws Exception {
        Job job = new Job(List.of(URI.create("http://127.0.0.1:" + port + Server.SMALL)), 1, 1, false, null);
        ClassLoadingMXBean classes = ManagementFactory.getClassLoadingMXBean();
        long loaded = classes.getTotalLoadedClassCount();
        long begun = System.nanoTime();
        try (Peer peer = Peers.make(name, job)) {
            long made = System.nanoTime();
            peer.get(0);
            long answered = System.nanoTime();
            return String.format(
                    Locale.ROOT,
                    "%.1f %.1f %d",
                    (made - begun) / 1e6,
                    (answered - begun) / 1e6,
                    classes.getTotalLoadedClassCount() - loaded);
        }
    }
}
