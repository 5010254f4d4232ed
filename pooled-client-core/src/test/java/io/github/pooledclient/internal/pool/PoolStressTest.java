// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.pool.AcquireTimeoutException;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.ConnectionSource;
import io.github.pooledclient.pool.HostSnapshot;
import io.github.pooledclient.pool.Lease;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.pool.Poolable;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything at once: short deadlines, interrupts, failures, dead connections, sweeps. What is lost stays lost, and shows. */
class PoolStressTest {

    private static final int THREADS = 32;
    private static final int PER_HOST = 4;
    private static final Duration LENGTH = Duration.ofSeconds(1);

    private final AtomicInteger sockets = new AtomicInteger();
    private final AtomicInteger mostSockets = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> wrong = new AtomicReference<>();

    @ParameterizedTest
    @ValueSource(ints = {0, 6})
    void nothingIsLostUnderFire(int maxConnections) throws Exception {
        PoolSettings settings = PoolSettings.builder()
                .maxConnectionsPerHost(PER_HOST)
                .maxConnections(maxConnections)
                .maxIdlePerHost(3)
                .idleTimeout(Duration.ofMillis(2))
                .acquireTimeout(Duration.ofSeconds(5))
                .build();
        ConnectionSource<String, Socket> source = (key, deadline) -> open();
        ConnectionPool<String, Socket> pool = new ConnectionPool<>(settings, source, key -> key, key -> settings);
        pool.sweepUntilClosed();

        List<Thread> threads = new ArrayList<>();
        long end = System.nanoTime() + LENGTH.toNanos();
        for (int i = 0; i < THREADS; i++) {
            Thread thread = new Thread(() -> work(pool, end), "worker");
            threads.add(thread);
            thread.start();
        }
        while (System.nanoTime() - end < 0) {
            threads.get(ThreadLocalRandom.current().nextInt(THREADS)).interrupt();
            LockSupport.parkNanos(100_000);
        }
        for (Thread thread : threads) {
            thread.join(20_000);
            assertThat(thread.isAlive()).as("a worker that hangs").isFalse();
        }

        assertThat(wrong.get()).isNull();
        int limit = maxConnections == 0 ? 3 * PER_HOST : maxConnections;
        assertThat(mostSockets.get()).isBetween(1, limit);
        allPermitsAreThere(pool, maxConnections == 0 ? PER_HOST : Math.min(PER_HOST, maxConnections));
        pool.close();
        assertThat(sockets.get()).as("sockets that were never closed").isZero();
    }

    private void work(ConnectionPool<String, Socket> pool, long end) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        while (System.nanoTime() - end < 0) {
            String key = "host" + random.nextInt(3);
            Deadline deadline = Deadline.after(Duration.ofNanos(random.nextLong(300_000)), Ticker.system());
            Acquisition how = new Acquisition(deadline, 0, random.nextInt(20) == 0, random.nextBoolean(), null);
            try (Lease<Socket> lease = pool.acquire(key, how)) {
                lease.connection().use();
                if (random.nextInt(10) == 0) {
                    lease.discard(CloseReason.IO_ERROR);
                }
            } catch (AcquireTimeoutException | InterruptedException expected) {
                // One waited in vain, one was interrupted: both happen all the time here.
                Thread.interrupted();
            } catch (IOException e) {
                if (!"no luck".equals(e.getMessage())) {
                    wrong.compareAndSet(null, e);
                }
            } catch (Throwable t) {
                wrong.compareAndSet(null, t);
            }
        }
    }

    // Without a deadline: one that is not woken waits for ever.
    @Test
    void nobodyIsForgottenInTheLine() throws Exception {
        PoolSettings settings = PoolSettings.builder()
                .maxConnectionsPerHost(2)
                .acquireTimeout(Duration.ofDays(1))
                .build();
        ConnectionSource<String, Socket> source = (key, deadline) -> new Socket();
        ConnectionPool<String, Socket> pool = new ConnectionPool<>(settings, source, key -> key, key -> settings);
        List<Thread> threads = new ArrayList<>();
        long end = System.nanoTime() + LENGTH.toNanos();
        for (int i = 0; i < THREADS; i++) {
            Thread thread = new Thread(() -> takeTurns(pool, end), "worker");
            threads.add(thread);
            thread.start();
        }

        for (Thread thread : threads) {
            thread.join(20_000);
            assertThat(thread.isAlive()).as("a worker that hangs").isFalse();
        }

        assertThat(wrong.get()).isNull();
        pool.close();
    }

    private void takeTurns(ConnectionPool<String, Socket> pool, long end) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        while (System.nanoTime() - end < 0) {
            try (Lease<Socket> lease = pool.acquire("host")) {
                lease.connection().use();
                if (random.nextInt(100) == 0) {
                    lease.discard(CloseReason.IO_ERROR);
                }
            } catch (Throwable t) {
                wrong.compareAndSet(null, t);
            }
        }
    }

    private static void allPermitsAreThere(ConnectionPool<String, Socket> pool, int permits) throws Exception {
        pool.evictIdle();
        for (String key : List.of("host0", "host1", "host2")) {
            List<Lease<Socket>> leases = new ArrayList<>();
            while (leases.size() < permits) {
                try {
                    leases.add(pool.acquire(key));
                } catch (IOException e) {
                    assertThat(e).hasMessage("no luck");
                }
            }
            leases.forEach(lease -> lease.discard(CloseReason.EVICTED));
        }
        HostSnapshot totals = pool.snapshot().totals();
        assertThat(totals.active() + totals.connecting() + totals.pending()).isZero();
        assertThat(totals.closed().values().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(totals.opened() - totals.idle());
    }

    private Socket open() throws IOException {
        if (ThreadLocalRandom.current().nextInt(20) == 0) {
            throw new IOException("no luck");
        }
        return new Socket();
    }

    private final class Socket implements Poolable {

        private final AtomicInteger users = new AtomicInteger();
        private final AtomicInteger closes = new AtomicInteger();

        Socket() {
            mostSockets.accumulateAndGet(sockets.incrementAndGet(), Math::max);
        }

        void use() {
            if (users.incrementAndGet() != 1 || closes.get() != 0) {
                wrong.compareAndSet(null, new AssertionError("lent twice, or after it was closed"));
            }
            if (ThreadLocalRandom.current().nextInt(4) == 0) {
                LockSupport.parkNanos(1);
            }
            users.decrementAndGet();
        }

        @Override
        public @Nullable CloseReason unusable() {
            return ThreadLocalRandom.current().nextInt(20) == 0 ? CloseReason.PEER_SAID_CLOSE : null;
        }

        @Override
        public @Nullable CloseReason probe() {
            return ThreadLocalRandom.current().nextInt(10) == 0 ? CloseReason.PEER_CLOSED : null;
        }

        @Override
        public void close(CloseReason reason) {
            sockets.decrementAndGet();
            if (closes.incrementAndGet() != 1 || users.get() != 0) {
                wrong.compareAndSet(null, new AssertionError("closed twice, or in use"));
            }
        }
    }
}
