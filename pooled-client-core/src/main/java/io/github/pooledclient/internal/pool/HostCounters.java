// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import io.github.pooledclient.pool.CloseReason;
import java.util.EnumMap;
import java.util.Map;

/** What has happened in a {@link HostPool} since its beginning. Guarded by its lock. */
final class HostCounters {

    long opened;
    long reused;
    long acquireTimeouts;
    long acquireRejections;
    long connectFailures;
    long retries;
    long leaks;
    private final Map<CloseReason, Long> closed = new EnumMap<>(CloseReason.class);

    void closed(CloseReason reason) {
        closed.merge(reason, 1L, Long::sum);
    }

    /** A copy; reasons that did not occur are left out. */
    Map<CloseReason, Long> closed() {
        return new EnumMap<>(closed);
    }
}
