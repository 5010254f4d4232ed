// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.micrometer;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.noContent;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.pool.CloseReason;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PooledHttpClientMetricsTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final PooledHttpClient client = PooledHttpClient.newHttpClient();
    private final PooledHttpClientMetrics metrics = new PooledHttpClientMetrics(client, "main");
    private final WireMockServer server = new WireMockServer(options().dynamicPort());
    private String host;

    @BeforeEach
    void startServer() {
        server.start();
        server.stubFor(any(anyUrl()).willReturn(noContent()));
        host = "http://localhost:" + server.port();
    }

    @AfterEach
    void stop() {
        client.close();
        server.stop();
    }

    @Test
    void allMetersOfHostAreThereFromItsFirstCallWithCountersAtZero() throws Exception {
        metrics.bindTo(registry);

        call();

        assertThat(registry.getMeters())
                .extracting(meter -> meter.getId().getName())
                .containsOnly(
                        "http.client.open_connections",
                        "http.client.connection.duration",
                        "http.client.pool.pending",
                        "http.client.pool.max",
                        "http.client.pool.acquire",
                        "http.client.pool.connect",
                        "http.client.pool.lease",
                        "http.client.pool.opened",
                        "http.client.pool.reused",
                        "http.client.pool.closed",
                        "http.client.pool.acquire.timeouts",
                        "http.client.pool.acquire.rejections",
                        "http.client.pool.retries",
                        "http.client.pool.leaks");
        assertThat(registry.find("http.client.pool.closed").counters()).hasSize(CloseReason.values().length);
        assertThat(registry.find("http.client.pool.closed").counters())
                .allSatisfy(counter -> assertThat(counter.count()).isZero());
    }

    @Test
    void eachMeterHasClientAndHost() throws Exception {
        metrics.bindTo(registry);

        call();

        assertThat(registry.getMeters()).isNotEmpty().allSatisfy(meter -> {
            assertThat(meter.getId().getTag("client")).isEqualTo("main");
            assertThat(meter.getId().getTag("host")).isEqualTo(host);
        });
    }

    @Test
    void reuseIsCounted() throws Exception {
        metrics.bindTo(registry);

        call();
        call();
        call();

        assertThat(registry.get("http.client.pool.opened").counter().count()).isEqualTo(1);
        assertThat(registry.get("http.client.pool.reused").counter().count()).isEqualTo(2);
        assertThat(registry.get("http.client.pool.acquire").timer().count()).isEqualTo(3);
        assertThat(registry.get("http.client.pool.connect").timer().count()).isEqualTo(1);
        Awaitility.await()
                .untilAsserted(() -> assertThat(
                                registry.get("http.client.pool.lease").timer().count())
                        .isEqualTo(3));
    }

    @Test
    void gaugesShowThePool() throws Exception {
        metrics.bindTo(registry);

        call();

        Awaitility.await().untilAsserted(() -> assertThat(open("idle")).isEqualTo(1));
        assertThat(open("active")).isZero();
        assertThat(registry.get("http.client.pool.pending").gauge().value()).isZero();
        assertThat(registry.get("http.client.pool.max").gauge().value()).isEqualTo(50);
    }

    @Test
    void closedConnectionIsCountedByReasonAndTimedAtOnce() throws Exception {
        metrics.bindTo(registry);
        call();
        Awaitility.await().untilAsserted(() -> assertThat(open("idle")).isEqualTo(1));

        client.evictIdle();

        assertThat(registry.get("http.client.pool.closed")
                        .tag("reason", "evicted")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("http.client.connection.duration").timer().totalTime(TimeUnit.NANOSECONDS))
                .isPositive();
        assertThat(open("idle")).isZero();
    }

    @Test
    void hostThatWasThereBeforeTheBinderIsRegistered() throws Exception {
        call();

        metrics.bindTo(registry);

        assertThat(registry.get("http.client.pool.opened")
                        .tag("host", host)
                        .counter()
                        .count())
                .isZero();
    }

    @Test
    void severalRegistriesAreServed() throws Exception {
        SimpleMeterRegistry second = new SimpleMeterRegistry();
        metrics.bindTo(registry);
        metrics.bindTo(second);

        call();

        assertThat(registry.get("http.client.pool.opened").counter().count()).isEqualTo(1);
        assertThat(second.get("http.client.pool.opened").counter().count()).isEqualTo(1);
    }

    @Test
    void closeRemovesTheMetersAndHearsNoMore() throws Exception {
        metrics.bindTo(registry);
        call();

        metrics.close();
        call();

        assertThat(registry.getMeters()).extracting(Meter::getId).isEmpty();
    }

    @Test
    void hostTagIsAsToldByTheFunction() throws Exception {
        new PooledHttpClientMetrics(client, "main", origin -> "upstream").bindTo(registry);

        call();

        assertThat(registry.get("http.client.pool.opened")
                        .tag("host", "upstream")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    private double open(String state) {
        return registry.get("http.client.open_connections")
                .tag("http.connection.state", state)
                .gauge()
                .value();
    }

    private void call() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(host))
                .timeout(Duration.ofSeconds(10))
                .build();
        assertThat(client.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(204);
    }
}
