// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import io.github.pooledclient.internal.jfr.FlightRecord;
import io.github.pooledclient.internal.time.DeadlineWatchdog;
import io.github.pooledclient.pool.ConnectionSnapshot;
import io.github.pooledclient.pool.ConnectionSource;
import io.github.pooledclient.pool.HostSnapshot;
import io.github.pooledclient.pool.KeyedPool;
import io.github.pooledclient.pool.Lease;
import io.github.pooledclient.pool.PoolListener;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.pool.PoolSnapshot;
import io.github.pooledclient.pool.Poolable;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.Ticker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A {@link HostPool} for each key: finds it, makes it when it is first asked for, forgets it when it has been empty for
 * long. Safe for use by several threads.
 */
public final class ConnectionPool<K, C extends Poolable> implements KeyedPool<K, C> {

    private final PoolSettings settings;
    private final ConnectionSource<K, C> source;
    private final Function<K, String> names;
    private final Function<K, PoolSettings> settingsOf;
    private final Ticker ticker;
    private final SweepSchedule schedule;
    private final Listeners listeners;
    private final WaitAlarm alarm;
    private final @Nullable TotalLimits<K, C> totals;
    private final ConcurrentHashMap<K, HostPool<K, C>> hosts = new ConcurrentHashMap<>();

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock: what forgotten hosts have counted.
    private HostSnapshot forgotten = HostSnapshot.NONE;
    private volatile PoolSnapshot.State state = PoolSnapshot.State.RUNNING;

    /**
     * @param names how a key is called in snapshots and messages; keys of the same name are added up
     * @param settingsOf the settings of a key; limits over all hosts come from {@code settings}
     */
    public ConnectionPool(
            PoolSettings settings,
            ConnectionSource<K, C> source,
            Function<K, String> names,
            Function<K, PoolSettings> settingsOf) {
        this(settings, source, names, settingsOf, new Listeners());
    }

    /**
     * @param listeners told of what happens; also by others
     */
    public ConnectionPool(
            PoolSettings settings,
            ConnectionSource<K, C> source,
            Function<K, String> names,
            Function<K, PoolSettings> settingsOf,
            Listeners listeners) {
        this(settings, source, names, settingsOf, listeners, Ticker.system(), Reaper.shared());
    }

    ConnectionPool(
            PoolSettings settings,
            ConnectionSource<K, C> source,
            Function<K, String> names,
            Function<K, PoolSettings> settingsOf,
            Ticker ticker,
            SweepSchedule schedule) {
        this(settings, source, names, settingsOf, new Listeners(), ticker, schedule);
    }

    private ConnectionPool(
            PoolSettings settings,
            ConnectionSource<K, C> source,
            Function<K, String> names,
            Function<K, PoolSettings> settingsOf,
            Listeners listeners,
            Ticker ticker,
            SweepSchedule schedule) {
        this.listeners = listeners;
        this.settings = settings;
        this.source = source;
        this.names = names;
        this.settingsOf = settingsOf;
        this.ticker = ticker;
        this.schedule = schedule;
        this.alarm = new WaitAlarm(ticker, DeadlineWatchdog.shared(), this::wakeOverdue);
        this.totals = settings.maxConnections() == 0 && settings.maxIdle() == 0
                ? null
                : new TotalLimits<>(settings.maxConnections(), settings.maxIdle(), ticker, alarm);
    }

    /**
     * Has the pool swept from now on, until it is closed.
     *
     * @param owner when this is garbage, the pool is closed
     */
    public void sweepWhileReachable(Object owner) {
        Reaper.shared().watch(this, owner);
    }

    /** Has the pool swept from now on, until it is closed. */
    public void sweepUntilClosed() {
        sweepWhileReachable(this);
    }

    // ---- lending

    @Override
    public Lease<C> acquire(K key) throws IOException, InterruptedException {
        return acquire(key, Acquisition.PLAIN);
    }

    @Override
    public Lease<C> acquire(K key, Deadline deadline) throws IOException, InterruptedException {
        return acquire(key, Acquisition.before(deadline));
    }

    /** As {@link #acquire(Object)}, in all the ways the client needs. */
    public Lease<C> acquire(K key, Acquisition how) throws IOException, InterruptedException {
        return FlightRecord.isOn() ? acquireRecorded(key, how) : lend(key, how);
    }

