// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.pool.HostSnapshot;
import io.github.pooledclient.pool.PoolSnapshot;
import java.util.Locale;
import java.util.Objects;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * The health of a client's pool: {@code UP} with its figures, {@code OUT_OF_SERVICE} while it drains, and {@code DOWN}
 * once it is closed. A slow or failing remote host does not make the application unhealthy: that is for the host's own
 * health to say.
 */
public final class PooledClientHealthIndicator extends AbstractHealthIndicator {

    private final PooledHttpClient client;

    public PooledClientHealthIndicator(PooledHttpClient client) {
        super("the state of the connection pool could not be read");
        this.client = Objects.requireNonNull(client, "client");
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
    }
}
