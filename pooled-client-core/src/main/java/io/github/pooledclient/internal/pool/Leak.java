// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import io.github.pooledclient.internal.time.Elapsed;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lease that is held for longer than it should be, or was lost.
 *
 * @param acquiredAt the stack that took it, if leak detection is on
 */
record Leak(String host, long heldNanos, @Nullable Throwable acquiredAt) {

    private static final Logger LOG = LoggerFactory.getLogger(Leak.class);

    void warnThatItLasts() {
        LOG.warn(
                "A connection to {} is in use for {}: was its response read or closed? It was acquired here:",
                host,
                Elapsed.text(heldNanos),
                acquiredAt);
    }

    void warnThatItWasLost() {
        LOG.warn(
                "A connection to {} was closed after {} in use: its response was dropped, neither read to its end nor"
                        + " closed. {}",
                host,
                Elapsed.text(heldNanos),
                acquiredAt == null ? "Leak detection would tell where it was acquired." : "It was acquired here:",
                acquiredAt);
    }
}
