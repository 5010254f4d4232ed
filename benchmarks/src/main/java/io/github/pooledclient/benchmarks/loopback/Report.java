// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.loopback;

import io.github.pooledclient.benchmarks.peers.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** Results as Markdown, and as a plot. */
final class Report {

    private static final int BAR = 420;
    private static final int ROW = 18;
    private static final double LONGEST_BAR = 6;

    private Report() {}

    /** A table: each figure, and in parentheses its ratio to the floor's. */
    static String table(Results results) {
        StringBuilder table = new StringBuilder("### " + results.scenario.title + "\n\n");
        StringJoiner titles = new StringJoiner(" | ", "| | ", " |\n");
        Figures.kinds().forEach(kind -> titles.add(kind.title));
        table.append(titles)
                .append("|---|")
                .append("--:|".repeat(Figures.kinds().size()))
                .append('\n');
        for (String peer : results.peers()) {
            StringJoiner row = new StringJoiner(" | ", "| " + peer + " | ", " |\n");
            for (Figures.Kind kind : Figures.kinds()) {
                row.add(cell(results, peer, kind));
            }
            table.append(row);
        }
        return table.append('\n').toString();
    }

    private static String cell(Results results, String peer, Figures.Kind kind) {
        double value = results.figure(peer, kind);
        double ratio = results.ratio(peer, kind);
        String text = Figures.text(value);
        if (Double.isNaN(ratio) || Double.isInfinite(ratio) || peer.equals(Peers.FLOOR)) {
            return text;
        }
        return text + String.format(Locale.ROOT, " (%.2f)", ratio);
    }

    /** The CPU time of each peer as a bar, in times of the floor's: an SVG file. */
    static void plot(List<Results> all, Path file) throws IOException {
        StringBuilder rows = new StringBuilder();
        int y = 20;
        for (Results results : all) {
            rows.append(text(0, y, "bold", results.scenario.title));
            y += ROW;
            for (String peer : results.peers()) {
                rows.append(bar(y, peer, results.ratio(peer, Figures.Kind.CPU_MICROS)));
                y += ROW;
            }
            y += ROW / 2;
        }
        Files.writeString(file, """
                <svg xmlns="http://www.w3.org/2000/svg" width="640" height="%d" font-family="sans-serif" font-size="12">
                <title>CPU time per request, times that of the bare loop</title>
                <rect width="100%%" height="100%%" fill="white"/>
                %s</svg>
                """.formatted(y, rows));
    }

    private static String bar(int y, String peer, double ratio) {
        if (Double.isNaN(ratio)) {
            return "";
        }
        long width = Math.round(BAR * Math.min(ratio, LONGEST_BAR) / LONGEST_BAR);
        String color = peer.startsWith(Peers.OURS) ? "#2a7" : peer.equals(Peers.FLOOR) ? "#888" : "#b9c6d6";
        return text(8, y, "normal", peer)
                + String.format(
                        Locale.ROOT,
                        "<rect x=\"140\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>%n",
                        y - 11,
                        width,
                        ROW - 5,
                        color)
                + text(146 + width, y, "normal", String.format(Locale.ROOT, "%.2f", ratio));
    }

    private static String text(long x, int y, String weight, String text) {
        return String.format(Locale.ROOT, "<text x=\"%d\" y=\"%d\" font-weight=\"%s\">%s</text>%n", x, y, weight, text);
    }
}
