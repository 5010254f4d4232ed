// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.micrometer;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.pool.HostSnapshot;
import io.github.pooledclient.transport.Ticker;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the gauges of a client show: one look at its pool serves a whole scrape. Safe for use by several threads. */
final class HostSnapshots {

    // A scrape reads four gauges per host one after the other: within this time they share one snapshot.
    private static final long LASTS_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    // Weakly, because the pool holds its listeners: a client that nobody else has would live for ever.
    private final WeakReference<PooledHttpClient> client;
    private volatile @Nullable Glance glance;

    /** The hosts of the pool at an instant. */
    private record Glance(Map<String, HostSnapshot> hosts, long nanos) {}

    HostSnapshots(PooledHttpClient client) {
        this.client = new WeakReference<>(client);
    }

    @Nullable
    PooledHttpClient client() {
        return client.get();
    }

    /** The hosts of the pool as they are now. */
    Map<String, HostSnapshot> now() {
        PooledHttpClient asked = client.get();
        return asked == null ? Map.of() : asked.snapshot().hosts();
    }

    /** A host of the pool as it was a moment ago. */
    HostSnapshot of(String host) {
        Glance last = glance;
        long now = Ticker.system().nanos();
        if (last == null || now - last.nanos > LASTS_NANOS) {
            last = new Glance(now(), now);
            glance = last;
        }
        return last.hosts.getOrDefault(host, HostSnapshot.NONE);
    }

    /** The next look is at the pool. */
    void refresh() {
        glance = null;
    }
}
