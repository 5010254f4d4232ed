// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.transport.Origin;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * Shows the pools of the application's clients, and changes them: {@code /actuator/connectionpool}, and the same over JMX.
 *
 * <p>A host is named by name and port, {@code api.example.com:443}, and stands for its {@code http} and {@code https}
 * origin, of which there is usually one. Without {@code client}, the name of a bean, all clients are added up or meant;
 * a pool that several of them share counts once.
 */
@Endpoint(id = "connectionpool")
public final class PooledClientEndpoint {

    private final Map<String, PooledHttpClient> clients;

    /**
     * @param clients by name
     */
    public PooledClientEndpoint(Map<String, PooledHttpClient> clients) {
        this.clients = new TreeMap<>(clients);
    }

    /**
     * All hosts and their totals.
     *
     * @throws InvalidEndpointRequestException if there is no such client
     */
    @ReadOperation
    public Map<String, ?> pool(@Nullable String client) {
        return PoolReport.pool(choose(client));
    }

    /**
     * One host, with each of its connections.
     *
     * @throws InvalidEndpointRequestException if there is no such host or client
     */
    @ReadOperation
    public Map<String, ?> host(@Selector String host, @Nullable String client) {
        return PoolReport.details(targets(host, client));
    }

    /**
     * Closes idle connections; those in use are closed on their return.
     *
     * @return null: were it void, the operation over HTTP would stand beside this one and not in its place
     * @throws InvalidEndpointRequestException if there is no such client
     */
    @DeleteOperation
    public @Nullable Map<String, ?> retire(@Nullable String client) {
        choose(client).values().forEach(PooledHttpClient::retire);
        return null;
    }

    /**
     * Closes idle connections to a host; those in use are closed on their return.
     *
     * @return null, as {@link #retire}
     * @throws InvalidEndpointRequestException if there is no such host or client
     */
    @DeleteOperation
    public @Nullable Map<String, ?> retireHost(@Selector String host, @Nullable String client) {
        targets(host, client).forEach(target -> target.client().retire(target.origin()));
        return null;
    }

    /**
     * Suspends or resumes lending connections to a host, or changes its limits until the application ends or the host is
     * forgotten. Answers the host as it is then.
     *
     * @param action {@code suspend}, {@code resume} or {@code resize}
     * @param maxConnections for {@code resize}: at least 1; null = as configured
     * @param maxIdle for {@code resize}: at least 0; null = as configured
     * @throws InvalidEndpointRequestException if there is no such host or client, or the action or a limit is wrong
     */
    @WriteOperation
    public Map<String, ?> change(
            @Selector String host,
            String action,
            @Nullable Integer maxConnections,
            @Nullable Integer maxIdle,
            @Nullable String client) {
        List<Target> targets = targets(host, client);
        try {
            for (Target target : targets) {
                change(target, action, maxConnections, maxIdle);
            }
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            throw new InvalidEndpointRequestException(message, message, e);
        }
        return PoolReport.details(targets);
    }

    private static void change(
            Target target, String action, @Nullable Integer maxConnections, @Nullable Integer maxIdle) {
        switch (action) {
            case "suspend" -> target.client().suspend(target.origin());
            case "resume" -> target.client().resume(target.origin());
            case "resize" -> resize(target, maxConnections, maxIdle);
            default -> throw new IllegalArgumentException("action must be suspend, resume or resize: '" + action + "'");
        }
    }

    private static void resize(Target target, @Nullable Integer maxConnections, @Nullable Integer maxIdle) {
        if (maxConnections == null && maxIdle == null) {
            throw new IllegalArgumentException("resize needs maxConnections, maxIdle or both");
        }
        PoolSettings configured = target.client().poolSettings().forOrigin(target.origin());
        target.client()
                .resize(
                        target.origin(),
                        maxConnections == null ? configured.maxConnectionsPerHost() : maxConnections,
                        maxIdle == null ? configured.maxIdlePerHost() : maxIdle);
    }

    /** An origin in the pool of a client. */
    record Target(String name, PooledHttpClient client, Origin origin) {}

    private Map<String, PooledHttpClient> choose(@Nullable String name) {
        if (name == null) {
            return clients;
        }
        PooledHttpClient client = clients.get(name);
        if (client == null) {
            throw new NotFoundException("no client '" + name + "'; there are: " + clients.keySet());
        }
        return Map.of(name, client);
    }

    /** The origins of a name and port in the pools that are meant; at least one. */
    private List<Target> targets(String host, @Nullable String clientName) {
        List<Target> targets = new ArrayList<>();
        ClientPools.oneClientEach(choose(clientName)).forEach((name, client) -> {
            for (String origin : client.snapshot().hosts().keySet()) {
                if (origin.substring(origin.indexOf("://") + 3).equalsIgnoreCase(host)) {
                    targets.add(new Target(name, client, Origin.of(URI.create(origin))));
                }
            }
        });
        if (targets.isEmpty()) {
            throw new NotFoundException("no connections to '" + host + "'; a host is named as in api.example.com:443");
        }
        return targets;
    }

    /** There is no such client or host. */
    static final class NotFoundException extends InvalidEndpointRequestException {

        private static final long serialVersionUID = 1L;

        NotFoundException(String message) {
            super(message, message);
        }
    }
}
