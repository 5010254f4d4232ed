// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.pooledclient.internal.time.DeadlineWatchdog;
import io.github.pooledclient.testing.FakeTicker;
import io.github.pooledclient.testing.FakeTransport;
import io.github.pooledclient.testing.PipeTransport;
import io.github.pooledclient.testing.ScriptedTransport;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.Ticker;
import io.github.pooledclient.transport.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TimedTransportTest {

    private static final long SILENCE = Duration.ofSeconds(1).toNanos();

    private final FakeTicker ticker = new FakeTicker();
    private final DeadlineWatchdog watchdog = new DeadlineWatchdog(ticker);
    private final ByteBuffer buffer = ByteBuffer.allocate(100);

    @Test
    void silentPeerEndsARead() throws Exception {
        try (LoopbackPair pair = LoopbackPair.open();
                TimedTransport timed = timedByTheClock(pair.client())) {
            timed.limits(Deadline.never(), Duration.ofMillis(30).toNanos());

            TimedOutException failure = catchThrowableOfType(TimedOutException.class, () -> timed.read(buffer));

            assertThat(failure.ofExchange()).isFalse();
            assertThat(failure).hasMessage("nothing was received for 30ms");
        }
    }

    @Test
    void deadlineOfTheExchangeEndsARead() throws Exception {
        try (LoopbackPair pair = LoopbackPair.open();
                TimedTransport timed = timedByTheClock(pair.client())) {
            timed.limits(Deadline.after(Duration.ofMillis(30), Ticker.system()), SILENCE);

            TimedOutException failure = catchThrowableOfType(TimedOutException.class, () -> timed.read(buffer));

            assertThat(failure.ofExchange()).isTrue();
            assertThat(failure).hasMessage("the deadline of the exchange has passed");
        }
    }

    @Test
    void peerThatDoesNotReadEndsAWrite() throws Exception {
        try (LoopbackPair pair = LoopbackPair.open();
                TimedTransport timed = timedByTheClock(pair.client())) {
            timed.limits(Deadline.never(), Duration.ofMillis(100).toNanos());

            TimedOutException failure =
                    catchThrowableOfType(TimedOutException.class, () -> timed.write(ByteBuffer.allocate(64 << 20)));

            assertThat(failure).hasMessage("the peer accepted nothing for 100ms");
        }
    }

    @Test
    void writeThatWaitsPatientlyAsksWhetherItShouldGoOn() throws Exception {
        try (LoopbackPair pair = LoopbackPair.open();
                TimedTransport timed = timedByTheClock(pair.client())) {
            AtomicLong longest = new AtomicLong();
            timed.waitWith(nanos -> {
                longest.set(nanos);
                return nanos < Duration.ofMillis(30).toNanos();
            });

            assertThatThrownBy(() -> timed.write(ByteBuffer.allocate(64 << 20)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("given up, as the peer accepts nothing");

            assertThat(longest.get())
                    .isGreaterThanOrEqualTo(Duration.ofMillis(30).toNanos());
            // Not closed: what the peer has said can still be read.
            assertThat(timed.readNow(buffer)).isZero();
        }
    }

    @Test
    void patientWriteIsWholeOnceThePeerReads() throws Exception {
        try (LoopbackPair pair = LoopbackPair.open();
                TimedTransport timed = timedByTheClock(pair.client())) {
            CountDownLatch waits = new CountDownLatch(1);
            timed.waitWith(nanos -> {
                waits.countDown();
                return true;
            });
            CompletableFuture<Void> writing = inBackground(() -> timed.write(ByteBuffer.allocate(32 << 20)));
            waits.await();

            int received = pair.server().getInputStream().readNBytes(32 << 20).length;

            assertThat(received).isEqualTo(32 << 20);
            writing.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void patientWriteEndsInTime() throws Exception {
        try (LoopbackPair pair = LoopbackPair.open();
                TimedTransport timed = timedByTheClock(pair.client())) {
            timed.limits(Deadline.never(), Duration.ofMillis(30).toNanos());
            timed.waitWith(nanos -> true);

            TimedOutException failure =
                    catchThrowableOfType(TimedOutException.class, () -> timed.write(ByteBuffer.allocate(64 << 20)));

            assertThat(failure).hasMessage("the peer accepted nothing for 30ms");
        }
    }

    @Test
    void patientWriteEndsWithTheDeadlineThoughThePeerReads() throws Exception {
        ScriptedTransport script = new ScriptedTransport().swallow(1000);
        try (TimedTransport timed = new TimedTransport(script, watchdog, ticker)) {
            timed.limits(Deadline.after(Duration.ofSeconds(1), ticker), 0);
            timed.waitWith(nanos -> true);
            timed.write(ByteBuffer.allocate(10));
            ticker.advance(Duration.ofSeconds(1));

            assertThatThrownBy(() -> timed.write(ByteBuffer.allocate(10)))
                    .isInstanceOfSatisfying(
                            TimedOutException.class,
                            failure -> assertThat(failure.ofExchange()).isTrue());
        }
    }

    @Test
    void patientWriteEndsWithAnInterruptAsABlockedOne() throws Exception {
        try (LoopbackPair pair = LoopbackPair.open();
                TimedTransport timed = timedByTheClock(pair.client())) {
            Thread writer = Thread.currentThread();
            timed.waitWith(nanos -> {
                writer.interrupt();
                return true;
            });

            assertThatThrownBy(() -> timed.write(ByteBuffer.allocate(64 << 20)))
                    .isInstanceOf(ClosedByInterruptException.class);

            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void abortFreesABlockedWrite() throws Exception {
        try (LoopbackPair pair = LoopbackPair.open();
                TimedTransport timed = timedByTheClock(pair.client())) {
            CompletableFuture<Void> writing = inBackground(() -> timed.write(ByteBuffer.allocate(64 << 20)));
            pair.awaitUnread();

            timed.abort();

            assertThatThrownBy(() -> writing.get(10, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void passedDeadlineClosesBeforeTheOperation() {
        PipeTransport pipe = new PipeTransport(100);
        TimedTransport timed = new TimedTransport(pipe, watchdog, ticker);
        timed.limits(Deadline.at(ticker.nanos()), 0);

        TimedOutException failure = catchThrowableOfType(TimedOutException.class, () -> timed.read(buffer));

        assertThat(failure.ofExchange()).isTrue();
        assertThat(pipe.isClosed()).isTrue();
    }

    @Test
    void resultThatComesWithTheDeadlineIsATimeout() throws Exception {
        try (TimedTransport timed = new TimedTransport(new SlowTransport(Duration.ofSeconds(1)), watchdog, ticker)) {
            timed.limits(Deadline.never(), SILENCE);

            assertThatThrownBy(() -> timed.read(buffer)).isInstanceOf(TimedOutException.class);
        }
    }

    @Test
    void failureAfterTheDeadlineIsTheCauseOfATimeout() throws Exception {
        PipeTransport pipe = new PipeTransport(100);
        try (TimedTransport timed = new TimedTransport(pipe, watchdog, ticker)) {
            timed.limits(Deadline.never(), SILENCE);
            CompletableFuture<Void> reading = inBackground(() -> timed.read(buffer));

            while (!pipe.isClosed()) {
                ticker.advance(Duration.ofSeconds(1));
                watchdog.sweep(ticker.nanos());
                Thread.onSpinWait();
            }

            assertThatThrownBy(() -> reading.get(10, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOf(TimedOutException.class)
                    .hasCauseInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void readerWhoIsSlowButReadsIsNoTimeout() throws Exception {
        SlowTransport slow = new SlowTransport(Duration.ofMillis(900));
        try (TimedTransport timed = new TimedTransport(slow, watchdog, ticker)) {
            timed.limits(Deadline.never(), SILENCE);

            timed.write(ByteBuffer.allocate(100_000));

            assertThat(slow.written).isEqualTo(100_000);
        }
    }

    @Test
    void timeBetweenOperationsDoesNotCount() throws Exception {
        try (TimedTransport timed = new TimedTransport(new SlowTransport(Duration.ZERO), watchdog, ticker)) {
            timed.limits(Deadline.never(), SILENCE);
            timed.read(buffer);

            ticker.advance(Duration.ofHours(1));
            watchdog.sweep(ticker.nanos());

            assertThat(timed.read(buffer)).isEqualTo(1);
        }
    }

    @Test
    void withoutLimitsNothingIsArmed() throws Exception {
        try (TimedTransport timed = new TimedTransport(new SlowTransport(Duration.ofDays(365)), watchdog, ticker)) {
            timed.limits(Deadline.never(), 0);

            assertThat(timed.read(buffer)).isEqualTo(1);
        }
    }

    @Test
    void failedWriteLeavesTheLimitOfTheBuffer() {
        PipeTransport pipe = new PipeTransport(100);
        TimedTransport timed = new TimedTransport(pipe, watchdog, ticker);
        timed.limits(Deadline.never(), SILENCE);
        ByteBuffer bytes = ByteBuffer.allocate(100_000);
        pipe.close();

        assertThatThrownBy(() -> timed.write(bytes)).isInstanceOf(ClosedChannelException.class);

        assertThat(bytes.limit()).isEqualTo(100_000);
    }

    @Test
    void interruptPassesThroughAsItIs() throws Exception {
        try (LoopbackPair pair = LoopbackPair.open();
                TimedTransport timed = timedByTheClock(pair.client())) {
            timed.limits(Deadline.never(), Duration.ofSeconds(10).toNanos());
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> timed.read(buffer)).isInstanceOf(ClosedByInterruptException.class);

            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void closedTransportIsNotWatched() throws Exception {
        DeadlineWatchdog own = new DeadlineWatchdog(Ticker.system());
        TimedTransport timed = new TimedTransport(new PipeTransport(100), own, Ticker.system());
        Thread thread = own.thread();

        timed.close();

        thread.join(10_000);
        assertThat(thread.isAlive()).isFalse();
    }

    private static TimedTransport timedByTheClock(Transport raw) {
        return new TimedTransport(raw, DeadlineWatchdog.shared(), Ticker.system());
    }

    private interface Operation {
        void run() throws IOException;
    }

    private static CompletableFuture<Void> inBackground(Operation operation) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                operation.run();
                result.complete(null);
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    /** Each operation takes a time, in which the watchdog looks at it, and then succeeds. */
    private final class SlowTransport extends FakeTransport {

        private final Duration each;
        private int written;

        SlowTransport(Duration each) {
            this.each = each;
        }

        @Override
        public int read(ByteBuffer into) {
            pass();
            into.put((byte) 'x');
            return 1;
        }

        @Override
        public void write(ByteBuffer from) {
            pass();
            written += from.remaining();
            from.position(from.limit());
        }

        private void pass() {
            ticker.advance(each);
            watchdog.sweep(ticker.nanos());
            buffer.clear();
        }

        @Override
        public int readNow(ByteBuffer into) {
            return 0;
        }

        @Override
        public void close() {}
    }
}
