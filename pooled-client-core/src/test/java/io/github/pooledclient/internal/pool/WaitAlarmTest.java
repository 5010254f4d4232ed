// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pooledclient.internal.time.DeadlineWatchdog;
import io.github.pooledclient.testing.FakeTicker;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.Ticker;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WaitAlarmTest {

    private static final Ticker CLOCK = Ticker.system();
    // The watchdog's thread would wait for minutes: the tests sweep in its place, and say that it is later.
    private static final long LATER = Duration.ofMinutes(2).toNanos();

    private final FakeTicker ticker = new FakeTicker();
    private final DeadlineWatchdog watchdog = new DeadlineWatchdog(CLOCK);
    private final BlockingQueue<Long> looks = new LinkedBlockingQueue<>();
    private Deadline next = Deadline.never();
    private final WaitAlarm alarm = new WaitAlarm(ticker, watchdog, this::look);

    private Deadline look(long now) {
        looks.add(now);
        return next;
    }

    private Deadline in(Duration duration) {
        return Deadline.after(duration, ticker);
    }

    @Test
    void whoWaitsIsLookedAtOnceItsDeadlineHasPassed() {
        assertThat(alarm.setFor(in(Duration.ofMinutes(1)))).isTrue();

        watchdog.sweep(CLOCK.nanos());
        assertThat(looks).isEmpty();

        watchdog.sweep(CLOCK.nanos() + LATER);
        assertThat(looks).containsExactly(ticker.nanos());
    }

    @Test
    void earlierDeadlineComesFirst() {
        alarm.setFor(in(Duration.ofMinutes(5)));
        assertThat(alarm.covers(in(Duration.ofMinutes(1)))).isFalse();
        alarm.setFor(in(Duration.ofMinutes(1)));

        watchdog.sweep(CLOCK.nanos() + LATER);

        assertThat(looks).hasSize(1);
    }

    @Test
    void laterDeadlineDoesNotReplaceTheFirst() {
        alarm.setFor(in(Duration.ofMinutes(1)));
        assertThat(alarm.covers(in(Duration.ofMinutes(5)))).isTrue();
        alarm.setFor(in(Duration.ofMinutes(5)));

        watchdog.sweep(CLOCK.nanos() + LATER);

        assertThat(looks).hasSize(1);
    }

    @Test
    void whoStillWaitsAfterALookIsLookedAtAgain() {
        alarm.setFor(in(Duration.ofMinutes(1)));
        next = in(Duration.ofMinutes(3));
        watchdog.sweep(CLOCK.nanos() + LATER);
        next = Deadline.never();

        watchdog.sweep(CLOCK.nanos() + LATER);
        assertThat(looks).hasSize(1);

        watchdog.sweep(CLOCK.nanos() + 2 * LATER);
        assertThat(looks).hasSize(2);
    }

    @Test
    void whoComesDuringALookIsNotForgotten() {
        WaitAlarm[] own = new WaitAlarm[1];
        own[0] = new WaitAlarm(ticker, watchdog, now -> {
            looks.add(now);
            own[0].setFor(in(Duration.ofMinutes(looks.size())));
            return Deadline.never();
        });
        own[0].setFor(in(Duration.ofMinutes(1)));

        watchdog.sweep(CLOCK.nanos() + LATER);
        watchdog.sweep(CLOCK.nanos() + LATER);

        assertThat(looks).hasSize(2);
    }

    @Test
    void whoWaitsForEverNeedsNone() {
        assertThat(alarm.covers(Deadline.never())).isTrue();

        assertThat(watchdog.thread()).isNull();
    }

    @Test
    void itRestsWhenNobodyWaits() {
        alarm.setFor(in(Duration.ofMillis(1)));

        await().atMost(Duration.ofSeconds(20)).until(() -> watchdog.thread() == null);
        assertThat(looks).hasSize(1);
    }

    @Test
    void itCanBeSetAgainAfterARest() throws Exception {
        for (int i = 0; i < 3; i++) {
            alarm.setFor(in(Duration.ofMillis(1)));

            assertThat(looks.poll(20, SECONDS)).isNotNull();
        }
    }

    @Test
    void endedOneIsNotWatched() {
        alarm.setFor(in(Duration.ofHours(1)));

        alarm.end();

        await().atMost(Duration.ofSeconds(20)).until(() -> watchdog.thread() == null);
        assertThat(looks).isEmpty();
    }
}
