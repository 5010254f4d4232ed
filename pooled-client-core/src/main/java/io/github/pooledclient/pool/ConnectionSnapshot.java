// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.pool;

import java.time.Duration;
import java.util.Map;

/**
 * One connection at one moment.
 *
 * @param state whether it is lent
 * @param age time since it was opened
 * @param inState time since it was lent or became idle
 * @param uses how many times it was lent
 * @param retired whether it will be closed on its return
 * @param details what the connection says of itself: protocol, TLS, addresses
 */
public record ConnectionSnapshot(
        State state, Duration age, Duration inState, long uses, boolean retired, Map<String, String> details) {

    /** Whether a connection is lent. */
    public enum State {
        /** Lent. */
        LEASED,
        /** Not lent. */
        IDLE
    }
}
