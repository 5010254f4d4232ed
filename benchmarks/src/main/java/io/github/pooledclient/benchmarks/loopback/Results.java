// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.loopback;

import io.github.pooledclient.benchmarks.peers.Peers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The figures of one scenario: a row for each peer, the rounds in it. Each round has its own floor to be compared with. */
final class Results {

    final Scenario scenario;
    private final Map<String, List<Figures>> rounds = new LinkedHashMap<>();
    private final Map<String, Figures> systemCalls = new LinkedHashMap<>();

    Results(Scenario scenario) {
        this.scenario = scenario;
    }

    void add(String peer, Figures figures) {
        rounds.computeIfAbsent(peer, p -> new ArrayList<>()).add(figures);
    }

    void addSystemCalls(String peer, Figures figures) {
        systemCalls.put(peer, figures);
    }

    List<String> peers() {
        return new ArrayList<>(rounds.keySet());
    }

    /** The median over the rounds; of the longest wait, the longest. */
    double figure(String peer, Figures.Kind kind) {
        if (kind == Figures.Kind.SYSTEM_CALLS) {
            Figures counted = systemCalls.get(peer);
            return counted == null ? Double.NaN : counted.get(kind);
        }
        List<Double> values =
                of(peer).stream().map(figures -> figures.get(kind)).toList();
        return kind == Figures.Kind.MAX_MILLIS ? Figures.max(values) : Figures.median(values);
    }

    /** The median of the ratios to the floor of the same round. */
    double ratio(String peer, Figures.Kind kind) {
        if (kind == Figures.Kind.SYSTEM_CALLS || kind == Figures.Kind.MAX_MILLIS) {
            return figure(peer, kind) / figure(Peers.FLOOR, kind);
        }
        List<Figures> floor = rounds.getOrDefault(Peers.FLOOR, List.of());
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < Math.min(of(peer).size(), floor.size()); i++) {
            ratios.add(of(peer).get(i).get(kind) / floor.get(i).get(kind));
        }
        return Figures.median(ratios);
    }

    private List<Figures> of(String peer) {
        return rounds.getOrDefault(peer, List.of());
    }
}
