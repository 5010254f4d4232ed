// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.transport;

/**
 * Where "now" comes from: nanoseconds on a monotonic clock with an arbitrary origin, as {@link System#nanoTime()}.
 *
 * <p>Implementations are safe for use by several threads.
 */
@FunctionalInterface
public interface Ticker {

    /** Nanoseconds since an arbitrary, fixed instant; only differences have a meaning. */
    long nanos();

    /** The clock of this machine. */
    static Ticker system() {
        return System::nanoTime;
    }
}
