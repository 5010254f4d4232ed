// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.micrometer;

import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.HostSnapshot;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToIntFunction;

/** The meters of one {@code host} tag. */
final class TagMeters {

    final Timer acquire;
    final Timer connect;
    final Timer lease;
    final Timer connectionDuration;
    final Counter opened;
    final Counter reused;
    final Counter acquireTimeouts;
    final Counter acquireRejections;
    final Counter retries;
    final Counter leaks;

    private final HostTag tag;
    private final MeterFactory meters;
    private final HostSnapshots snapshots;
    private final Tags tags;
    private final Map<CloseReason, Counter> closed = new EnumMap<>(CloseReason.class);
    private final List<Meter> all = new ArrayList<>();

    /** Registers them. */
    TagMeters(HostTag tag, MeterFactory meters, HostSnapshots snapshots) {
        this.tag = tag;
        this.meters = meters;
        this.snapshots = snapshots;
        this.tags = meters.tags(tag.name);
        acquire = timer("http.client.pool.acquire", "Time from asking for a connection to getting it");
        connect = timer("http.client.pool.connect", "Time to open a connection");
        lease = timer("http.client.pool.lease", "Time for which a connection was lent");
        connectionDuration = timer("http.client.connection.duration", "Age of connections when they were closed");
        opened = counter("http.client.pool.opened", "Connections that were opened");
        reused = counter("http.client.pool.reused", "Times that a connection was lent again");
        acquireTimeouts = counter("http.client.pool.acquire.timeouts", "Callers that waited for a connection in vain");
        acquireRejections = counter("http.client.pool.acquire.rejections", "Callers that were refused at once");
        retries = counter("http.client.pool.retries", "Requests that were sent again on a new connection");
        leaks = counter("http.client.pool.leaks", "Leases that were held for too long");
        openConnections("active", HostSnapshot::active);
        openConnections("idle", HostSnapshot::idle);
        gauge("http.client.pool.pending", "Callers that wait for a connection", tags, HostSnapshot::pending);
        gauge("http.client.pool.max", "Connections that there may be", tags, HostSnapshot::max);
        for (CloseReason reason : CloseReason.values()) {
            Tags withReason = tags.and("reason", reason.word());
            closed.put(reason, counter("http.client.pool.closed", "Connections that were closed", withReason));
        }
    }

    Counter closed(CloseReason reason) {
        return Objects.requireNonNull(closed.get(reason), reason::word);
    }

    List<Meter> all() {
        return all;
    }

    private void openConnections(String state, ToIntFunction<HostSnapshot> figure) {
        Tags withState = tags.and("http.connection.state", state);
        gauge("http.client.open_connections", "Connections that are open", withState, figure);
    }

    private void gauge(String name, String description, Tags gaugeTags, ToIntFunction<HostSnapshot> figure) {
        all.add(meters.gauge(name, description, gaugeTags, this, me -> me.sum(figure)));
    }

    private int sum(ToIntFunction<HostSnapshot> figure) {
        return tag.hosts.stream().map(snapshots::of).mapToInt(figure).sum();
    }

    private Timer timer(String name, String description) {
        Timer timer = meters.timer(name, description, tags);
        all.add(timer);
        return timer;
    }

    private Counter counter(String name, String description) {
        return counter(name, description, tags);
    }

    private Counter counter(String name, String description, Tags counterTags) {
        Counter counter = meters.counter(name, description, counterTags);
        all.add(counter);
        return counter;
    }
}
