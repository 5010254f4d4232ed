// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import io.github.pooledclient.pool.AcquireTimeoutException;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.HostSnapshot;
import io.github.pooledclient.pool.Lease;
import io.github.pooledclient.pool.PoolListener;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.pool.Poolable;
import io.github.pooledclient.testing.FakeTicker;
import io.github.pooledclient.testing.Interleavings;
import io.github.pooledclient.transport.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A pool of counted connections for the threads of {@link Interleavings}: another one may go on at each lock of the pool
 * and wherever it asks something of a connection. It notices when there are too many connections, when one is lent twice,
 * used after it was closed, closed twice, or cancelled for another one's sake, and when the pool calls out under a lock.
 */
final class CountedPool implements PoolListener {

    static final String A = "a";
    static final String B = "b";

    final FakeTicker ticker = new FakeTicker();
    final ConnectionPool<String, Counted> pool;
    final AtomicInteger open = new AtomicInteger();
    private final PoolSettings settings;
    // One thread at a time touches it.
    private final Map<String, Integer> openByHost = new HashMap<>();
    volatile boolean failsToOpen;
    private volatile @Nullable Object cancelled;
    // A connection may not throw at the pool, and a pool that swallowed it would hide it.
    private volatile @Nullable String wrong;

    CountedPool(PoolSettings settings) {
        this.settings = settings;
        this.pool = new ConnectionPool<>(
                settings,
                (key, deadline) -> open(key),
                key -> key,
                key -> settings,
                this::now,
                instant -> toldOf("schedule"));
        SteppedLock.replaceIn(pool);
        pool.addListener(this);
    }

    @Override
    public void hostAdded(String host) {
        SteppedLock.replaceIn(pool);
    }

    private long now() {
        if (isWaiter()) {
            // It looks at the clock before it parks, and is not to stay there: who runs alone waits by looking again.
            Interleavings.pointOfWaiting("waiting");
            LockSupport.unpark(Thread.currentThread());
        }
        return ticker.nanos();
    }

    private static boolean isWaiter() {
        return StackWalker.getInstance()
                .walk(frames -> frames.skip(2).findFirst())
                .filter(frame -> frame.getClassName().equals(Waiter.class.getName()))
                .isPresent();
    }

    private void callOut(String name) {
        toldOf(name);
        Interleavings.point(name);
    }

    private void toldOf(String event) {
        if (SteppedLock.isHeld()) {
            wrong = event + " under a lock";
        }
    }

    static PoolSettings.Builder settings(int perHost) {
        return PoolSettings.builder().maxLifetime(Duration.ZERO).maxConnectionsPerHost(perHost);
    }

    @Override
    public void acquired(String host, long waitNanos, boolean reused) {
        toldOf("acquired");
    }

    @Override
    public void acquireTimedOut(String host, long waitNanos) {
        toldOf("timed out");
    }

    @Override
    public void opened(String host, long connectNanos) {
        toldOf("opened");
    }

    @Override
    public void connectFailed(String host, long connectNanos, Throwable cause) {
        toldOf("failed");
    }

    @Override
    public void returned(String host, long leaseNanos) {
        toldOf("returned");
    }

    @Override
    public void closed(String host, CloseReason reason, long ageNanos) {
        toldOf("closed");
    }

    private Counted open(String host) throws IOException {
        callOut("open");
        if (failsToOpen) {
            failsToOpen = false;
            throw new IOException("no luck");
        }
        Counted connection = new Counted(host);
        if (openByHost.merge(host, 1, Integer::sum) > settings.maxConnectionsPerHost()) {
            wrong = "too many connections of host " + host;
        }
        if (open.incrementAndGet() > settings.maxConnections() && settings.maxConnections() != 0) {
            wrong = "too many connections";
        }
        Interleavings.point("connected");
        return connection;
    }

    /** Waits for a connection, uses it, gives it back. */
    void use(String host) throws IOException, InterruptedException {
        use(host, Acquisition.PLAIN);
    }

    void use(String host, Acquisition how) throws IOException, InterruptedException {
        Lease<Counted> lease = pool.acquire(host, how);
        lease.connection().use(how.owner());
        lease.close();
    }

