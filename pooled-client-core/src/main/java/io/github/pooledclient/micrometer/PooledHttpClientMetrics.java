// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.micrometer;

import io.github.pooledclient.PooledHttpClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;

/**
 * The meters of a client's pool, tagged with {@code client} and {@code host}.
 *
 * <ul>
 *   <li>{@code http.client.open_connections}, a gauge by {@code http.connection.state} = {@code active} or {@code idle}
 *   <li>{@code http.client.connection.duration}, a timer: how old connections were when they were closed
 *   <li>{@code http.client.pool.pending} and {@code .max}, gauges
 *   <li>{@code http.client.pool.acquire}, {@code .connect} and {@code .lease}, timers
 *   <li>{@code http.client.pool.opened}, {@code .reused}, {@code .closed} by {@code reason}, {@code .acquire.timeouts},
 *       {@code .acquire.rejections}, {@code .retries} and {@code .leaks}, counters
 * </ul>
 *
 * <p>All meters of a host are there from its first call, with counters at zero, and go when the pool forgets the host.
 * Hosts may share a tag; there are at most {@value #MAX_HOSTS} tags at a time, and further hosts share {@code other}.
 * Requests are not timed here: {@code http.client.requests} of Spring does that.
 *
 * <p>Safe for use by several threads.
 */
public final class PooledHttpClientMetrics implements MeterBinder, AutoCloseable {

    /** How many host tags there are before hosts share {@value #OTHER}. */
    public static final int MAX_HOSTS = 100;

    /** The tag of the hosts beyond {@link #MAX_HOSTS}. */
    public static final String OTHER = "other";

    private final PooledHttpClient client;
    private final String clientName;
    private final UnaryOperator<String> hostTag;
    private final Queue<HostMetrics> bound = new ConcurrentLinkedQueue<>();

    /** Tags each host with its origin, as in {@code https://api.example.com:443}. */
    public PooledHttpClientMetrics(PooledHttpClient client, String clientName) {
        this(client, clientName, UnaryOperator.identity());
    }

    /**
     * @param clientName the {@code client} tag
     * @param hostTag from a host as in {@link io.github.pooledclient.pool.PoolSnapshot#hosts()} to its {@code host} tag;
     *     asked once when the host appears
     */
    public PooledHttpClientMetrics(PooledHttpClient client, String clientName, UnaryOperator<String> hostTag) {
        this.client = Objects.requireNonNull(client, "client");
        this.clientName = Objects.requireNonNull(clientName, "clientName");
        this.hostTag = Objects.requireNonNull(hostTag, "hostTag");
    }

    /** Registers the meters of the hosts that the pool knows and will know; counters begin at zero now. */
    @Override
    public void bindTo(MeterRegistry registry) {
        HostMetrics metrics = new HostMetrics(client, hostTag, new MeterFactory(registry, clientName));
        bound.add(metrics);
        metrics.start(client);
    }

    /** Removes the meters from the registries that they were bound to. */
    @Override
    public void close() {
        for (HostMetrics metrics = bound.poll(); metrics != null; metrics = bound.poll()) {
            metrics.stop();
        }
    }
}
