// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.ConnectionSnapshot;
import io.github.pooledclient.pool.HostSnapshot;
import io.github.pooledclient.pool.PoolSnapshot;
import io.github.pooledclient.spring.PooledClientEndpoint.Target;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the endpoint answers, in the order in which one reads it. As maps: they need no reflection in a native image, and
 * the same words come out of each JSON library.
 */
final class PoolReport {

    private PoolReport() {}

    /** The pools of some clients added up; their state is that of the liveliest one. */
    static Map<String, Object> pool(Map<String, PooledHttpClient> clients) {
        boolean enabled = false;
        PoolSnapshot.State state = PoolSnapshot.State.CLOSED;
        HostSnapshot totals = HostSnapshot.NONE;
        Map<String, HostSnapshot> hosts = new TreeMap<>();
        for (PooledHttpClient client : ClientPools.oneClientEach(clients).values()) {
            PoolSnapshot pool = client.snapshot();
            enabled |= pool.enabled();
            state = pool.state().compareTo(state) < 0 ? pool.state() : state;
            totals = totals.plus(pool.totals());
            pool.hosts().forEach((origin, host) -> hosts.merge(origin, host, HostSnapshot::plus));
        }
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("enabled", enabled);
        report.put("state", state.name().toLowerCase(Locale.ROOT));
        report.put("clients", List.copyOf(clients.keySet()));
        report.put("totals", host(totals));
        Map<String, Object> reports = new LinkedHashMap<>();
        hosts.forEach((origin, host) -> reports.put(origin, host(host)));
        report.put("hosts", reports);
        return report;
    }

    /** Hosts added up, and each of their connections. */
    static Map<String, Object> details(List<Target> targets) {
        HostSnapshot sum = HostSnapshot.NONE;
        List<Map<String, Object>> connections = new ArrayList<>();
        for (Target target : targets) {
            HostSnapshot host =
                    target.client().snapshot().hosts().get(target.origin().toString());
            sum = host == null ? sum : sum.plus(host);
            for (ConnectionSnapshot connection : target.client().connections(target.origin())) {
                connections.add(connection(target, connection));
            }
        }
        Map<String, Object> report = host(sum);
        report.put("connections", connections);
        return report;
    }

    private static Map<String, Object> host(HostSnapshot host) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("active", host.active());
        report.put("idle", host.idle());
        report.put("connecting", host.connecting());
        report.put("pending", host.pending());
        report.put("max", host.max());
        report.put("suspended", host.suspended());
        report.put("exhaustedFor", text(host.exhaustedFor()));
        report.put("opened", host.opened());
        report.put("reused", host.reused());
        report.put("closed", closed(host));
        report.put("acquireTimeouts", host.acquireTimeouts());
        report.put("acquireRejections", host.acquireRejections());
        report.put("connectFailures", host.connectFailures());
        report.put("retries", host.retries());
        report.put("leaks", host.leaks());
        return report;
    }

    private static Map<String, Long> closed(HostSnapshot host) {
        Map<String, Long> closed = new LinkedHashMap<>();
        for (CloseReason reason : CloseReason.values()) {
            Long count = host.closed().get(reason);
            if (count != null) {
                closed.put(reason.word(), count);
            }
        }
        return closed;
    }

    private static Map<String, Object> connection(Target target, ConnectionSnapshot connection) {
        boolean leased = connection.state() == ConnectionSnapshot.State.LEASED;
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("client", target.name());
        report.put("origin", target.origin().toString());
        report.put("state", leased ? "leased" : "idle");
        report.put("age", text(connection.age()));
        report.put(leased ? "leasedFor" : "idleFor", text(connection.inState()));
        report.put("uses", connection.uses());
        report.put("retired", connection.retired());
        report.putAll(connection.details());
        return report;
    }

    // ISO 8601, as Boot's endpoints write durations; nanoseconds would only be in the way.
    static String text(Duration duration) {
        return duration.truncatedTo(ChronoUnit.MILLIS).toString();
    }
}
