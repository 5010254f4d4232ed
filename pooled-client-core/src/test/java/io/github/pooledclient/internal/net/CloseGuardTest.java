// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pooledclient.internal.time.DeadlineWatchdog;
import io.github.pooledclient.transport.Ticker;
import java.nio.channels.Channel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CloseGuardTest {

    private final DeadlineWatchdog watchdog = new DeadlineWatchdog(Ticker.system());

    @Test
    void targetThatHangsInCloseDoesNotHoldUpOthers() throws Exception {
        CountDownLatch hang = new CountDownLatch(1);
        CompletableFuture<Void> closed = new CompletableFuture<>();
        CloseGuard hanging = CloseGuard.of(() -> awaitQuietly(hang), watchdog);
        CloseGuard other = CloseGuard.of(() -> closed.complete(null), watchdog);

        hanging.arm(System.nanoTime());
        await().atMost(Duration.ofSeconds(10)).until(() -> !hanging.disarm());
        other.arm(System.nanoTime());

        closed.get(10, SECONDS);
        hang.countDown();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(20, SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void targetThatFailsToCloseDoesNotEndTheWatchdog() throws Exception {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        FailingChannel failingTarget = new FailingChannel();
        CloseGuard failing = CloseGuard.of(failingTarget, watchdog);
        CloseGuard other = CloseGuard.of(() -> closed.complete(null), watchdog);

        failing.arm(System.nanoTime());
        other.arm(System.nanoTime());

        closed.get(10, SECONDS);
        failingTarget.asked.get(10, SECONDS);
        assertThat(failing.disarm()).isFalse();
    }

    private static final class FailingChannel implements Channel {

        final CompletableFuture<Void> asked = new CompletableFuture<>();

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            asked.complete(null);
            throw new IllegalStateException("does not close");
        }
    }
}
