// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.PooledHttpClient;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

class PooledClientHealthIndicatorTest {

    private final PooledHttpClient client = PooledHttpClient.newHttpClient();
    private final PooledClientHealthIndicator indicator = new PooledClientHealthIndicator(client);

    @Test
    void runningPoolIsUpWithItsFigures() {
        Health health = indicator.health();
        client.close();

        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails())
                .containsEntry("state", "running")
                .containsOnlyKeys("state", "hosts", "active", "idle", "connecting", "pending", "max");
    }

    @Test
    void closedPoolIsDown() {
        client.close();

        assertThat(indicator.health().getStatus()).isEqualTo(Status.DOWN);
    }
}