    void useUp(String host) throws IOException, InterruptedException {
        Lease<Counted> lease = pool.acquire(host);
        lease.connection().use(null);
        lease.discard(CloseReason.IO_ERROR);
    }

    /** Cancels what an owner does, and waits for. */
    void cancel(Object owner) {
        cancelled = owner;
        pool.cancel(owner);
    }

    static Acquisition onBehalfOf(@Nullable Object owner) {
        return new Acquisition(Deadline.never(), 0, false, true, owner);
    }

    /** How many wait. */
    int pending() {
        return pool.snapshot(key -> true).pending();
    }

    /** Opens one for a host, to be idle. */
    void makeIdle(String host) throws IOException, InterruptedException {
        pool.acquire(host).close();
    }

    /** Nobody uses the pool any more: all permits are there, as many sockets as idle connections, and none after the end. */
    void check(String... hosts) throws IOException, InterruptedException {
        isRight();
        HostSnapshot now = pool.snapshot(key -> true);
        isTrue(now.active() + now.connecting() + now.pending() == 0, "in use: ", now);
        isTrue(now.idle() == open.get(), "sockets other than idle: " + open.get(), now);
        pool.evictIdle();
        for (String host : hosts) {
            allPermitsAreThere(host);
        }
        pool.close();
        checkEnded();
    }

    /** The pool was closed, and nobody uses it any more: nothing is left. */
    void checkEnded() {
        HostSnapshot now = pool.snapshot(key -> true);
        isTrue(now.active() + now.connecting() + now.pending() + now.idle() == 0, "left over: ", now);
        isTrue(open.get() == 0, "sockets after the end: " + open.get(), now);
        isRight();
    }

    private void allPermitsAreThere(String host) throws IOException, InterruptedException {
        List<Lease<Counted>> leases = new ArrayList<>();
        Deadline atOnce = Deadline.at(ticker.nanos());
        int ofAll = settings.maxConnections() == 0 ? Integer.MAX_VALUE : settings.maxConnections();
        for (int i = 0; i < Math.min(ofAll, settings.maxConnectionsPerHost()); i++) {
            leases.add(pool.acquire(host, atOnce));
        }
        try {
            pool.acquire(host, atOnce);
            throw new AssertionError("one permit too many");
        } catch (AcquireTimeoutException expected) {
            leases.forEach(lease -> lease.discard(CloseReason.EVICTED));
        }
    }

    private void isRight() {
        if (wrong != null) {
            throw new AssertionError(wrong);
        }
    }

    private static void isTrue(boolean what, String otherwise, HostSnapshot now) {
        if (!what) {
            throw new AssertionError(otherwise + " " + now);
        }
    }

    /** A connection to nowhere that knows how it may be used. */
    final class Counted implements Poolable {

        private final String host;
        private final AtomicInteger users = new AtomicInteger();
        private final AtomicInteger closes = new AtomicInteger();
        private volatile @Nullable Object user;

        Counted(String host) {
            this.host = host;
        }

        void use(@Nullable Object owner) {
            if (users.incrementAndGet() != 1) {
                wrong = "lent twice";
            }
            user = owner;
            Interleavings.point("in use");
            if (closes.get() != 0) {
                wrong = "lent after it was closed";
            }
            user = null;
            users.decrementAndGet();
        }

        @Override
        public @Nullable CloseReason unusable() {
            callOut("unusable");
            return null;
        }

        @Override
        public @Nullable CloseReason probe() {
            if (users.incrementAndGet() != 1) {
                wrong = "looked at while it was in use";
            }
            callOut("probe");
            users.decrementAndGet();
            return null;
        }

        @Override
        public void cancel() {
            callOut("cancel");
            Object using = user;
            if (using != null && using != cancelled) {
                wrong = "cancelled while another one uses it";
            }
        }

        @Override
        public void close(CloseReason reason) {
            callOut("close");
            if (closes.incrementAndGet() != 1) {
                wrong = "closed twice";
            }
            openByHost.merge(host, -1, Integer::sum);
            open.decrementAndGet();
        }
    }
}
