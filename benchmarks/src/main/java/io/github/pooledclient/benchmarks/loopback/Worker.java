// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.loopback;

import io.github.pooledclient.benchmarks.peers.Job;
import io.github.pooledclient.benchmarks.peers.Peer;
import io.github.pooledclient.benchmarks.peers.Peers;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The process of one peer in one scenario: runs when it is told to, and answers with its {@link Figures}. */
final class Worker {

    private Worker() {}

    /**
     * Reads {@code run MILLIS}, a line each, until its input ends.
     *
     * @param args the scenario, the peer, where the server listens, and its key store or nothing
     */
    public static void main(String[] args) throws Exception {
        Scenario scenario = Scenario.of(args[0]);
        PrintStream answers = System.out;
        // Whatever else is printed is no answer.
        System.setOut(System.err);
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Job job = job(scenario, Integer.parseInt(args[2]), args.length > 3 ? Path.of(args[3]) : null);
        try (Peer peer = Peers.make(args[1], job)) {
            Load load = new Load(scenario, peer);
            answers.println("ready");
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                Duration duration = Duration.ofMillis(Long.parseLong(order.substring("run ".length())));
                answers.println(load.run(duration).line());
            }
        }
        System.exit(0);
    }

    private static Job job(Scenario scenario, int port, @Nullable Path keyStore) throws Exception {
        SSLContext tls = keyStore == null ? null : ServerKey.clientContext(keyStore);
        return new Job(
                targets(scenario, port, tls != null), scenario.threads, scenario.connections, scenario.large(), tls);
    }

    // All of 127.0.0.0/8 is this machine: as many hosts as there are addresses.
    private static List<URI> targets(Scenario scenario, int port, boolean tls) {
        List<URI> targets = new ArrayList<>();
        String path = scenario.large() ? Server.LARGE : Server.SMALL;
        for (int i = 0; i < scenario.hosts; i++) {
            String host = "127.0." + (i / 250) + "." + (i % 250 + 1);
            targets.add(URI.create((tls ? "https://" : "http://") + host + ":" + port + path));
        }
        return targets;
    }
}
