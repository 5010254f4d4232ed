// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.loopback;

import io.github.pooledclient.benchmarks.peers.Job;
import io.github.pooledclient.benchmarks.peers.Peer;
import io.github.pooledclient.benchmarks.peers.Peers;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The heap that an idle connection holds: opens many to one host, by a server that answers none before it has all of their
 * requests, and looks at what is left after a collection. Prints a table.
 */
public final class IdleMemory {

    private static final int CONNECTIONS = 400;
    private static final List<String> PEERS =
            List.of(Peers.FLOOR, Peers.OURS, "apache", "urlconnection", "reactor", "jetty", "okhttp", "jdk");

    private IdleMemory() {}

    /** Measures all peers; with arguments, one of them in this process: port, peer, and the key store for TLS. */
    public static void main(String[] args) throws Exception {
        if (args.length == 0) {
            measureAll();
        } else {
            Path keyStore = args.length > 2 ? Path.of(args[2]) : null;
            System.out.printf(Locale.ROOT, "%.0f%n", measure(Integer.parseInt(args[0]), args[1], keyStore));
            System.exit(0);
        }
    }

    private static void measureAll() throws Exception {
        Path directory = Files.createTempDirectory("idle");
        Path keyStore = ServerKey.make(directory);
        System.out.println("| heap of an idle connection, bytes | plain | TLS 1.3 |\n|---|--:|--:|");
        try (Server server = Server.startSmall(directory, keyStore)) {
            for (String peer : PEERS) {
                String plain = inOwnProcess(Integer.toString(server.port(false)), peer);
                String tls = inOwnProcess(Integer.toString(server.port(true)), peer, keyStore.toString());
                System.out.println("| " + peer + " | " + plain + " | " + tls + " |");
            }
        } finally {
            Loopback.delete(directory);
        }
    }

    private static String inOwnProcess(String... args) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Processes.java(
                        List.of("-Xmx2g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"),
                        IdleMemory.class,
                        List.of(args)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String figure = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
        process.waitFor();
        return figure;
    }

    private static double measure(int port, String name, @Nullable Path keyStore) throws Exception {
        String base = (keyStore == null ? "http" : "https") + "://127.0.0.1:" + port;
        List<URI> targets = List.of(URI.create(base + SmallServer.TOGETHER + CONNECTIONS));
        Job job = new Job(
                targets, CONNECTIONS, CONNECTIONS, false, keyStore == null ? null : ServerKey.clientContext(keyStore));
        // What is there once and for all: threads, and the buffers that are kept for so many exchanges at a time.
        try (Peer first = Peers.make(name, job)) {
            getTogether(first);
        }
        try (Peer peer = Peers.make(name, job)) {
            double before = usedHeap();
            getTogether(peer);
            return (usedHeap() - before) / CONNECTIONS;
        }
    }

    private static void getTogether(Peer peer) throws InterruptedException {
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            Thread thread = new Thread(() -> {
                try {
                    peer.get(0);
                } catch (Throwable e) {
                    failure.set(e);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Throwable failed = failure.get();
        if (failed != null) {
            throw new IllegalStateException("a request failed", failed);
        }
    }

    private static double usedHeap() throws InterruptedException {
        // References of several kinds take several collections.
        for (int i = 0; i < 4; i++) {
            System.gc();
            Thread.sleep(100);
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
