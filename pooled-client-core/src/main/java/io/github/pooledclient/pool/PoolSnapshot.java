// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.pool;

import java.util.Map;

/**
 * A pool at one moment. Each host is consistent in itself; hosts are looked at one after the other.
 *
 * @param enabled whether connections are kept for reuse
 * @param state whether the pool lends
 * @param totals all hosts, and those that were forgotten after being empty for long
 * @param hosts by name, for the HTTP client {@code https://api.example.com:443}, in alphabetical order
 */
public record PoolSnapshot(boolean enabled, State state, HostSnapshot totals, Map<String, HostSnapshot> hosts) {

    /** Whether a pool lends. */
    public enum State {
        /** It lends. */
        RUNNING,
        /** It lends to calls that have begun, and keeps nothing. */
        DRAINING,
        /** It refuses. */
        CLOSED
    }
}
