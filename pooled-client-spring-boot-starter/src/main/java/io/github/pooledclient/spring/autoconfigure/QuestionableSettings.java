// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.spring.autoconfigure.PooledClientProperties.Host;
import io.github.pooledclient.transport.HostPattern;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Finds properties that are each right and together do harm, or nothing. */
final class QuestionableSettings {

    // Below this part of the connections, a burst opens most of them anew.
    private static final int SMALL_PART = 4;

    private final List<String> found = new ArrayList<>();

    private QuestionableSettings() {}

    /** What is questionable, and what to do instead, in an order that does not change. */
    static List<String> of(PooledClientProperties properties, PoolSettings pool) {
        QuestionableSettings settings = new QuestionableSettings();
        settings.look(
                "pool.", pool, properties.maxIdlePerHost(), properties.connectTimeout(), properties.readTimeout());
        new TreeMap<>(properties.hosts()).forEach((name, host) -> settings.look(name, host, properties, pool));
        settings.lookAtAll(properties, pool);
        return List.copyOf(settings.found);
    }

    private void look(String name, Host host, PooledClientProperties properties, PoolSettings pool) {
        boolean isDifferent = host.enabled() != null
                || host.maxIdlePerHost() != null
                || host.maxConnectionsPerHost() != null
                || host.minIdlePerHost() != null
                || host.acquireTimeout() != null
                || host.connectTimeout() != null
                || host.readTimeout() != null
                || host.leakDetectionThreshold() != null;
        PoolSettings own = host.url() == null ? null : pool.hosts().get(HostPattern.parse(host.url()));
        if (isDifferent && own != null) {
            Integer maxIdle = host.maxIdlePerHost() == null ? properties.maxIdlePerHost() : host.maxIdlePerHost();
            Duration connectTimeout =
                    host.connectTimeout() == null ? properties.connectTimeout() : host.connectTimeout();
            Duration readTimeout = host.readTimeout() == null ? properties.readTimeout() : host.readTimeout();
            look(PropertyNames.ofHost(name), own, maxIdle, connectTimeout, readTimeout);
        }
    }

    private void look(
            String prefix,
            PoolSettings pool,
            @Nullable Integer maxIdleAsked,
            @Nullable Duration connectTimeoutAsked,
            Duration readTimeout) {
        // A preset keeps few on purpose.
        if (pool.enabled() && maxIdleAsked != null) {
            lookWhetherSmall(prefix + "max-idle-per-host", maxIdleAsked, pool);
        }
        if (connectTimeoutAsked != null && isLonger(connectTimeoutAsked, pool.acquireTimeout())) {
            add(
                    prefix + "connect-timeout = " + text(connectTimeoutAsked) + " is longer than acquire-timeout = "
                            + text(pool.acquireTimeout()),
                    "that one covers the connect, and ends it: raise acquire-timeout, or lower connect-timeout");
        }
        if (isLonger(pool.acquireTimeout(), readTimeout)) {
            add(
                    prefix + "acquire-timeout = " + text(pool.acquireTimeout()) + " is longer than read-timeout = "
                            + text(readTimeout),
                    "callers of a slow host wait for a connection for longer than for an answer: lower acquire-timeout");
        }
        if (isLonger(readTimeout, pool.leakDetectionThreshold())) {
            add(
                    prefix + "leak-detection-threshold = " + text(pool.leakDetectionThreshold())
                            + " is shorter than read-timeout = " + text(readTimeout),
                    "calls that are merely slow are reported as leaks: raise leak-detection-threshold");
        }
        int room = Math.min(pool.maxIdlePerHost(), pool.maxConnectionsPerHost());
        if (pool.minIdlePerHost() > room) {
            add(
                    prefix + "min-idle-per-host = " + pool.minIdlePerHost() + " is above max-idle-per-host = "
                            + pool.maxIdlePerHost() + " or max-connections-per-host = " + pool.maxConnectionsPerHost(),
                    "only " + room + " are kept: lower it, or raise the limits");
        }
        if (pool.minIdlePerHost() > 0 && !pool.enabled()) {
            add(
                    prefix + "min-idle-per-host = " + pool.minIdlePerHost() + " has no effect",
                    "no connection is kept with " + prefix + "enabled = false: remove one of the two");
        }
    }

    private void lookAtAll(PooledClientProperties properties, PoolSettings pool) {
        if (properties.maxIdle() > 0) {
            lookWhetherSmall("pool.max-idle", properties.maxIdle(), pool);
        }
        boolean noneIsNamed = pool.hosts().keySet().stream().allMatch(HostPattern::wildcard);
        if (pool.minIdlePerHost() > 0 && noneIsNamed) {
            add(
                    "pool.min-idle-per-host = " + pool.minIdlePerHost() + " has no effect",
                    "it is for hosts that are known at start: name them under pool.hosts, with their url");
        }
    }

    private void lookWhetherSmall(String property, int maxIdle, PoolSettings pool) {
        int maxConnections = pool.maxConnectionsPerHost();
        if (maxIdle < maxConnections / SMALL_PART) {
            add(
                    property + " = " + maxIdle + " is far below max-connections-per-host = " + maxConnections,
                    "after each burst most connections are closed, and opened anew for the next: raise the one, or lower"
                            + " the other");
        }
    }

    /** Zero stands for no limit, or for none at all: neither is compared. */
    private static boolean isLonger(Duration one, Duration other) {
        return !one.isZero() && !other.isZero() && one.compareTo(other) > 0;
    }

    private void add(String what, String why) {
        found.add(what + ": " + why);
    }

    private static String text(Duration duration) {
        return duration.toString().substring(2).toLowerCase(Locale.ROOT);
    }
}