    private Lease<C> acquireRecorded(K key, Acquisition how) throws IOException, InterruptedException {
        FlightRecord.Acquire record = FlightRecord.acquire(nameOf(key));
        try {
            Lease<C> lease = lend(key, how);
            record.end(lease.isReused(), null);
            return lease;
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            record.end(false, e);
            throw e;
        }
    }

    private Lease<C> lend(K key, Acquisition how) throws IOException, InterruptedException {
        while (true) {
            Lease<C> lease = host(key).acquire(how);
            if (lease != null) {
                return lease;
            }
        }
    }

    @Override
    public @Nullable Lease<C> tryAcquire(K key) {
        HostPool<K, C> host = hosts.get(key);
        return host == null ? null : host.tryAcquire();
    }

    @Override
    public boolean offer(K key, C connection) {
        while (true) {
            HostPool.Offer offer = host(key).offer(connection);
            if (offer != HostPool.Offer.FORGOTTEN) {
                return offer == HostPool.Offer.TAKEN;
            }
        }
    }

    private HostPool<K, C> host(K key) {
        HostPool<K, C> known = hosts.get(key);
        return known != null && !known.isForgotten() ? known : addHost(key);
    }

    private HostPool<K, C> addHost(K key) {
        HostPool<K, C> added = new HostPool<>(key, this);
        HostPool<K, C> there = hosts.compute(key, (k, known) -> known == null || known.isForgotten() ? added : known);
        if (there == added) {
            if (totals != null) {
                totals.add(added);
            }
            listeners.hostAdded(added.name);
            // The pool may have been closed since the new host looked.
            if (state != PoolSnapshot.State.RUNNING) {
                added.enter(state);
            }
        }
        return there;
    }

    /** A request is sent again on a new connection, after one that was stale: older idle ones are as dead, and closed. */
    public void retriedAfter(K key, Lease<C> stale) {
        HostPool<K, C> host = hosts.get(key);
        if (host != null && stale instanceof HeldLease<C> held) {
            host.retried();
            host.evictOpenedBefore(held.openedAt());
        }
    }

    // ---- kept idle, opened unasked

    /**
     * From now on keeps so many idle connections of a key, within its limits: opens what is missing now, and later in the
     * background.
     *
     * @param connectTimeoutNanos for opening one
     * @return what is opened now, each with whether it could be
     */
    public List<CompletableFuture<Boolean>> keepIdle(K key, int wanted, long connectTimeoutNanos) {
        while (true) {
            List<CompletableFuture<Boolean>> openings = host(key).keepIdle(wanted, connectTimeoutNanos);
            if (openings != null) {
                schedule.atLatest(ticker.nanos());
                return openings;
            }
        }
    }

    /** From now on opens no connections unasked, and gives up those that are being opened so. */
    public void keepNoIdle() {
        forEach(key -> true, host -> host.keepIdle(0, 0));
    }

    // ---- by hand

    @Override
    public int idle(K key) {
        HostPool<K, C> host = hosts.get(key);
        return host == null ? 0 : host.idle();
    }

    @Override
    public void evictIdle() {
        evictIdle((Predicate<K>) key -> true);
    }

    @Override
    public void evictIdle(K key) {
        evictIdle((Predicate<K>) key::equals);
    }

    /** Closes the idle connections of some keys. */
    public void evictIdle(Predicate<K> keys) {
        forEach(keys, host -> host.evict(false));
    }

    /** Closes the idle connections of some keys, and those in use on their return. */
    public void retire(Predicate<K> keys) {
        forEach(keys, host -> host.evict(true));
    }

    public void suspend(Predicate<K> keys) {
        forEach(keys, HostPool::suspend);
    }

    public void resume(Predicate<K> keys) {
        forEach(keys, HostPool::resume);
    }

    /**
     * @throws IllegalArgumentException if a limit is out of its range
     */
    public void resize(Predicate<K> keys, int maxConnections, int maxIdle) {
        // The same rules and the same words as for the settings.
        PoolSettings checked = PoolSettings.builder()
                .maxConnectionsPerHost(maxConnections)
                .maxIdlePerHost(maxIdle)
                .build();
        forEach(keys, host -> host.resize(checked.maxConnectionsPerHost(), checked.maxIdlePerHost()));
    }

    /** Makes all fail that is under way on behalf of an owner: waiting, connecting, and the use of a connection. */
    public void cancel(Object owner) {
        cancel(candidate -> candidate == owner, true);
    }

    /** As {@link #cancel(Object)}, on whosever behalf. */
    public void cancelAll() {
        cancel(owner -> true, true);
    }

