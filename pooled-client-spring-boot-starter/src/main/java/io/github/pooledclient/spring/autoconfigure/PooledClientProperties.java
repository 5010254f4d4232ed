// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What {@code pool.*} says. Unknown names under {@code pool} are left alone: the prefix is a common word, and an
 * application may use it for a pool of its own.
 *
 * @param enabled Whether to keep connections for reuse.
 * @param preset Defaults for a kind of traffic. Properties that are set win over it.
 * @param maxConnections How many connections all hosts together may have. 0 means no limit.
 * @param maxConnectionsPerHost How many connections a host may have, in whatever state. At least 1.
 * @param maxIdle How many idle connections to keep for all hosts together. 0 means no limit.
 * @param maxIdlePerHost How many idle connections to keep for a host. 0 means none.
 * @param minIdlePerHost How many idle connections to open at start and to keep, for hosts with a URL. 0 means none.
 * @param idleTimeout How long a connection may be idle before it is closed. 0 means for ever.
 * @param maxLifetime How old a connection may grow, less a jitter of up to 10 percent. 0 means without limit.
 * @param acquireTimeout How long a caller may take to get a connection, opening it included. 0 means not to wait.
 * @param maxPendingPerHost How many callers may wait for a connection to a host. 0 means none.
 * @param keepAliveHints Whether to obey what servers say in their Keep-Alive field.
 * @param leakDetectionThreshold How long a connection may be lent before it is reported as leaked. 0 means no report.
 * @param connectTimeout How long opening a connection may take, within acquire-timeout. 0 means no limit but that.
 * @param readTimeout How long a server may be silent. 0 means without limit.
 * @param decompress Whether to ask for compressed responses and to decompress them.
 * @param limits Bounds of what is not content, of decompression, and of draining.
 * @param ssl TLS with which all hosts are spoken to.
 * @param proxy HTTP proxy on the way to all hosts.
 * @param warmUpTimeout How long the start may wait for the connections of min-idle-per-host. 0 means not to wait.
 * @param shutdownTimeout How long calls may go on when the application stops. 0 means not at all.
 * @param restClient Use by RestClient, RestTemplate and HTTP service clients.
 * @param webClient Use by WebClient and its HTTP service clients.
 * @param hosts Settings for single hosts, by a name of your choice.
 */
