// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.github.pooledclient.internal.threads.Threads;
import io.github.pooledclient.internal.time.DeadlineWatchdog;
import io.github.pooledclient.pool.AcquireRejectedException;
import io.github.pooledclient.pool.AcquireTimeoutException;
import io.github.pooledclient.pool.Lease;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.testing.FakeConnection;
import io.github.pooledclient.testing.FakeSource;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Virtual threads that wait, on the clock of the machine: for a host's connections, and for a place among all. */
@Timeout(60)
class VirtualWaitTest {

    private static final Duration LONG = Duration.ofMinutes(5);

    private ConnectionPool<String, FakeConnection> pool;
    private Lease<FakeConnection> held;

    @BeforeEach
    void needsVirtualThreads() throws Exception {
        CompletableFuture<Boolean> virtual = new CompletableFuture<>();
        Threads.start(() -> virtual.complete(Threads.isVirtual(Thread.currentThread())));
        assumeThat(virtual.get(10, TimeUnit.SECONDS))
                .as("there are virtual threads")
                .isTrue();
    }

    private void fill(boolean limitOfTheHost, Duration acquireTimeout) throws Exception {
        PoolSettings.Builder settings = PoolSettings.builder().acquireTimeout(acquireTimeout);
        PoolSettings built = (limitOfTheHost ? settings.maxConnectionsPerHost(1) : settings.maxConnections(1)).build();
        pool = new ConnectionPool<>(built, new FakeSource(), key -> key, key -> built, Ticker.system(), i -> {});
        held = pool.acquire("a");
    }

    @AfterEach
    void closePool() {
        if (pool != null) {
            pool.close();
        }
    }

    /** What waits, and the thread that does. */
    private record Waiting(Thread thread, FutureTask<Lease<FakeConnection>> lease) {

        Lease<FakeConnection> get() throws Exception {
            return lease.get(20, TimeUnit.SECONDS);
        }
    }

    private Waiting start(Deadline deadline) throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        FutureTask<Lease<FakeConnection>> lease = new FutureTask<>(() -> {
            thread.complete(Thread.currentThread());
            return pool.acquire("a", deadline);
        });
        Threads.start(lease);
        return new Waiting(thread.get(10, TimeUnit.SECONDS), lease);
    }

    /** One that is parked. */
    private Waiting waiting() throws Exception {
        Waiting waiting = start(Deadline.never());
        await().pollInterval(Duration.ofMillis(1))
                .until(() -> pool.snapshot().totals().pending() == 1
                        && EnumSet.of(Thread.State.WAITING, Thread.State.TIMED_WAITING)
                                .contains(waiting.thread().getState()));
        return waiting;
    }

    // TIMED_WAITING would be a timer of its own, and that is a wake-up of the JDK's timer thread.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void virtualThreadWaitsWithoutATimerAndIsServed(boolean limitOfTheHost) throws Exception {
        fill(limitOfTheHost, LONG);
        Waiting waiting = waiting();
        // Perhaps it was seen while it waited for the lock.
        await().until(() -> waiting.thread().getState() == Thread.State.WAITING);

        held.close();

        assertThat(waiting.get().isReused()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void itsWaitEndsWithTheAcquireTimeout(boolean limitOfTheHost) throws Exception {
        fill(limitOfTheHost, Duration.ofMillis(200));
        long began = System.nanoTime();

        Waiting waiting = start(Deadline.never());

        assertThatThrownBy(waiting::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(AcquireTimeoutException.class);
        assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(200));
        assertThat(pool.snapshot().totals().pending()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eachWaitEndsWithItsOwnDeadline(boolean limitOfTheHost) throws Exception {
        fill(limitOfTheHost, LONG);
        Waiting forLong = waiting();
        List<Waiting> others = new ArrayList<>();
        for (int millis : new int[] {900, 300, 600}) {
            others.add(start(Deadline.after(Duration.ofMillis(millis), Ticker.system())));
        }

        for (Waiting other : others) {
            assertThatThrownBy(other::get).hasCauseInstanceOf(AcquireTimeoutException.class);
        }

        assertThat(pool.snapshot().totals().pending()).isEqualTo(1);
        held.close();
        assertThat(forLong.get()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void interruptEndsIt(boolean limitOfTheHost) throws Exception {
        fill(limitOfTheHost, LONG);
        Waiting waiting = waiting();

        waiting.thread().interrupt();

        assertThatThrownBy(waiting::get).hasCauseInstanceOf(InterruptedException.class);
        assertThat(pool.snapshot().totals().pending()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closingThePoolEndsIt(boolean limitOfTheHost) throws Exception {
        fill(limitOfTheHost, LONG);
        Waiting waiting = waiting();

        pool.close();

        assertThatThrownBy(waiting::get).hasCauseInstanceOf(AcquireRejectedException.class);
    }

    // The thread waits for the alarm's lock, which parks, and is woken for its answer.
    @Test
    void wakeUpThatIsUsedUpWhileTheAlarmIsSetIsNotLost() throws Exception {
        List<Waiter> line = new CopyOnWriteArrayList<>();
        Ticker readWhileItIsSet = () -> {
            line.forEach(waiter -> {
                waiter.answer(Waiter.OPEN);
                LockSupport.unpark(waiter.thread);
                LockSupport.park();
            });
            return System.nanoTime();
        };
        WaitAlarm alarm =
                new WaitAlarm(readWhileItIsSet, new DeadlineWatchdog(Ticker.system()), now -> Deadline.never());
        FutureTask<Object> answer = new FutureTask<>(() -> {
            Deadline deadline = Deadline.after(LONG, Ticker.system());
            Waiter waiter = new Waiter(System.nanoTime(), deadline, Acquisition.PLAIN, null);
            line.add(waiter);
            return waiter.await(new NoLine(), Ticker.system(), alarm, "a");
        });

        Threads.start(answer);

        assertThat(answer.get(20, TimeUnit.SECONDS)).isSameAs(Waiter.OPEN);
        alarm.end();
    }

    private static final class NoLine implements Waiter.Line {

        @Override
        public void giveUp(Waiter waiter, long now) {
            throw new AssertionError("its deadline has not passed");
        }

        @Override
        public boolean leave(Waiter waiter, long now) {
            throw new AssertionError("it is not interrupted");
        }
    }
}
