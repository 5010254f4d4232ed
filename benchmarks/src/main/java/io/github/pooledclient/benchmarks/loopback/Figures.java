// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.loopback;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** What one run of one peer gave. */
record Figures(Map<Kind, Double> values) {

    /** What is measured, per request where nothing else is said. */
    enum Kind {
        CPU_MICROS("CPU µs"),
        PER_SECOND("requests/s"),
        P50_MICROS("p50 µs"),
        P99_MICROS("p99 µs"),
        P999_MICROS("p99.9 µs"),
        MAX_MILLIS("max ms"),
        ALLOCATED_BYTES("allocated B"),
        SWITCHES("context switches"),
        SYSTEM_CALLS("system calls");

        final String title;

        Kind(String title) {
            this.title = title;
        }
    }

    double get(Kind kind) {
        return values.getOrDefault(kind, Double.NaN);
    }

    /** One line, for {@link #parse}. */
    String line() {
        StringJoiner line = new StringJoiner(" ");
        values.forEach((kind, value) -> line.add(kind + "=" + String.format(Locale.ROOT, "%.3f", value)));
        return line.toString();
    }

    static Figures parse(String line) {
        Map<Kind, Double> values = new EnumMap<>(Kind.class);
        for (String part : line.trim().split(" ", -1)) {
            int equals = part.indexOf('=');
            values.put(Kind.valueOf(part.substring(0, equals)), Double.valueOf(part.substring(equals + 1)));
        }
        return new Figures(values);
    }

    static double median(List<Double> values) {
        double[] sorted = values.stream()
                .filter(v -> !v.isNaN())
                .mapToDouble(v -> v)
                .sorted()
                .toArray();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    static double max(List<Double> values) {
        return values.stream()
                .mapToDouble(v -> v)
                .filter(v -> !Double.isNaN(v))
                .max()
                .orElse(Double.NaN);
    }

    static String text(double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 1000 ? "%.1f" : "%,.0f", value);
    }

    static List<Kind> kinds() {
        return Arrays.asList(Kind.values());
    }
}