// maxConnections before maxConnectionsPerHost, maxIdle likewise: Boot's processor takes the first tag that begins with
// a name for that name's description.
@ConfigurationProperties("pool")
public record PooledClientProperties(
        @DefaultValue("true") boolean enabled,
        @Nullable Preset preset,
        @DefaultValue("0") int maxConnections,
        @DefaultValue("50") int maxConnectionsPerHost,
        @DefaultValue("0") int maxIdle,
        @Nullable Integer maxIdlePerHost,
        @DefaultValue("0") int minIdlePerHost,
        @Nullable Duration idleTimeout,
        @DefaultValue("10m") Duration maxLifetime,
        @DefaultValue("5s") Duration acquireTimeout,
        @DefaultValue("1000") int maxPendingPerHost,
        @DefaultValue("true") boolean keepAliveHints,
        @DefaultValue("0s") Duration leakDetectionThreshold,
        @Nullable Duration connectTimeout,
        @DefaultValue("30s") Duration readTimeout,
        @DefaultValue("true") boolean decompress,
        @DefaultValue Limits limits,
        @DefaultValue Ssl ssl,
        @DefaultValue Proxy proxy,
        @DefaultValue("5s") Duration warmUpTimeout,
        @DefaultValue("20s") Duration shutdownTimeout,
        @DefaultValue RestClient restClient,
        @DefaultValue WebClient webClient,
        @DefaultValue Map<String, Host> hosts) {

    public PooledClientProperties {
        hosts = byTheirNames(hosts);
    }

    /**
     * Without the spellings of environment variables ({@code POOL_HOSTS_SLOWPARTNER_URL}), which have neither dashes nor upper
     * case: Boot binds such a host twice, each time with all that is said of it.
     */
    private static Map<String, Host> byTheirNames(Map<String, Host> bound) {
        Map<String, Host> hosts = new HashMap<>(bound);
        bound.forEach((name, host) -> {
            String asVariable = name.replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
            if (!name.equals(asVariable)) {
                hosts.remove(asVariable, host);
            }
        });
        return Map.copyOf(hosts);
    }

    /**
     * What {@code pool.limits.*} says.
     *
     * @param maxResponseHeadSize How large the head of a response may be, from 1 byte to 16 MB.
     * @param maxResponseFields How many fields a head, or the trailers, may have. At least 1.
     * @param maxTrailerSize How large the trailers behind a body may be, up to 16 MB. 0 refuses trailers.
     * @param maxChunkExtensionSize How large chunk extensions may be beyond the content of chunks. 0 refuses extensions.
     * @param maxInterimResponses How many interim responses (1xx) may come to a request. 0 refuses them.
     * @param maxDecompressionRatio How many times as large a body may become when it is decompressed. 0 means without limit.
     * @param maxDrainSize How much unread content to read to keep a connection. 0 means none.
     * @param drainTimeout How long to wait for unread content to keep a connection. 0 means not to wait.
     */
    public record Limits(
            @Nullable DataSize maxResponseHeadSize,
            @Nullable Integer maxResponseFields,
            @Nullable DataSize maxTrailerSize,
            @Nullable DataSize maxChunkExtensionSize,
            @Nullable Integer maxInterimResponses,
            @Nullable Integer maxDecompressionRatio,
            @Nullable DataSize maxDrainSize,
            @Nullable Duration drainTimeout) {}

    /**
     * What {@code pool.ssl.*} says, or {@code pool.hosts.<name>.ssl.*}.
     *
     * @param bundle Name of the SSL bundle to use. Without one, what the JVM trusts by default.
     */
    public record Ssl(@Nullable String bundle) {}

    /**
     * What {@code pool.proxy.*} says.
     *
     * @param host Name or address of the proxy. Without one, the JVM's proxy settings hold.
     * @param port Port of the proxy, from 1 to 65535.
     * @param username Name to tell the proxy when it asks.
     * @param password Password to tell the proxy when it asks.
     * @param noProxy Hosts to speak to directly: names, *.example.com, addresses, or blocks of them (10.0.0.0/8).
     */
    public record Proxy(
            @Nullable String host,
            @Nullable Integer port,
            @Nullable String username,
            @Nullable String password,

            @DefaultValue({"localhost", "*.localhost", "127.0.0.1", "[::1]"})
            List<String> noProxy) {

        public Proxy {
            noProxy = List.copyOf(noProxy);
        }

        /** Without the password. */
        @Override
        public String toString() {
            return "Proxy[host=" + host + ", port=" + port + ", username=" + username + ", noProxy=" + noProxy + "]";
        }
    }

    /** Defaults for a kind of traffic. */
    public enum Preset {
        /** Many calls to few hosts: 50 idle connections for each, for 120 s. */
        HIGH_THROUGHPUT(50, Duration.ofMinutes(2)),
        /** As little as possible kept: 2 idle connections for each host, for 10 s. */
        LOW_MEMORY(2, Duration.ofSeconds(10)),
        /** Few calls to each of many hosts: 1 idle connection for each, for 30 s. */
        MANY_DESTINATIONS(1, Duration.ofSeconds(30));

        final int maxIdlePerHost;
        final Duration idleTimeout;

        Preset(int maxIdlePerHost, Duration idleTimeout) {
            this.maxIdlePerHost = maxIdlePerHost;
            this.idleTimeout = idleTimeout;
        }
    }

    /**
     * What {@code pool.rest-client.*} says.
     *
     * @param enabled Whether RestClient, RestTemplate and HTTP service clients use the pool.
     */
    public record RestClient(@DefaultValue("true") boolean enabled) {}

    /**
     * What {@code pool.web-client.*} says.
     *
     * @param enabled Whether WebClient and its HTTP service clients use the pool.
     */
    public record WebClient(@DefaultValue("true") boolean enabled) {}

    /**
     * What {@code pool.hosts.<name>.*} says; what is left out is as for all hosts.
     *
     * @param url Origin such as https://api.example.com, or https://*.example.com for all names below.
     * @param enabled Whether to keep connections for reuse.
     * @param maxConnectionsPerHost How many connections the host may have, in whatever state. At least 1.
     * @param maxIdlePerHost How many idle connections to keep. 0 means none.
     * @param minIdlePerHost How many idle connections to open at start and to keep. 0 means none. Not for a wildcard.
     * @param idleTimeout How long a connection may be idle before it is closed. 0 means for ever.
     * @param maxLifetime How old a connection may grow, less a jitter of up to 10 percent. 0 means without limit.
     * @param acquireTimeout How long a caller may take to get a connection, opening it included. 0 means not to wait.
     * @param maxPendingPerHost How many callers may wait for a connection. 0 means none.
     * @param keepAliveHints Whether to obey what the server says in its Keep-Alive field.
     * @param leakDetectionThreshold How long a connection may be lent before it is reported as leaked. 0 means no report.
     * @param connectTimeout How long opening a connection may take, within acquire-timeout. 0 means no limit but that.
     * @param readTimeout How long the server may be silent. 0 means without limit.
     * @param decompress Whether to ask for compressed responses and to decompress them.
     * @param limits Bounds of what is not content, of decompression, and of draining.
     * @param ssl TLS with which the host is spoken to.
     */
    public record Host(
            @Nullable String url,
            @Nullable Boolean enabled,
            @Nullable Integer maxConnectionsPerHost,
            @Nullable Integer maxIdlePerHost,
            @Nullable Integer minIdlePerHost,
            @Nullable Duration idleTimeout,
            @Nullable Duration maxLifetime,
            @Nullable Duration acquireTimeout,
            @Nullable Integer maxPendingPerHost,
            @Nullable Boolean keepAliveHints,
            @Nullable Duration leakDetectionThreshold,
            @Nullable Duration connectTimeout,
            @Nullable Duration readTimeout,
            @Nullable Boolean decompress,
            @DefaultValue Limits limits,
            @DefaultValue Ssl ssl) {}
}
