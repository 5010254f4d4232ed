// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.loopback;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command line.
 *
 * @param peers null = all that can do the scenario
 * @param plot where to draw, or null
 */
record Options(
        List<Scenario> scenarios,
        @Nullable List<String> peers,
        int rounds,
        Duration run,
        Duration warmUp,
        @Nullable Path plot) {

    static final String USAGE = "Loopback [SCENARIO ...] [--peers a,b] [--rounds N] [--run SECONDS]"
            + " [--warm-up SECONDS] [--plot FILE]; without a scenario, all of: ";

    static Options parse(String[] args) {
        List<Scenario> scenarios = new ArrayList<>();
        List<String> peers = null;
        int rounds = 5;
        Duration run = Duration.ofSeconds(3);
        Duration warmUp = Duration.ofSeconds(20);
        Path plot = null;
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--peers" -> peers = List.of(args[++i].split(",", -1));
                case "--rounds" -> rounds = Integer.parseInt(args[++i]);
                case "--run" -> run = seconds(args[++i]);
                case "--warm-up" -> warmUp = seconds(args[++i]);
                case "--plot" -> plot = Path.of(args[++i]);
                default -> scenarios.add(Scenario.of(args[i]));
            }
        }
        return new Options(
                scenarios.isEmpty() ? Arrays.asList(Scenario.values()) : scenarios, peers, rounds, run, warmUp, plot);
    }

    private static Duration seconds(String text) {
        return Duration.ofMillis(Math.round(Double.parseDouble(text) * 1000));
    }

    List<String> peersOf(Scenario scenario) {
        List<String> able = scenario.peers();
        return peers == null ? able : peers.stream().filter(able::contains).toList();
    }
}
