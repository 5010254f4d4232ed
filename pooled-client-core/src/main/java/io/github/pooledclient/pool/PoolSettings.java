// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.pool;

import io.github.pooledclient.transport.HostPattern;
import io.github.pooledclient.transport.Origin;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a pool may do: limits, times, and exceptions for single hosts. Immutable; made by {@link #builder()}.
 */
public final class PoolSettings {

    private static final PoolSettings DEFAULTS = builder().build();

    private final boolean enabled;
    private final int maxConnectionsPerHost;
    private final int maxConnections;
    private final int maxIdlePerHost;
    private final int minIdlePerHost;
    private final int maxIdle;
    private final Duration idleTimeout;
    private final Duration maxLifetime;
    private final Duration acquireTimeout;
    private final int maxPendingPerHost;
    private final boolean keepAliveHints;
    private final Duration leakDetectionThreshold;
    private final Map<HostPattern, PoolSettings> hosts;

    private PoolSettings(Builder builder) {
        enabled = builder.enabled;
        maxConnectionsPerHost = builder.maxConnectionsPerHost;
        maxConnections = builder.maxConnections;
        maxIdlePerHost = builder.maxIdlePerHost;
        minIdlePerHost = builder.minIdlePerHost;
        maxIdle = builder.maxIdle;
        idleTimeout = builder.idleTimeout;
        maxLifetime = builder.maxLifetime;
        acquireTimeout = builder.acquireTimeout;
        maxPendingPerHost = builder.maxPendingPerHost;
        keepAliveHints = builder.keepAliveHints;
        leakDetectionThreshold = builder.leakDetectionThreshold;
        hosts = Collections.unmodifiableMap(new TreeMap<>(builder.hosts));
    }

    /** The settings of a client that sets none. */
    public static PoolSettings defaults() {
        return DEFAULTS;
    }

    /** A builder that starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from these settings. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.enabled = enabled;
        builder.maxConnectionsPerHost = maxConnectionsPerHost;
        builder.maxConnections = maxConnections;
        builder.maxIdlePerHost = maxIdlePerHost;
        builder.minIdlePerHost = minIdlePerHost;
        builder.maxIdle = maxIdle;
        builder.idleTimeout = idleTimeout;
        builder.maxLifetime = maxLifetime;
        builder.acquireTimeout = acquireTimeout;
        builder.maxPendingPerHost = maxPendingPerHost;
        builder.keepAliveHints = keepAliveHints;
        builder.leakDetectionThreshold = leakDetectionThreshold;
        builder.hosts.putAll(hosts);
        return builder;
    }

    /** The settings that hold for an origin: those of the most exact {@linkplain Builder#host pattern}, else these. */
    public PoolSettings forOrigin(Origin origin) {
        if (hosts.isEmpty()) {
            return this;
        }
        for (Map.Entry<HostPattern, PoolSettings> host : hosts.entrySet()) {
            if (host.getKey().matches(origin)) {
                return host.getValue();
            }
        }
        return this;
    }

    /** The settings of single hosts, the most exact first; unmodifiable. */
    public Map<HostPattern, PoolSettings> hosts() {
        return hosts;
    }

    /** See {@link Builder#enabled(boolean)}. */
    public boolean enabled() {
        return enabled;
    }

    /** See {@link Builder#maxConnectionsPerHost(int)}. */
    public int maxConnectionsPerHost() {
        return maxConnectionsPerHost;
    }

    /** See {@link Builder#maxConnections(int)}. */
    public int maxConnections() {
        return maxConnections;
    }

    /** See {@link Builder#maxIdlePerHost(int)}. */
    public int maxIdlePerHost() {
        return maxIdlePerHost;
    }

    /** See {@link Builder#minIdlePerHost(int)}. */
    public int minIdlePerHost() {
        return minIdlePerHost;
    }

    /** See {@link Builder#maxIdle(int)}. */
    public int maxIdle() {
        return maxIdle;
    }

    /** See {@link Builder#idleTimeout(Duration)}. */
    public Duration idleTimeout() {
        return idleTimeout;
    }

    /** See {@link Builder#maxLifetime(Duration)}. */
    public Duration maxLifetime() {
        return maxLifetime;
    }

    /** See {@link Builder#acquireTimeout(Duration)}. */
    public Duration acquireTimeout() {
        return acquireTimeout;
    }

    /** See {@link Builder#maxPendingPerHost(int)}. */
    public int maxPendingPerHost() {
        return maxPendingPerHost;
    }

    /** See {@link Builder#keepAliveHints(boolean)}. */
    public boolean keepAliveHints() {
        return keepAliveHints;
    }

    /** See {@link Builder#leakDetectionThreshold(Duration)}. */
    public Duration leakDetectionThreshold() {
        return leakDetectionThreshold;
    }

    /** Collects {@link PoolSettings}. Each method refuses a value out of its range with its name, value and range. */
    public static final class Builder {

        private boolean enabled = true;
        private int maxConnectionsPerHost = 50;
        private int maxConnections;
        private int maxIdlePerHost = 50;
        private int minIdlePerHost;
        private int maxIdle;
        private Duration idleTimeout = Duration.ofSeconds(30);
        private Duration maxLifetime = Duration.ofMinutes(10);
        private Duration acquireTimeout = Duration.ofSeconds(5);
        private int maxPendingPerHost = 1000;
        private boolean keepAliveHints = true;
        private Duration leakDetectionThreshold = Duration.ZERO;
        private final Map<HostPattern, PoolSettings> hosts = new TreeMap<>();

        private Builder() {}

        /**
         * Whether connections are kept for reuse. If not, each exchange opens its own and says {@code Connection: close};
         * it is limited and counted all the same. Default: true.
         */
        public Builder enabled(boolean value) {
            enabled = value;
            return this;
        }

        /** How many connections a host may have, in whatever state; at least 1. Default: 50. */
        public Builder maxConnectionsPerHost(int value) {
            maxConnectionsPerHost = atLeast(1, "maxConnectionsPerHost", value);
            return this;
        }

        /**
         * How many connections all hosts together may have; 0 = no such limit. At the limit an idle connection of another
         * host, about the least recently used, is closed to make room. Default: 0.
         */
        public Builder maxConnections(int value) {
            maxConnections = atLeast(0, "maxConnections", value);
            return this;
        }

        /**
         * How many idle connections are kept for a host; 0 = none. At the limit the least recently used is closed for the
         * one that comes back. Default: 50.
         */
        public Builder maxIdlePerHost(int value) {
            maxIdlePerHost = atLeast(0, "maxIdlePerHost", value);
            return this;
        }

        /**
         * How many idle connections are opened before anybody asks, and kept, for each host that has settings of its own by its
         * exact origin; never more than {@link #maxIdlePerHost} and {@link #maxConnectionsPerHost} allow. It needs
         * {@code PooledHttpClient.warmUp}. 0 = none. Default: 0.
         */
        public Builder minIdlePerHost(int value) {
            minIdlePerHost = atLeast(0, "minIdlePerHost", value);
            return this;
        }

        /** How many idle connections are kept for all hosts together; 0 = no such limit. Default: 0. */
        public Builder maxIdle(int value) {
            maxIdle = atLeast(0, "maxIdle", value);
            return this;
        }

        /** How long a connection may be idle before it is closed; zero = for ever. Default: 30 s. */
        public Builder idleTimeout(Duration value) {
            idleTimeout = notNegative("idleTimeout", value);
            return this;
        }

        /**
         * How old a connection may grow, less a jitter of up to 10 %; zero = for ever. One in use is closed on its return.
         * Default: 10 min.
         */
        public Builder maxLifetime(Duration value) {
            maxLifetime = notNegative("maxLifetime", value);
            return this;
        }

        /**
         * How long a caller may take to get a connection: one deadline for the wait and the connect; zero = no wait at
         * all, and no limit but the connect timeout for opening one. Default: 5 s.
         */
        public Builder acquireTimeout(Duration value) {
            acquireTimeout = notNegative("acquireTimeout", value);
            return this;
        }

        /** How many callers may wait for a connection to one host; 0 = nobody waits. Default: 1000. */
        public Builder maxPendingPerHost(int value) {
            maxPendingPerHost = atLeast(0, "maxPendingPerHost", value);
            return this;
        }

        /** Whether to obey {@code Keep-Alive: timeout=N, max=M} of a server, with a margin of 1 s. Default: true. */
        public Builder keepAliveHints(boolean value) {
            keepAliveHints = value;
            return this;
        }

        /** A lease that is held longer is reported once, with the stack that took it; zero = off. Default: zero. */
        public Builder leakDetectionThreshold(Duration value) {
            leakDetectionThreshold = notNegative("leakDetectionThreshold", value);
            return this;
        }

        /**
         * Other settings for an origin, or for all below a domain; {@code maxConnections} and {@code maxIdle} of them, which
         * count all hosts, have no effect.
         *
         * @param pattern an origin such as {@code https://api.example.com}, or {@code https://*.example.com} for all names
         *     below; a port that is left out is the scheme's default. An exact origin wins over a wildcard, a longer domain
         *     over a shorter
         * @throws IllegalArgumentException if the pattern is neither
         */
        public Builder host(String pattern, PoolSettings settings) {
            hosts.put(HostPattern.parse(pattern), settings);
            return this;
        }

        public PoolSettings build() {
            return new PoolSettings(this);
        }

        private static int atLeast(int least, String name, int value) {
            if (value < least) {
                throw new IllegalArgumentException(name + " must be at least " + least + ": " + value);
            }
            return value;
        }

        private static Duration notNegative(String name, Duration value) {
            if (value.isNegative()) {
                throw new IllegalArgumentException(name + " must not be negative: " + value);
            }
            return value;
        }
    }
}
