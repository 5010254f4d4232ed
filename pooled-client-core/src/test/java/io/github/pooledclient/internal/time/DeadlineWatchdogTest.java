// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.time;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.testing.FakeTicker;
import io.github.pooledclient.transport.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DeadlineWatchdogTest {

    private final FakeTicker ticker = new FakeTicker();
    private final DeadlineWatchdog faked = new DeadlineWatchdog(ticker);
    private final DeadlineWatchdog real = new DeadlineWatchdog(Ticker.system());

    @Test
    void guardFiresOnceItsDeadlineHasPassed() {
        Guard guard = watched(faked, () -> {});
        guard.arm(ticker.nanos() + 10);

        faked.sweep(ticker.nanos() + 10);

        assertThat(guard.disarm()).isFalse();
    }

    @Test
    void guardDoesNotFireBefore() {
        Guard guard = watched(faked, () -> {});
        guard.arm(ticker.nanos() + 10);

        faked.sweep(ticker.nanos() + 9);

        assertThat(guard.disarm()).isTrue();
    }

    @Test
    void disarmedGuardDoesNotFire() {
        CompletableFuture<Void> fired = new CompletableFuture<>();
        Guard guard = watched(faked, () -> fired.complete(null));
        guard.arm(ticker.nanos() + 10);
        guard.disarm();

        faked.sweep(ticker.nanos() + 11);

        assertThat(fired).isNotDone();
    }

    @Test
    void deadlineMayBeAnyInstant() {
        for (long instant : new long[] {0, 1, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
            Guard guard = watched(faked, () -> {});
            guard.arm(instant);

            faked.sweep(instant + 3);

            assertThat(guard.disarm()).as("armed for %d", instant).isFalse();
            guard.release();
        }
    }

    @Test
    void sweepSaysWhenToLookAgain() {
        watched(faked, () -> {}).arm(ticker.nanos() + 500);
        watched(faked, () -> {}).arm(ticker.nanos() + 300);
        watched(faked, () -> {}).arm(ticker.nanos() + 400);

        assertThat(faked.sweep(ticker.nanos())).isEqualTo(ticker.nanos() + 300);
    }

    @Test
    void guardsThatAreReleasedLeaveTheOthersWatched() {
        List<Guard> guards = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            guards.add(watched(faked, () -> {}));
        }
        for (int i = 0; i < 40; i += 3) {
            guards.get(i).release();
            guards.get(i).release();
        }
        guards.forEach(guard -> guard.arm(ticker.nanos()));

        faked.sweep(ticker.nanos());

        for (int i = 0; i < 40; i++) {
            assertThat(guards.get(i).disarm()).as("guard %d is not watched", i).isEqualTo(i % 3 == 0);
        }
    }

    @Test
    void guardFiresLateNotEarly() throws Exception {
        CompletableFuture<Long> firedAt = new CompletableFuture<>();
        Guard guard = watched(real, () -> firedAt.complete(System.nanoTime()));
        long deadline = System.nanoTime() + MILLISECONDS.toNanos(20);

        guard.arm(deadline);

        assertThat(firedAt.get(10, SECONDS) - deadline).isNotNegative();
    }

    // Asleep until it looks anyway, it would be a second late each time; on a busy machine it may be so once.
    @Test
    void earlierDeadlineWakesTheWatchdogFromASleepUntilALaterOne() throws Exception {
        long leastLate = Long.MAX_VALUE;
        for (int i = 0; i < 10 && leastLate > MILLISECONDS.toNanos(500); i++) {
            DeadlineWatchdog asleep = new DeadlineWatchdog(Ticker.system());
            CompletableFuture<Long> firedAt = new CompletableFuture<>();
            watched(asleep, () -> {}).arm(System.nanoTime() + SECONDS.toNanos(20));
            Guard earlier = watched(asleep, () -> firedAt.complete(System.nanoTime()));
            long deadline = System.nanoTime() + MILLISECONDS.toNanos(20);

            earlier.arm(deadline);

            leastLate = Math.min(leastLate, firedAt.get(10, SECONDS) - deadline);
        }

        assertThat(leastLate).isLessThan(MILLISECONDS.toNanos(500));
    }

    // The answer comes when the deadline does: whoever loses the race must know, and the next exchange must not be hit.
    @Test
    void deadlineNeverHitsTheNextExchange() {
        long start = System.nanoTime();
        int fired = 0;
        int disarmed = 0;
        Guard guard = watched(real, () -> {});
        // For longer only until there was one of each.
        for (long end = start + SECONDS.toNanos(2);
                System.nanoTime() - end < 0;
                end = start + SECONDS.toNanos(fired == 0 || disarmed == 0 ? 20 : 2)) {
            long deadline = System.nanoTime() + 50_000;
            long answer = deadline + ThreadLocalRandom.current().nextLong(400_000) - 100_000;
            guard.arm(deadline);
            while (System.nanoTime() - answer < 0) {
                Thread.onSpinWait();
            }
            if (guard.disarm()) {
                disarmed++;
                guard.arm(System.nanoTime() + SECONDS.toNanos(60));
                assertThat(guard.disarm()).as("the next exchange is not hit").isTrue();
            } else {
                fired++;
                guard.release();
                guard = watched(real, () -> {});
            }
        }
        guard.release();

        assertThat(fired).as("exchanges that timed out").isPositive();
        assertThat(disarmed).as("exchanges that did not").isPositive();
    }

    @Test
    void threadEndsWhenThereIsNoGuard() throws Exception {
        Guard guard = watched(real, () -> {});
        Thread thread = real.thread();

        guard.release();

        thread.join(10_000);
        assertThat(thread.isAlive()).isFalse();
    }

    @Test
    void thereIsNoThreadBeforeTheFirstGuard() {
        assertThat(real.thread()).isNull();
    }

    // Waking it makes it look whether there are guards: just then another one comes.
    @Test
    void guardThatComesWhileTheThreadEndsIsServed() throws Exception {
        for (int i = 0; i < 300; i++) {
            watched(real, () -> {}).release();
            LockSupport.unpark(real.thread());
            CompletableFuture<Void> fired = new CompletableFuture<>();
            Guard guard = watched(real, () -> fired.complete(null));

            guard.arm(System.nanoTime());

            fired.get(10, SECONDS);
            guard.release();
        }
    }

    @Test
    void guardThatFailsDoesNotEndTheThread() throws Exception {
        CompletableFuture<Void> fired = new CompletableFuture<>();
        Guard failing = watched(real, () -> {
            throw new IllegalStateException("does not act");
        });
        Guard other = watched(real, () -> fired.complete(null));

        failing.arm(System.nanoTime());
        other.arm(System.nanoTime());

        fired.get(10, SECONDS);
    }

    @Test
    void guardMayBeArmedAnewByWhatItDoes() throws Exception {
        CompletableFuture<Void> fired = new CompletableFuture<>();
        List<Guard> self = new ArrayList<>();
        AtomicInteger times = new AtomicInteger();
        self.add(watched(real, () -> {
            if (times.incrementAndGet() == 3) {
                fired.complete(null);
            } else {
                self.get(0).arm(System.nanoTime());
            }
        }));

        self.get(0).arm(System.nanoTime());

        fired.get(10, SECONDS);
    }

    private static Guard watched(DeadlineWatchdog watchdog, Runnable overdue) {
        Guard guard = new Guard(watchdog) {
            @Override
            protected void overdue() {
                overdue.run();
            }
        };
        guard.watch();
        return guard;
    }
}
