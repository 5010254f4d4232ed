// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.micrometer;

import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One {@code host} tag, which one host has, or several, and its meters. What happens before these are registered is counted
 * when they are. Safe for use by several threads.
 */
final class HostTag {

    final String name;

    /** The hosts behind the tag; what gauges add up. */
    final Set<String> hosts = ConcurrentHashMap.newKeySet();

    private final Queue<Consumer<TagMeters>> early = new ConcurrentLinkedQueue<>();
    private volatile @Nullable TagMeters meters;
    private volatile boolean gone;

    HostTag(String name) {
        this.name = name;
    }

    void count(Consumer<TagMeters> event) {
        TagMeters registered = meters;
        if (registered != null) {
            event.accept(registered);
        } else {
            early.add(event);
            // It may have happened since.
            countEarly();
        }
    }

    void register(MeterFactory factory, HostSnapshots snapshots) {
        boolean done = false;
        try {
            meters = new TagMeters(this, factory, snapshots);
            done = true;
        } finally {
            gone |= !done;
            countEarly();
        }
    }

    void remove(MeterFactory factory) {
        gone = true;
        TagMeters registered = meters;
        if (registered != null) {
            registered.all().forEach(factory::remove);
        }
        countEarly();
    }

    private void countEarly() {
        TagMeters registered = meters;
        while (registered != null || gone) {
            Consumer<TagMeters> event = early.poll();
            if (event == null) {
                return;
            }
            if (registered != null) {
                event.accept(registered);
            }
        }
    }
}
