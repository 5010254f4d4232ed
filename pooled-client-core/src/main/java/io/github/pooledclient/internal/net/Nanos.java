// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import java.math.BigDecimal;
import java.util.concurrent.TimeUnit;

/** Nanoseconds as people read them in a message: {@code 250ms}, {@code 2s}, {@code 1.5s}. */
final class Nanos {

    private Nanos() {}

    static String readable(long nanos) {
        // Rounded, because a deadline of 2 s has 1.9999 s left when it is looked at.
        long millis = TimeUnit.NANOSECONDS.toMillis(Math.max(0, nanos) + 500_000);
        if (millis < 1000) {
            return millis + "ms";
        }
        return BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString() + "s";
    }
}
