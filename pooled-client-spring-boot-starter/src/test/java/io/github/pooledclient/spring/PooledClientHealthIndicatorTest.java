// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.spring.testing.EchoServer;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
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

    @Test
    void exhaustedPoolIsOutOfServiceAfterTheTimeThatIsAskedFor() throws Exception {
        try (EchoServer server = new EchoServer();
                PooledHttpClient ofOne = clientOfOneConnection()) {
            HttpRequest held = HttpRequest.newBuilder(server.uri("/held")).build();
            CompletableFuture<?> first = ofOne.sendAsync(held, BodyHandlers.discarding());
            server.awaitHeldRequest();
            CompletableFuture<?> second = ofOne.sendAsync(held, BodyHandlers.discarding());
            Awaitility.await()
                    .untilAsserted(() -> assertThat(exhaustedFor(ofOne)).isPositive());

            Health soon = new PooledClientHealthIndicator(ofOne, Duration.ofNanos(1)).health();
            Health late = new PooledClientHealthIndicator(ofOne, Duration.ofHours(1)).health();
            Health never = new PooledClientHealthIndicator(ofOne).health();
            server.release();
            CompletableFuture.allOf(first, second).get(10, TimeUnit.SECONDS);

            assertThat(soon.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
            assertThat(((Map<?, ?>) soon.getDetails().get("exhausted")).keySet())
                    .isEqualTo(Set.of("http://" + server.authority()));
            assertThat(late.getStatus()).isEqualTo(Status.UP);
            assertThat(never.getStatus()).isEqualTo(Status.UP);
            Awaitility.await()
                    .untilAsserted(() -> assertThat(new PooledClientHealthIndicator(ofOne, Duration.ofNanos(1))
                                    .health()
                                    .getStatus())
                            .isEqualTo(Status.UP));
        }
    }

    private static PooledHttpClient clientOfOneConnection() {
        return PooledHttpClient.newBuilder()
                .pool(PoolSettings.builder().maxConnectionsPerHost(1).build())
                .build();
    }

    private static Duration exhaustedFor(PooledHttpClient client) {
        return client.snapshot().totals().exhaustedFor();
    }

    @Test
    void negativeTimeIsRefused() {
        assertThatThrownBy(() -> new PooledClientHealthIndicator(client, Duration.ofSeconds(-1)))
                .hasMessage("outOfServiceAfter must not be negative: PT-1S");
    }
}