    private void cancel(Predicate<@Nullable Object> owners, boolean leasesToo) {
        if (totals != null) {
            totals.cancel(owners);
        }
        forEach(key -> true, host -> host.cancel(owners, leasesToo));
    }

    private void forEach(Predicate<K> keys, Consumer<HostPool<K, C>> action) {
        hosts.forEach((key, host) -> {
            if (keys.test(key)) {
                action.accept(host);
            }
        });
    }

    // ---- the end

    /** From now on keeps no connection: idle ones are closed, and those in use on their return. */
    public void drain() {
        enter(PoolSnapshot.State.DRAINING);
    }

    @Override
    public void close() {
        enter(PoolSnapshot.State.CLOSED);
        cancel(owner -> true, false);
        alarm.end();
        Reaper.shared().forget(this);
    }

    private void enter(PoolSnapshot.State next) {
        lock.lock();
        try {
            if (state.compareTo(next) >= 0) {
                return;
            }
            state = next;
        } finally {
            lock.unlock();
        }
        forEach(key -> true, host -> host.enter(next));
    }

    // ---- the reaper's

    /**
     * Closes what has had its time, looks at what is idle, forgets empty hosts.
     *
     * @return nanoseconds until the next sweep is due; {@link Long#MAX_VALUE} if none is in sight
     */
    long sweep(long now) {
        long next = Long.MAX_VALUE;
        for (HostPool<K, C> host : hosts.values()) {
            long quiet = host.quietNanos(now);
            if (quiet <= 0) {
                quiet = host.sweep(now);
                if (host.forget(now)) {
                    forget(host);
                }
            }
            next = Math.min(next, quiet);
        }
        return next;
    }

    private void forget(HostPool<K, C> host) {
        HostSnapshot counted = host.snapshot().countersOnly();
        lock.lock();
        try {
            forgotten = forgotten.plus(counted);
        } finally {
            lock.unlock();
        }
        hosts.remove(host.key, host);
        if (totals != null) {
            totals.remove(host);
        }
        listeners.hostRemoved(host.name);
    }

    // ---- the watchdog's

    private Deadline wakeOverdue(long now) {
        Deadline next = totals == null ? Deadline.never() : totals.wakeOverdue(now);
        for (HostPool<K, C> host : hosts.values()) {
            next = next.earlier(host.wakeOverdue(now));
        }
        return next;
    }

    // ---- what is seen

    @Override
    public PoolSnapshot snapshot() {
        Map<String, HostSnapshot> byName = new TreeMap<>();
        HostSnapshot sum = forgotten();
        for (HostPool<K, C> host : hosts.values()) {
            HostSnapshot snapshot = host.snapshot();
            byName.merge(host.name, snapshot, HostSnapshot::plus);
            sum = sum.plus(snapshot);
        }
        return new PoolSnapshot(settings.enabled(), state, sum, Collections.unmodifiableMap(byName));
    }

    private HostSnapshot forgotten() {
        lock.lock();
        try {
            return forgotten;
        } finally {
            lock.unlock();
        }
    }

    /** Some keys added up. */
    public HostSnapshot snapshot(Predicate<K> keys) {
        HostSnapshot sum = HostSnapshot.NONE;
        for (HostPool<K, C> host : hosts.values()) {
            sum = keys.test(host.key) ? sum.plus(host.snapshot()) : sum;
        }
        return sum;
    }

    public List<ConnectionSnapshot> connections(Predicate<K> keys) {
        List<ConnectionSnapshot> all = new ArrayList<>();
        long now = ticker.nanos();
        forEach(keys, host -> all.addAll(host.connections(now)));
        return all;
    }

    public void addListener(PoolListener listener) {
        listeners.add(listener);
    }

    public void removeListener(PoolListener listener) {
        listeners.remove(listener);
    }

    // ---- what a host is made of

    public PoolSettings settings() {
        return settings;
    }

    PoolSettings settingsOf(K key) {
        return settingsOf.apply(key);
    }

    String nameOf(K key) {
        return names.apply(key);
    }

    ConnectionSource<K, C> source() {
        return source;
    }

    Ticker ticker() {
        return ticker;
    }

    Listeners listeners() {
        return listeners;
    }

    @Nullable
    TotalLimits<K, C> totals() {
        return totals;
    }

    SweepSchedule schedule() {
        return schedule;
    }

    WaitAlarm alarm() {
        return alarm;
    }

    PoolSnapshot.State state() {
        return state;
    }
}
