// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static io.github.pooledclient.spring.autoconfigure.InvalidPoolPropertyException.set;

import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.spring.autoconfigure.PooledClientProperties.Host;
import io.github.pooledclient.transport.HostPattern;
import io.github.pooledclient.transport.Origin;
import java.net.URI;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The properties of the pool as its settings. Immutable.
 *
 * @param settings those of all hosts, and of the hosts that have a name
 * @param names of the settings of the hosts that have one, by identity
 */
record ConfiguredPool(PoolSettings settings, IdentityHashMap<PoolSettings, String> names) {

    /**
     * @throws InvalidPoolPropertyException for the first property that is wrong
     */
    static ConfiguredPool of(PooledClientProperties properties) {
        PoolSettings forAll = forAll(properties);
        PoolSettings.Builder withHosts = forAll.toBuilder();
        IdentityHashMap<PoolSettings, String> names = new IdentityHashMap<>();
        Map<HostPattern, String> urls = new TreeMap<>();
        // In alphabetical order, so that of several mistakes the same one is always the first.
        new TreeMap<>(properties.hosts()).forEach((name, host) -> {
            String prefix = PropertyNames.ofHost(name);
            PoolSettings settings = forHost(prefix, host, forAll);
            set(prefix + "url", url(prefix, host), url -> {
                refuseTwin(HostPattern.parse(url), prefix + "url", urls);
                withHosts.host(url, settings);
            });
            names.put(settings, name);
        });
        return new ConfiguredPool(withHosts.build(), names);
    }

    /** The name under which an origin such as {@code https://api.example.com:443} is configured, else the origin. */
    String nameOf(String origin) {
        return names.getOrDefault(settings.forOrigin(Origin.of(URI.create(origin))), origin);
    }

    private static PoolSettings forAll(PooledClientProperties from) {
        PoolSettings.Builder to = PoolSettings.builder().enabled(from.enabled()).keepAliveHints(from.keepAliveHints());
        set("pool.max-connections-per-host", from.maxConnectionsPerHost(), to::maxConnectionsPerHost);
        set("pool.max-connections", from.maxConnections(), to::maxConnections);
        if (from.preset() != null) {
            to.maxIdlePerHost(from.preset().maxIdlePerHost).idleTimeout(from.preset().idleTimeout);
        }
        set("pool.max-idle-per-host", from.maxIdlePerHost(), to::maxIdlePerHost);
        set("pool.min-idle-per-host", from.minIdlePerHost(), to::minIdlePerHost);
        set("pool.max-idle", from.maxIdle(), to::maxIdle);
        set("pool.idle-timeout", from.idleTimeout(), to::idleTimeout);
        set("pool.max-lifetime", from.maxLifetime(), to::maxLifetime);
        set("pool.acquire-timeout", from.acquireTimeout(), to::acquireTimeout);
        set("pool.max-pending-per-host", from.maxPendingPerHost(), to::maxPendingPerHost);
        set("pool.leak-detection-threshold", from.leakDetectionThreshold(), to::leakDetectionThreshold);
        return to.build();
    }

    private static PoolSettings forHost(String prefix, Host from, PoolSettings forAll) {
        PoolSettings.Builder to = forAll.toBuilder();
        set(prefix + "enabled", from.enabled(), to::enabled);
        set(prefix + "max-connections-per-host", from.maxConnectionsPerHost(), to::maxConnectionsPerHost);
        set(prefix + "max-idle-per-host", from.maxIdlePerHost(), to::maxIdlePerHost);
        set(prefix + "min-idle-per-host", from.minIdlePerHost(), minIdle -> {
            String url = from.url();
            if (minIdle > 0 && url != null && url.contains("://*.")) {
                throw new IllegalArgumentException("which hosts " + url
                        + " stands for is not known at start: give those a name and a url of their own");
            }
            to.minIdlePerHost(minIdle);
        });
        set(prefix + "idle-timeout", from.idleTimeout(), to::idleTimeout);
        set(prefix + "max-lifetime", from.maxLifetime(), to::maxLifetime);
        set(prefix + "acquire-timeout", from.acquireTimeout(), to::acquireTimeout);
        set(prefix + "max-pending-per-host", from.maxPendingPerHost(), to::maxPendingPerHost);
        set(prefix + "keep-alive-hints", from.keepAliveHints(), to::keepAliveHints);
        set(prefix + "leak-detection-threshold", from.leakDetectionThreshold(), to::leakDetectionThreshold);
        return to.build();
    }

    private static String url(String prefix, Host host) {
        String url = host.url();
        if (url == null) {
            throw new InvalidPoolPropertyException(
                    prefix + "url", null, "must be set to an origin such as https://api.example.com");
        }
        return url;
    }

    private static void refuseTwin(HostPattern pattern, String property, Map<HostPattern, String> properties) {
        String twin = properties.putIfAbsent(pattern, property);
        if (twin != null) {
            throw new IllegalArgumentException(
                    "must not be that of another host: " + twin + " is " + pattern + ", too");
        }
    }
}
