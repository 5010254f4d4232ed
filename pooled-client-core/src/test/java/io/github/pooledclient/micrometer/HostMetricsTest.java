// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.pool.CloseReason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostMetricsTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final PooledHttpClient client = PooledHttpClient.newHttpClient();

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void thereAreAHundredHostTagsAndThenOther() {
        HostMetrics metrics = metrics(UnaryOperator.identity());

        for (int i = 0; i < 150; i++) {
            metrics.hostAdded("http://host" + i + ":80");
        }

        assertThat(hostTags())
                .hasSize(101)
                .contains("http://host99:80", "other")
                .doesNotContain("http://host100:80");
    }

    @Test
    void eventsOfHostsBeyondTheBoundCountAsOther() {
        HostMetrics metrics = metrics(UnaryOperator.identity());
        for (int i = 0; i < 102; i++) {
            metrics.hostAdded("http://host" + i + ":80");
        }

        metrics.opened("http://host100:80", 1);
        metrics.opened("http://host101:80", 1);

        assertThat(counter("http.client.pool.opened", "other").count()).isEqualTo(2);
    }

    @Test
    void hostThatGoesMakesRoomForATag() {
        HostMetrics metrics = metrics(UnaryOperator.identity());
        for (int i = 0; i < 100; i++) {
            metrics.hostAdded("http://host" + i + ":80");
        }

        metrics.hostRemoved("http://host7:80");
        metrics.hostAdded("http://new:80");

        assertThat(hostTags()).hasSize(100).contains("http://new:80").doesNotContain("http://host7:80", "other");
    }

    @Test
    void sharedTagGoesWithTheLastOfItsHosts() {
        HostMetrics metrics = metrics(host -> "partner");
        metrics.hostAdded("https://a.partner.example:443");
        metrics.hostAdded("https://b.partner.example:443");

        metrics.hostRemoved("https://a.partner.example:443");

        assertThat(hostTags()).containsExactly("partner");

        metrics.hostRemoved("https://b.partner.example:443");

        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void hostThatIsAddedTwiceIsOne() {
        HostMetrics metrics = metrics(UnaryOperator.identity());
        metrics.hostAdded("http://a:80");
        metrics.hostAdded("http://a:80");

        metrics.hostRemoved("http://a:80");

        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void eventOfAForgottenHostRegistersNothing() {
        HostMetrics metrics = metrics(UnaryOperator.identity());
        metrics.hostAdded("http://a:80");
        metrics.hostRemoved("http://a:80");

        metrics.closed("http://a:80", CloseReason.IDLE_TIMEOUT, 1);

        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void eachEventHasItsMeter() {
        HostMetrics metrics = metrics(UnaryOperator.identity());
        metrics.hostAdded("http://a:80");
        long millis = Duration.ofMillis(1).toNanos();

        metrics.acquired("http://a:80", 3 * millis, true);
        metrics.acquireTimedOut("http://a:80", 4 * millis);
        metrics.acquireRejected("http://a:80");
        metrics.opened("http://a:80", 5 * millis);
        metrics.returned("http://a:80", 6 * millis);
        metrics.closed("http://a:80", CloseReason.PEER_CLOSED, 7 * millis);
        metrics.retried("http://a:80");
        metrics.leaked("http://a:80", 8 * millis, new Throwable());

        assertThat(millis("http.client.pool.acquire")).isEqualTo(3);
        assertThat(millis("http.client.pool.connect")).isEqualTo(5);
        assertThat(millis("http.client.pool.lease")).isEqualTo(6);
        assertThat(millis("http.client.connection.duration")).isEqualTo(7);
        assertThat(counter("http.client.pool.reused", "http://a:80").count()).isEqualTo(1);
        assertThat(counter("http.client.pool.acquire.timeouts", "http://a:80").count())
                .isEqualTo(1);
        assertThat(counter("http.client.pool.acquire.rejections", "http://a:80").count())
                .isEqualTo(1);
        assertThat(counter("http.client.pool.retries", "http://a:80").count()).isEqualTo(1);
        assertThat(counter("http.client.pool.leaks", "http://a:80").count()).isEqualTo(1);
        assertThat(registry.get("http.client.pool.closed")
                        .tag("reason", "peer_closed")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    private HostMetrics metrics(UnaryOperator<String> hostTag) {
        return new HostMetrics(client, hostTag, new MeterFactory(registry, "main"));
    }

    private Counter counter(String name, String host) {
        return registry.get(name).tag("host", host).counter();
    }

    private double millis(String timer) {
        return registry.get(timer).timer().totalTime(TimeUnit.MILLISECONDS);
    }

    private Set<String> hostTags() {
        Set<String> tags = new TreeSet<>();
        registry.getMeters().forEach(meter -> tags.add(meter.getId().getTag("host")));
        return tags;
    }
}
