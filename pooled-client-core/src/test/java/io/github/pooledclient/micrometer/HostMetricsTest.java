// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.pool.CloseReason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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

    @Test
    void noLockIsHeldWhileAFilterRuns() throws Exception {
        CountDownLatch inFilter = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        registry.config().meterFilter(onFirstMeterOf("http://slow:80", () -> {
            inFilter.countDown();
            awaitUninterruptibly(goOn);
        }));
        HostMetrics metrics = metrics(UnaryOperator.identity());
        Thread slow = new Thread(() -> metrics.hostAdded("http://slow:80"));
        slow.start();
        inFilter.await();

        // Each of these would hang if it waited for the filter.
        metrics.hostAdded("http://other:80");
        metrics.opened("http://other:80", 1);
        metrics.opened("http://slow:80", 1);
        metrics.hostRemoved("http://nobody:80");
        goOn.countDown();
        slow.join();

        assertThat(counter("http.client.pool.opened", "http://other:80").count())
                .isEqualTo(1);
        assertThat(counter("http.client.pool.opened", "http://slow:80").count()).isEqualTo(1);
    }

    @Test
    void tagThatGoesWhileItIsRegisteredLeavesNoMeters() throws Exception {
        CountDownLatch inFilter = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        registry.config().meterFilter(onFirstMeterOf("http://a:80", () -> {
            inFilter.countDown();
            awaitUninterruptibly(goOn);
        }));
        HostMetrics metrics = metrics(UnaryOperator.identity());
        Thread adding = new Thread(() -> metrics.hostAdded("http://a:80"));
        adding.start();
        inFilter.await();

        metrics.hostRemoved("http://a:80");
        goOn.countDown();
        adding.join();

        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void filterMayCallTheClient() {
        HostMetrics metrics = metrics(UnaryOperator.identity());
        registry.config().meterFilter(onFirstMeterOf("http://a:80", () -> metrics.hostAdded("http://b:80")));

        metrics.hostAdded("http://a:80");

        assertThat(hostTags()).containsExactly("http://a:80", "http://b:80");
    }

    @Test
    void filterThatFailsCostsOnlyItsOwnMeters() {
        AtomicBoolean fails = new AtomicBoolean(true);
        registry.config().meterFilter(onFirstMeterOf("http://a:80", () -> {
            if (fails.getAndSet(false)) {
                throw new IllegalStateException("no meter today");
            }
        }));
        HostMetrics metrics = metrics(UnaryOperator.identity());

        assertThatThrownBy(() -> metrics.hostAdded("http://a:80")).hasMessage("no meter today");
        metrics.opened("http://a:80", 1);
        metrics.hostAdded("http://b:80");

        assertThat(hostTags()).containsExactly("http://b:80");
    }

    private static MeterFilter onFirstMeterOf(String host, Runnable action) {
        AtomicBoolean isFirst = new AtomicBoolean(true);
        return new MeterFilter() {
            @Override
            public MeterFilterReply accept(Meter.Id id) {
                if (host.equals(id.getTag("host")) && isFirst.getAndSet(false)) {
                    action.run();
                }
                return MeterFilterReply.NEUTRAL;
            }
        };
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
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
