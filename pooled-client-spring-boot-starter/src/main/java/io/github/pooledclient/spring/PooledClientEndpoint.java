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
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * Shows the pools of the application's clients, and changes them: {@code /actuator/connectionpool}.
 *
 * <p>A host is named by name and port, {@code api.example.com:443}, and stands for its {@code http} and {@code https}
 * origin, of which there is usually one. Without {@code client}, the name of a bean, all clients are added up or meant.
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

    /** All hosts and their totals. */
    @ReadOperation
    public WebEndpointResponse<?> pool(@Nullable String client) {
        Map<String, PooledHttpClient> chosen = choose(client);
        return chosen.isEmpty() ? unknownClient(client) : new WebEndpointResponse<>(PoolReport.pool(chosen));
    }

    /** One host, with each of its connections. */
    @ReadOperation
    public WebEndpointResponse<?> host(@Selector String host, @Nullable String client) {
        List<Target> targets = targets(host, client);
        return targets.isEmpty() ? unknownHost(host) : new WebEndpointResponse<>(PoolReport.details(targets));
    }

    /** Closes idle connections; those in use are closed on their return. */
    @DeleteOperation
    public WebEndpointResponse<?> retire(@Nullable String client) {
        Map<String, PooledHttpClient> chosen = choose(client);
        chosen.values().forEach(PooledHttpClient::retire);
        return chosen.isEmpty() ? unknownClient(client) : done();
    }

    /** Closes idle connections to a host; those in use are closed on their return. */
    @DeleteOperation
    public WebEndpointResponse<?> retireHost(@Selector String host, @Nullable String client) {
        List<Target> targets = targets(host, client);
        targets.forEach(target -> target.client().retire(target.origin()));
        return targets.isEmpty() ? unknownHost(host) : done();
    }

    /**
     * Suspends or resumes lending connections to a host, or changes its limits until the application ends or the host is
     * forgotten.
     *
     * @param action {@code suspend}, {@code resume} or {@code resize}
     * @param maxConnections for {@code resize}: at least 1; null = as configured
     * @param maxIdle for {@code resize}: at least 0; null = as configured
     */
    @WriteOperation
    public WebEndpointResponse<?> change(
            @Selector String host,
            String action,
            @Nullable Integer maxConnections,
            @Nullable Integer maxIdle,
            @Nullable String client) {
        List<Target> targets = targets(host, client);
        if (targets.isEmpty()) {
            return unknownHost(host);
        }
        try {
            for (Target target : targets) {
                change(target, action, maxConnections, maxIdle);
            }
        } catch (IllegalArgumentException e) {
            return error(WebEndpointResponse.STATUS_BAD_REQUEST, String.valueOf(e.getMessage()));
        }
        return new WebEndpointResponse<>(PoolReport.details(targets));
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
        return client == null ? Map.of() : Map.of(name, client);
    }

    private List<Target> targets(String host, @Nullable String clientName) {
        List<Target> targets = new ArrayList<>();
        choose(clientName).forEach((name, client) -> {
            for (String origin : client.snapshot().hosts().keySet()) {
                if (origin.substring(origin.indexOf("://") + 3).equalsIgnoreCase(host)) {
                    targets.add(new Target(name, client, Origin.of(URI.create(origin))));
                }
            }
        });
        return targets;
    }

    private WebEndpointResponse<?> unknownClient(@Nullable String name) {
        return error(WebEndpointResponse.STATUS_NOT_FOUND, "no client '" + name + "'; there are: " + clients.keySet());
    }

    private static WebEndpointResponse<?> unknownHost(String host) {
        return error(
                WebEndpointResponse.STATUS_NOT_FOUND,
                "no connections to '" + host + "'; a host is named as in api.example.com:443");
    }

    // In the body, and not thrown: applications show the messages of exceptions to nobody by default.
    private static WebEndpointResponse<?> error(int status, String message) {
        return new WebEndpointResponse<>(Map.of("error", message), status);
    }

    private static WebEndpointResponse<?> done() {
        return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT);
    }
}
