// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.pool.HostSnapshot;
import io.github.pooledclient.pool.PoolSnapshot;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * The health of a client's pool: {@code UP} with its figures, {@code OUT_OF_SERVICE} while it drains, and {@code DOWN}
 * once it is closed. A slow or failing remote host does not make the application unhealthy, for that is for the host's own
 * health to say; unless it is asked for, by a time after which an exhausted pool is {@code OUT_OF_SERVICE}.
 */
public final class PooledClientHealthIndicator extends AbstractHealthIndicator {

    private final PooledHttpClient client;
    private final Duration outOfServiceAfter;

    /** Of a pool that is healthy even if it is exhausted. */
    public PooledClientHealthIndicator(PooledHttpClient client) {
        this(client, Duration.ZERO);
    }

    /**
     * @param outOfServiceAfter for how long the callers of a host may have to wait for one another's connections
     *     ({@link HostSnapshot#exhaustedFor}) before the pool is {@code OUT_OF_SERVICE}; zero = for ever
     * @throws IllegalArgumentException if it is negative
     */
    public PooledClientHealthIndicator(PooledHttpClient client, Duration outOfServiceAfter) {
        super("the state of the connection pool could not be read");
        this.client = Objects.requireNonNull(client, "client");
        if (outOfServiceAfter.isNegative()) {
            throw new IllegalArgumentException("outOfServiceAfter must not be negative: " + outOfServiceAfter);
        }
        this.outOfServiceAfter = outOfServiceAfter;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        PoolSnapshot pool = client.snapshot();
        switch (pool.state()) {
            case RUNNING -> health.up();
            case DRAINING -> health.outOfService();
            case CLOSED -> health.down();
        }
        HostSnapshot totals = pool.totals();
        health.withDetail("state", pool.state().name().toLowerCase(Locale.ROOT))
                .withDetail("hosts", pool.hosts().size())
                .withDetail("active", totals.active())
                .withDetail("idle", totals.idle())
                .withDetail("connecting", totals.connecting())
                .withDetail("pending", totals.pending())
                .withDetail("max", totals.max());
        Map<String, String> exhausted = exhaustedForTooLong(pool);
        if (!exhausted.isEmpty()) {
            health.outOfService().withDetail("exhausted", exhausted);
        }
    }

    /** The hosts in question, with the time for which they have been exhausted. */
    private Map<String, String> exhaustedForTooLong(PoolSnapshot pool) {
        Map<String, String> exhausted = new TreeMap<>();
        if (!outOfServiceAfter.isZero() && pool.state() == PoolSnapshot.State.RUNNING) {
            pool.hosts().forEach((origin, host) -> {
                if (host.exhaustedFor().compareTo(outOfServiceAfter) > 0) {
                    exhausted.put(origin, PoolReport.text(host.exhaustedFor()));
                }
            });
        }
        return exhausted;
    }
}
