// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.loopback;

import io.github.pooledclient.benchmarks.peers.Peers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What is measured: how many callers, on how many connections, to how many hosts, for which body. */
enum Scenario {
    ONE("1 thread", 1, 1, 1),
    SIXTEEN("16 threads", 16, 16, 1),
    CONTENDED("64 threads on 8 connections", 64, 8, 1),
    TLS_ONE("TLS 1.3, 1 thread", 1, 1, 1),
    TLS_SIXTEEN("TLS 1.3, 16 threads", 16, 16, 1),
    LARGE("1 MiB body, 4 threads", 4, 4, 1),
    HOSTS_100("1 thread over 100 hosts", 1, 1, 100),
    HOSTS_1000("1 thread over 1000 hosts", 1, 1, 1000),
    HOSTS_9000("1 thread over 9000 hosts", 1, 1, Scenario.MOST_HOSTS),
    VIRTUAL("256 virtual threads on 32 connections", 256, 32, 1);

    private static final int MOST_HOSTS = 9000;

    /** What peers that cannot be held to a number of connections have. */
    private static final List<String> UNLIMITED = List.of("urlconnection", "okhttp", "jdk", "jdk-restclient");

    final String title;
    final int threads;
    final int connections;
    final int hosts;

    Scenario(String title, int threads, int connections, int hosts) {
        this.title = title;
        this.threads = threads;
        this.connections = connections;
        this.hosts = hosts;
    }

    /** As it is called on the command line. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Scenario of(String word) {
        return Arrays.stream(values())
                .filter(scenario -> scenario.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no scenario " + word + ", only "
                        + Arrays.stream(values()).map(Scenario::word).toList()));
    }

    boolean tls() {
        return this == TLS_ONE || this == TLS_SIXTEEN;
    }

    boolean large() {
        return this == LARGE;
    }

    boolean virtualThreads() {
        return this == VIRTUAL;
    }

    boolean isPossible() {
        return !virtualThreads() || Runtime.version().feature() >= 21;
    }

    /** Those that can do it: where callers share connections, not those without a limit on them. */
    List<String> peers() {
        if (hosts == MOST_HOSTS) {
            // The server has a connection for each of each peer, and as a rule 20,000 files at most.
            return List.of(Peers.FLOOR, Peers.OURS);
        }
        List<String> peers = new ArrayList<>(Peers.names());
        if (threads > connections) {
            peers.removeAll(UNLIMITED);
        }
        return peers;
    }
}
