// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.time;

import java.time.Duration;
import java.util.Locale;

/** Time spans as people write them in messages: {@code 150ms}, {@code 1.5s}, {@code 31s}, {@code 2m10s}. */
public final class Elapsed {

    private Elapsed() {}

    public static String text(Duration duration) {
        return text(duration.toNanos());
    }

    public static String text(long nanos) {
        // Rounded: of a deadline of 2 s, 1.9999 s are left when somebody looks.
        long millis = (Math.max(0, nanos) + 500_000) / 1_000_000;
        if (millis < 1000) {
            return millis + "ms";
        }
        if (millis < 10_000) {
            String seconds = String.format(Locale.ROOT, "%.1f", millis / 1000.0);
            return (seconds.endsWith(".0") ? seconds.substring(0, seconds.length() - 2) : seconds) + "s";
        }
        long seconds = millis / 1000;
        return seconds < 60 ? seconds + "s" : seconds / 60 + "m" + (seconds % 60 == 0 ? "" : seconds % 60 + "s");
    }
}
