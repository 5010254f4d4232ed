// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import io.github.pooledclient.internal.threads.Threads;
import io.github.pooledclient.internal.time.Elapsed;
import io.github.pooledclient.pool.AcquireRejectedException;
import io.github.pooledclient.pool.AcquireTimeoutException;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.ConnectionSnapshot;
import io.github.pooledclient.pool.HostSnapshot;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.pool.PoolSnapshot;
import io.github.pooledclient.pool.Poolable;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one key: permits, those who wait, the idle, the leased.
 *
 * <p>A permit is taken before a connection is opened and given back after it is closed. Whatever comes free goes back to
 * where it is kept, and then {@link WaitingLine#serve} sees to those who wait. Safe for use by several threads; all that
 * changes is guarded by {@link #lock}, which is held for field accesses only.
 */
final class HostPool<K, C extends Poolable> implements Waiter.Line, WaitingLine.Supply {

    private static final Logger LOG = LoggerFactory.getLogger(HostPool.class);

    // What was in use a moment ago is alive, and a close that is missed costs a retry: looking for it takes 5 system
    // calls, a tenth of a small exchange on loopback. For bytes, which would be the next answer, we look always.
    private static final long LOOK_AFTER_IDLE_NANOS = Duration.ofMillis(1).toNanos();
    private static final long FORGET_AFTER_NANOS = Duration.ofMinutes(10).toNanos();

    final K key;
    final String name;
    private final PoolSettings settings;
    private final long acquireTimeoutNanos;
    private final long leakThresholdNanos;
    private final Ticker ticker;
    private final Listeners listeners;
    private final SweepSchedule schedule;
    private final WaitAlarm alarm;
    private final @Nullable TotalLimits<K, C> totals;
    private final HostSweep<C> sweep;
    private final AtomicInteger waitingForPlace = new AtomicInteger();

    private final ReentrantLock lock = new ReentrantLock();
    private final IdleConnections<C> idle;
    private final Chain<PooledConnection<C>> leased = new Chain<>();
    private final WaitingLine waiters;
    private final Opener<K, C> opener;
    private final HostCounters counters = new HostCounters();
    private final IdleReserve reserve = new IdleReserve();
    private int permitsTaken;
    private int maxConnections;
    private int maxIdle;
    private boolean suspended;
    // Since when callers have had to wait; null once one has not.
    private @Nullable Long exhaustedSince;
    private PoolSnapshot.State state;
    private long emptySince;
    // When there will be something to sweep.
    private long sweepAt;
    // How often all were to be replaced: what was being opened then may have been made with what was to be replaced.
    private int retirements;
    // Written under the lock, read without.
    private volatile boolean forgotten;

    HostPool(K key, ConnectionPool<K, C> pool) {
        this.key = key;
        this.name = pool.nameOf(key);
        this.settings = pool.settingsOf(key);
        this.ticker = pool.ticker();
        this.listeners = pool.listeners();
        this.schedule = pool.schedule();
        this.alarm = pool.alarm();
        this.totals = pool.totals();
        this.state = pool.state();
        this.idle = new IdleConnections<>(totals);
        this.opener = new Opener<>(key, pool.source(), ticker, lock);
        this.sweep = new HostSweep<>(this, listeners);
        this.acquireTimeoutNanos = Deadline.toNanos(settings.acquireTimeout());
        this.leakThresholdNanos = Deadline.toNanos(settings.leakDetectionThreshold());
        this.maxConnections = settings.maxConnectionsPerHost();
        this.maxIdle = settings.maxIdlePerHost();
        this.emptySince = ticker.nanos();
        this.sweepAt = emptySince;
        // Where all hosts share a limit, what comes free may be owed to another host: nothing is left lying for its
        // own.
        this.waiters = new WaitingLine(this, totals == null ? WaitingLine.BOUND_NANOS : 0);
    }

    // ---- acquire

    /** Lends a connection as {@link ConnectionPool#acquire} does; null if this pool is forgotten: look up again. */
    @Nullable
    HeldLease<C> acquire(Acquisition how) throws IOException, InterruptedException {
        long start = ticker.nanos();
        Object got;
        Waiter waiter = null;
        lock.lock();
        try {
            if (forgotten) {
                return null;
            }
            if (state == PoolSnapshot.State.CLOSED) {
                throw rejected("the pool is closed");
            }
            got = waiters.mayBeOvertaken(start) ? take(how.fresh(), how.owner(), start) : null;
            if (got == null) {
                exhaustedSince = exhaustedSince == null ? Long.valueOf(start) : exhaustedSince;
            } else if (waiters.isEmpty()) {
                // Not for one who overtakes: that others wait is no better for it.
                exhaustedSince = null;
            }
            if (got == null && waiters.size() < settings.maxPendingPerHost()) {
                waiter = new Waiter(start, waitDeadline(how, start), how, null);
                waiters.join(waiter);
            } else if (got == null) {
                counters.acquireRejections++;
            }
        } finally {
            lock.unlock();
        }
        if (got == null) {
            got = await(waiter);
        }
        return lend(got, how, start);
    }

    @Override
    public boolean hasAny() {
        return !suspended && (permitsTaken < maxConnections || idle.newest() != null);
    }

    /** An idle connection, or a permit to open one, or null: what can be had at once. The lock is held. */
    @Override
    public @Nullable Object take(boolean fresh, @Nullable Object owner, long now) {
        if (suspended) {
            return null;
        }
        PooledConnection<C> connection = fresh ? null : idle.newest();
        if (connection == null && permitsTaken < maxConnections) {
            permitsTaken++;
            return Waiter.OPEN;
        }
        if (connection == null && fresh) {
            // At the limit, the oldest gives its permit for the new one; lend() closes it.
            connection = idle.oldest();
        }
        if (connection != null) {
            moveToLeased(connection, owner, now);
        }
        return connection;
    }

    private void moveToLeased(PooledConnection<C> connection, @Nullable Object owner, long now) {
        idle.remove(connection);
        connection.becomeLeased(now, owner);
        leased.addFirst(connection);
        counters.reused++;
    }

    private Object await(@Nullable Waiter waiter) throws IOException, InterruptedException {
        if (waiter == null) {
            listeners.acquireRejected(name);
            throw rejected(settings.maxPendingPerHost() + " callers wait already, and no more may");
        }
        Object answer = waiter.await(this, ticker, alarm, name);
        if (answer == Waiter.CLOSED) {
            throw ended();
        }
        return answer;
    }

    private Deadline waitDeadline(Acquisition how, long start) {
        return how.deadline().earlier(Deadline.at(start + acquireTimeoutNanos));
    }

    /** As {@link Waiter#wakeOverdue}. */
    Deadline wakeOverdue(long now) {
        return waiters.wakeOverdue(lock, now);
    }

    @Override
    public @Nullable Object look(Waiter waiter, long now) {
        return change(now, () -> waiters.look(waiter, now));
    }

    @Override
    public void giveUp(Waiter waiter, long now) throws AcquireTimeoutException {
        if (leave(waiter, now)) {
            throw timedOut(waiter, now, null);
        }
    }

    @Override
    public boolean leave(Waiter waiter, long now) {
        return change(now, () -> waiters.leave(waiter));
    }

    /** The wait has ended in vain, at this host or for a place among all: counted, told, and put into words. */
    AcquireTimeoutException timedOut(Waiter waiter, long now, @Nullable String why) {
        long waited = now - waiter.since;
        String reason;
        HostSnapshot snapshot;
        lock.lock();
        try {
            counters.acquireTimeouts++;
            reason = why == null ? whoHoldsWhat(now) : why;
            snapshot = snapshotLocked(now);
        } finally {
            lock.unlock();
        }
        listeners.acquireTimedOut(name, waited);
        // Not under the lock: a stack trace takes its time, and many may time out at once.
        return new AcquireTimeoutException(
                "no connection to " + name + " within " + Elapsed.text(waited) + ": " + reason, snapshot);
    }

    private String whoHoldsWhat(long now) {
        long oldest = -1;
        for (PooledConnection<C> c = leased.first(); c != null; c = c.next()) {
            oldest = Math.max(oldest, now - c.since);
        }
        String lastFailure = opener.lastFailure();
        return leased.size() + " of " + maxConnections + " leased, " + idle.size() + " idle, " + opener.size()
                + " connecting, " + waiters.size() + " others waiting"
                + (oldest < 0 ? "" : "; oldest lease " + Elapsed.text(oldest))
                + (suspended ? "; the host is suspended" : "")
                + (lastFailure == null ? "" : "; last connect failure: " + lastFailure);
    }

    private AcquireRejectedException ended() {
        return rejected("the pool was closed, or the call cancelled, while it waited");
    }

    private AcquireRejectedException rejected(String why) {
        return new AcquireRejectedException("no connection to " + name + ": " + why);
    }

    /** Makes a lease of what was taken: looks whether an idle connection is still good, opens one if it is not. */
    private HeldLease<C> lend(Object taken, Acquisition how, long start) throws IOException, InterruptedException {
        Object got = taken;
        while (got != Waiter.OPEN) {
            @SuppressWarnings("unchecked") // the two things that are ever taken
            PooledConnection<C> connection = (PooledConnection<C>) got;
            CloseReason bad = whyNotLent(connection, how);
            if (bad == null) {
                return leaseOf(connection, true, how.wantedAt(), start);
            }
            got = replace(connection, bad, how);
        }
        return open(how, start);
    }

    private static <C extends Poolable> @Nullable CloseReason whyNotLent(
            PooledConnection<C> connection, Acquisition how) {
        if (how.fresh()) {
            return CloseReason.STALE;
        }
        if (connection.expiredWhenLent != null) {
            return connection.expiredWhenLent;
        }
        boolean mustLook = connection.idleNanos > LOOK_AFTER_IDLE_NANOS || !how.replayable();
        return mustLook ? probe(connection) : ask(connection, connection.connection::glance, CloseReason.IO_ERROR);
    }

    static <C extends Poolable> @Nullable CloseReason probe(PooledConnection<C> connection) {
        return ask(connection, connection.connection::probe, CloseReason.IO_ERROR);
    }

    // A connection may be anybody's code: what it throws must cost no permit.
    private static <T> @Nullable T ask(
            PooledConnection<?> asked, Supplier<@Nullable T> question, @Nullable T otherwise) {
        try {
            return question.get();
        } catch (RuntimeException | Error e) {
            LOG.warn("A connection failed when the pool asked how it was: {}", asked.connection, e);
            return otherwise;
        }
    }

    /** Closes a bad connection that was taken and goes on to the next idle one, or keeps its permit to open one. */
    private Object replace(PooledConnection<C> bad, CloseReason reason, Acquisition how) {
        closeQuietly(bad.connection, reason);
        long now = ticker.nanos();
        Object next = change(now, () -> {
            leased.remove(bad);
            counters.closed(reason);
            // Counted when it was taken, but not reused after all.
            counters.reused--;
            PooledConnection<C> other = how.fresh() || suspended ? null : idle.newest();
            if (other == null) {
                return Waiter.OPEN;
            }
            moveToLeased(other, how.owner(), now);
            freePermit(now);
            return other;
        });
        hasClosed(bad, reason, now);
        return next;
    }

    private HeldLease<C> open(Acquisition how, long start) throws IOException, InterruptedException {
        if (totals != null) {
            HeldLease<C> instead = takePlace(totals, how, start);
            if (instead != null) {
                return instead;
            }
        }
        int before = locked(() -> retirements);
        Opener.Outcome<C> outcome = opener.open(connectDeadline(how, start), how.owner());
        C connection = outcome.connection();
        if (connection == null) {
            throw Opener.rethrow(hasNotOpened(outcome));
        }
        return leaseOf(hasOpened(connection, outcome, before, how.owner()), false, how.wantedAt(), start);
    }

    /** Takes in a connection that was opened with a permit, as leased; {@code before} says what was retired by then. */
    private PooledConnection<C> hasOpened(C connection, Opener.Outcome<C> outcome, int before, @Nullable Object owner) {
        long now = ticker.nanos();
        PooledConnection<C> opened = new PooledConnection<>(connection, now, settings);
        change(now, () -> {
            opened.retired = retirements != before;
            opened.becomeLeased(now, owner);
            leased.addFirst(opened);
            counters.opened++;
        });
        listeners.opened(name, outcome.nanos());
        return opened;
    }

    // One deadline for the wait and the connect, but "no wait at all" leaves the connect a timeout of its own.
    private Deadline connectDeadline(Acquisition how, long start) {
        Deadline deadline = how.deadline();
        if (acquireTimeoutNanos != 0) {
            deadline = deadline.earlier(Deadline.at(start + acquireTimeoutNanos));
        }
        return how.connectTimeoutNanos() == 0
                ? deadline
                : deadline.earlier(Deadline.at(ticker.nanos() + how.connectTimeoutNanos()));
    }

    /** Gives the permit back for which none could be opened, and returns why. */
    private Throwable hasNotOpened(Opener.Outcome<C> outcome) {
        Throwable failure = outcome.failure() == null ? ended() : outcome.failure();
        long now = ticker.nanos();
        change(now, () -> {
            counters.connectFailures++;
            freePermit(now);
        });
        if (totals != null) {
            totals.placeFreed();
        }
        listeners.connectFailed(name, outcome.nanos(), failure);
        return failure;
    }

    private HeldLease<C> leaseOf(
            PooledConnection<C> connection, boolean reused, @Nullable Throwable wantedAt, long start) {
        if (leakThresholdNanos != 0) {
            Throwable here = new Throwable(
                    "a connection to " + name + " was acquired here, by thread "
                            + Thread.currentThread().getName(),
                    wantedAt);
            long overdueAt = connection.since + leakThresholdNanos;
            locked(() -> {
                connection.acquiredAt = here;
                return sweepAtLatest(overdueAt);
            });
            schedule.atLatest(overdueAt);
        }
        if (!listeners.isEmpty()) {
            listeners.acquired(name, ticker.nanos() - start, reused);
        }
        return new HeldLease<>(this, connection, reused);
    }

    // ---- give back

    /** Takes a leased connection back, to be lent again or, for the reason given or found, to be closed. */
    void takeBack(PooledConnection<C> connection, @Nullable CloseReason discard) {
        C judge = connection.connection;
        CloseReason reason = discard != null ? discard : ask(connection, judge::unusable, CloseReason.IO_ERROR);
        Duration hint = reason == null && settings.keepAliveHints() ? ask(connection, judge::idleLimit, null) : null;
        long now = ticker.nanos();
        long leaseNanos = now - connection.since;
        if (reason == CloseReason.LEAKED) {
            reportLost(connection, leaseNanos);
        }
        PooledConnection<C> surplus = null;
        WakeUp wakeUps = null;
        boolean owedForAPlace = false;
        long due = now;
        lock.lock();
        try {
            leased.remove(connection);
            if (reason == null) {
                reason = whyNotKept(connection, now);
            }
            if (reason == null) {
                connection.becomeIdle(now, hint);
                idle.add(connection);
                due = sweepAtLatest(now + IdleConnections.quietNanos(connection, now));
                owedForAPlace = owed() != null;
                if (!owedForAPlace) {
                    wakeUps = idle.size() > maxIdle ? waiters.serveAll(now) : waiters.serve(now);
                }
                surplus = idle.size() > maxIdle ? idle.removeOldest() : null;
            }
        } finally {
            lock.unlock();
        }
        WakeUp.all(wakeUps);
        listeners.returned(name, leaseNanos);
        if (reason != null) {
            close(connection, reason);
        } else if (surplus != null) {
            close(surplus, CloseReason.MAX_IDLE);
        } else {
            hasGoneIdle(due);
        }
        if (owedForAPlace) {
            // He has it now, or did not want it any more.
            change(now, () -> {});
        }
    }

    /** Counted and told once for each lease, though it may have been found to last too long before. */
    private void reportLost(PooledConnection<C> connection, long leaseNanos) {
        boolean isNew = locked(() -> {
            boolean reportedBefore = connection.leakReported;
            connection.leakReported = true;
            counters.leaks += reportedBefore ? 0 : 1;
            return !reportedBefore;
        });
        Leak leak = new Leak(name, leaseNanos, connection.acquiredAt);
        leak.warnThatItWasLost();
        if (isNew) {
            listeners.leaked(name, leaseNanos, leak.acquiredAt());
        }
    }

    /** Why the pool does not want a usable connection back, or null. The lock is held. */
    private @Nullable CloseReason whyNotKept(PooledConnection<C> connection, long now) {
        boolean stillWanted = state == PoolSnapshot.State.DRAINING && !waiters.isEmpty();
        if (state != PoolSnapshot.State.RUNNING && !stillWanted) {
            return CloseReason.POOL_CLOSED;
        }
        if (connection.cancelled) {
            return CloseReason.CANCELLED;
        }
        if (connection.retired) {
            return CloseReason.RETIRED;
        }
        if (connection.outlived(now)) {
            return CloseReason.MAX_LIFETIME;
        }
        if (!settings.enabled()) {
            return CloseReason.WE_SAID_CLOSE;
        }
        if (permitsTaken > maxConnections) {
            return CloseReason.MAX_IDLE;
        }
        Waiter owed = owed();
        return owed != null && owed.host != this ? CloseReason.MADE_ROOM : null;
    }

    /**
     * Who waits for a place among all connections, and for longer than those who wait here: without this a busy host would
     * starve others, and those who wait for its permits the ones who have one. The lock is held.
     */
    private @Nullable Waiter owed() {
        return totals == null ? null : totals.owed(waiters.first());
    }

    private void hasGoneIdle(long due) {
        schedule.atLatest(due);
        if (totals != null) {
            totals.hasGoneIdle();
        }
    }

    /** The lock is held; {@link WaitingLine#serve} must follow. */
    private void freePermit(long now) {
        permitsTaken--;
        if (permitsTaken == 0) {
            emptySince = now;
        }
    }

    /** Closes a connection that is in no chain any more, and then gives its permit back: the limit counts sockets. */
    void close(PooledConnection<C> connection, CloseReason reason) {
        closeQuietly(connection.connection, reason);
        long now = ticker.nanos();
        change(now, () -> {
            counters.closed(reason);
            freePermit(now);
        });
        hasClosed(connection, reason, now);
    }

    static void closeQuietly(Poolable connection, CloseReason reason) {
        try {
            connection.close(reason);
        } catch (RuntimeException | Error e) {
            LOG.warn("A connection failed when it was closed: {}", connection, e);
        }
    }

    static void cancelQuietly(Poolable connection) {
        try {
            connection.cancel();
        } catch (RuntimeException | Error e) {
            LOG.warn("A connection failed when it was cancelled: {}", connection, e);
        }
    }

    private void hasClosed(PooledConnection<C> connection, CloseReason reason, long now) {
        LOG.debug("Closed a connection to {}: {}", name, reason.word());
        if (totals != null) {
            totals.placeFreed();
        }
        listeners.closed(name, reason, now - connection.openedAt);
    }

    // ---- with a limit over all hosts

    /** Takes a place among all connections for the permit that is held; or gives the permit back for an idle connection. */
    private @Nullable HeldLease<C> takePlace(TotalLimits<K, C> limits, Acquisition how, long start)
            throws IOException, InterruptedException {
        Object place = null;
        try {
            Waiter waiter = limits.takeOrJoin(this, how, waitDeadline(how, start), start);
            place = waiter == null ? Waiter.OPEN : awaitPlace(limits, waiter);
        } finally {
            if (place != Waiter.OPEN) {
                long now = ticker.nanos();
                change(now, () -> freePermit(now));
            }
        }
        if (place == Waiter.CLOSED) {
            throw ended();
        }
        return place == Waiter.OPEN ? null : lend(place, how, start);
    }

    // Counted only now: who is seen to wait has his place in the line, and it is known since when all are in use.
    private Object awaitPlace(TotalLimits<K, C> limits, Waiter waiter) throws IOException, InterruptedException {
        waitingForPlace.incrementAndGet();
        try {
            return limits.await(waiter, name);
        } finally {
            waitingForPlace.decrementAndGet();
        }
    }

    /**
     * Takes an idle connection, or null.
     *
     * @param isOwed whether it is for one who goes before all who wait here
     */
    @Nullable
    PooledConnection<C> takeIdle(@Nullable Object owner, boolean isOwed) {
        long now = ticker.nanos();
        return locked(() -> {
            boolean mayTake = !suspended && (isOwed || waiters.mayBeOvertaken(now));
            PooledConnection<C> connection = mayTake ? idle.newest() : null;
            if (connection != null) {
                moveToLeased(connection, owner, now);
            }
            return connection;
        });
    }

    /** For how long the oldest idle connection has been idle; -1 if there is none. */
    long oldestIdleNanos(long now) {
        return locked(() -> {
            PooledConnection<C> oldest = idle.oldest();
            return oldest == null ? -1L : now - oldest.since;
        });
    }

    void closeOldestIdle(CloseReason reason) {
        PooledConnection<C> oldest = locked(idle::removeOldest);
        if (oldest != null) {
            close(oldest, reason);
        }
    }

    int idleHint() {
        return idle.hint();
    }

    // ---- kept idle, opened unasked

    /**
     * From now on keeps so many connections idle; 0 = none, and gives up what is being opened for that.
     *
     * @return what is opened for that now, each with whether it could be; or null if this pool is forgotten: look up again
     */
    @Nullable
    List<CompletableFuture<Boolean>> keepIdle(int wanted, long connectTimeoutNanos) {
        long now = ticker.nanos();
        // Under one hold of the lock: else a sweep in between would open them, and the caller not know of it.
        Integer missing = locked(() -> {
            if (forgotten) {
                return null;
            }
            reserve.keep(wanted, connectTimeoutNanos);
            return takePermitsForReserve(now);
        });
        if (wanted == 0) {
            cancel(owner -> owner == reserve, false);
        }
        return missing == null ? null : startOpening(missing);
    }

    /** Opens what is missing, each on a thread of its own; the permits have been taken. */
    private List<CompletableFuture<Boolean>> startOpening(int missing) {
        List<CompletableFuture<Boolean>> openings = new ArrayList<>();
        try {
            while (openings.size() < missing) {
                openings.add(CompletableFuture.supplyAsync(this::openForReserve, Threads::start));
            }
        } finally {
            // Without a thread for them.
            for (int i = openings.size(); i < missing; i++) {
                leaveReserve();
            }
        }
        return openings;
    }

    /** The lock is held. */
    private int takePermitsForReserve(long now) {
        if (state != PoolSnapshot.State.RUNNING || suspended || !settings.enabled() || !waiters.isEmpty()) {
            return 0;
        }
        int room = Math.min(maxConnections - permitsTaken, maxIdle - idle.size());
        int missing = Math.max(0, Math.min(reserve.missing(idle.size(), now), room));
        permitsTaken += missing;
        reserve.opens(missing);
        return missing;
    }

    private void leaveReserve() {
        long now = ticker.nanos();
        change(now, () -> {
            reserve.hasGivenUp();
            freePermit(now);
        });
    }

    private boolean openForReserve() {
        if (totals != null && !totals.tryTake()) {
            leaveReserve();
            return false;
        }
        int before = locked(() -> retirements);
        long timeoutNanos = locked(reserve::connectTimeoutNanos);
        Opener.Outcome<C> outcome = opener.open(Deadline.at(ticker.nanos() + timeoutNanos), reserve);
        C connection = outcome.connection();
        if (connection == null) {
            reserveFailed(outcome);
            return false;
        }
        PooledConnection<C> opened = hasOpened(connection, outcome, before, null);
        // For nobody.
        locked(() -> opened.uses = 0);
        takeBack(opened, null);
        // Only now that it is idle: else one more would be opened for it.
        locked(() -> {
            reserve.hasOpened();
            return true;
        });
        return true;
    }

    private void reserveFailed(Opener.Outcome<C> outcome) {
        long now = ticker.nanos();
        long again = now + IdleReserve.FIRST_PAUSE_NANOS;
        // Before it is counted: whoever sees that one has failed finds the reserve pausing.
        boolean isNews = locked(() -> {
            sweepAtLatest(again);
            return reserve.hasFailed(now) && reserve.isKept() && state == PoolSnapshot.State.RUNNING;
        });
        schedule.atLatest(again);
        Throwable failure = hasNotOpened(outcome);
        if (isNews) {
            LOG.warn(
                    "No connection to {} could be opened in advance, tried again and again: {}",
                    name,
                    Opener.inWords(failure));
        } else {
            LOG.debug("No connection to {} could be opened in advance", name, failure);
        }
    }

    // ---- by hand

    /** Lends an idle connection that is alive, or null. */
    @Nullable
    HeldLease<C> tryAcquire() {
        long start = ticker.nanos();
        for (PooledConnection<C> c = takeIdle(null, false); c != null; c = takeIdle(null, false)) {
            PooledConnection<C> taken = c;
            CloseReason bad = whyNotLent(taken, Acquisition.PLAIN);
            if (bad == null) {
                return leaseOf(taken, true, null, start);
            }
            locked(() -> {
                counters.reused--;
                return leased.remove(taken);
            });
            close(taken, bad);
        }
        return null;
    }

    /** What became of a connection that was opened elsewhere. */
    enum Offer {
        TAKEN,
        REFUSED,
        /** This pool is forgotten: look up again. */
        FORGOTTEN
    }

    /** Takes in a connection that was opened elsewhere, if there is a permit for it. */
    Offer offer(C connection) {
        if (totals != null && !totals.tryTake()) {
            return Offer.REFUSED;
        }
        long now = ticker.nanos();
        PooledConnection<C> offered = new PooledConnection<>(connection, now, settings);
        boolean usable = ask(offered, connection::unusable, CloseReason.IO_ERROR) == null;
        Offer offer = locked(() -> takeIn(offered, usable, now));
        if (offer == Offer.TAKEN) {
            takeBack(offered, null);
        } else if (totals != null) {
            totals.placeFreed();
        }
        return offer;
    }

    private Offer takeIn(PooledConnection<C> offered, boolean usable, long now) {
        if (forgotten) {
            return Offer.FORGOTTEN;
        }
        boolean room = permitsTaken < maxConnections && maxIdle > 0;
        if (!usable || !room || whyNotKept(offered, now) != null) {
            return Offer.REFUSED;
        }
        permitsTaken++;
        counters.opened++;
        offered.becomeLeased(now, null);
        leased.addFirst(offered);
        return Offer.TAKEN;
    }

    /** Closes the idle connections; and, to {@code retire}, those in use or being opened on their return. */
    void evict(boolean retire) {
        List<PooledConnection<C>> evicted = locked(() -> {
            retirements += retire ? 1 : 0;
            for (PooledConnection<C> c = leased.first(); retire && c != null; c = c.next()) {
                c.retired = true;
            }
            return idle.removeAll();
        });
        evicted.forEach(c -> close(c, CloseReason.EVICTED));
    }

    /** Closes the idle connections that were opened before an instant: one of that age turned out to be dead. */
    void evictOpenedBefore(long instant) {
        locked(() -> idle.removeIf(c -> c.openedAt - instant <= 0)).forEach(c -> close(c, CloseReason.STALE));
    }

    void suspend() {
        change(ticker.nanos(), () -> suspended = true);
    }

    void resume() {
        change(ticker.nanos(), () -> {
            suspended = false;
            exhaustedSince = null;
        });
    }

    void resize(int newMaxConnections, int newMaxIdle) {
        List<PooledConnection<C>> surplus = new ArrayList<>();
        change(ticker.nanos(), () -> {
            maxConnections = newMaxConnections;
            maxIdle = newMaxIdle;
            int over = Math.max(permitsTaken - maxConnections, idle.size() - maxIdle);
            for (PooledConnection<C> c = idle.oldest(); over > 0 && c != null; c = idle.oldest(), over--) {
                idle.remove(c);
                surplus.add(c);
            }
        });
        surplus.forEach(c -> close(c, CloseReason.MAX_IDLE));
    }

    void retried() {
        locked(() -> counters.retries++);
        listeners.retried(name);
    }

    // ---- the end

    /** From now on keeps nothing; once closed, lends nothing either. */
    void enter(PoolSnapshot.State next) {
        List<PooledConnection<C>> kept = locked(() -> {
            state = next;
            waiters.keepOrder();
            return idle.removeAll();
        });
        kept.forEach(c -> close(c, CloseReason.POOL_CLOSED));
    }

    /** Ends what is under way on behalf of owners: those who wait, those who open, and, if asked, those who use one. */
    void cancel(Predicate<@Nullable Object> owners, boolean leasesToo) {
        List<Opening> openings = new ArrayList<>();
        List<PooledConnection<C>> inUse = new ArrayList<>();
        long now = ticker.nanos();
        WakeUp wakeUps = locked(() -> {
            openings.addAll(opener.of(owners));
            for (PooledConnection<C> c = leased.first(); leasesToo && c != null; c = c.next()) {
                if (owners.test(c.owner)) {
                    // Decided while it is in use: it will not be lent again, so that nobody else's use is cancelled.
                    c.cancelled = true;
                    inUse.add(c);
                }
            }
            return waiters.dismiss(owners, now);
        });
        WakeUp.all(wakeUps);
        openings.forEach(Opening::cancel);
        inUse.forEach(c -> cancelQuietly(c.connection));
    }

    // ---- sweep

    /** The lock is held; the schedule must be told, too. */
    private long sweepAtLatest(long instant) {
        if (instant - sweepAt < 0) {
            sweepAt = instant;
        }
        return instant;
    }

    /** Nanoseconds until there is something to sweep; zero or negative once there is. */
    long quietNanos(long now) {
        lock.lock();
        try {
            return reserve.missing(idle.size(), now) > 0 ? 0 : sweepAt - now;
        } finally {
            lock.unlock();
        }
    }

    /** Closes idle connections that have had their time or died, reports leaks, and says in how many nanoseconds to come again. */
    long sweep(long now) {
        sweep.sweep(now);
        startOpening(locked(() -> takePermitsForReserve(now)));
        return locked(() -> {
            // Not for ever: nobody says so when this pool becomes empty.
            long quiet = Math.min(FORGET_AFTER_NANOS, Math.min(idle.quietNanos(now), reserve.quietNanos(now)));
            for (PooledConnection<C> c = leased.first(); leakThresholdNanos != 0 && c != null; c = c.next()) {
                quiet = c.leakReported ? quiet : Math.min(quiet, c.since + leakThresholdNanos - now);
            }
            quiet = isUnused() ? Math.min(quiet, emptySince + FORGET_AFTER_NANOS - now) : quiet;
            sweepAt = now + quiet;
            return quiet;
        });
    }

    List<PooledConnection<C>> removeExpired(long now) {
        return locked(() -> idle.removeIf(c -> c.expired(now) != null));
    }

    // This and the next are done for each idle connection every few seconds, and quietNanos for each host: they
    // allocate nothing.
    @Nullable
    PooledConnection<C> nextToLookAt(@Nullable PooledConnection<C> after, long now) {
        lock.lock();
        try {
            return idle.nextToLookAt(after, now);
        } finally {
            lock.unlock();
        }
    }

    void hasLooked(PooledConnection<C> connection, @Nullable CloseReason found, long now) {
        CloseReason bad = found;
        WakeUp wakeUps;
        lock.lock();
        try {
            connection.isBeingLookedAt = false;
            if (bad == null && connection.retired) {
                bad = state == PoolSnapshot.State.RUNNING ? CloseReason.EVICTED : CloseReason.POOL_CLOSED;
            }
            if (bad != null) {
                idle.remove(connection);
            }
            wakeUps = waiters.serve(now);
        } finally {
            lock.unlock();
        }
        WakeUp.all(wakeUps);
        if (bad != null) {
            close(connection, bad);
        } else if (totals != null) {
            // Whoever wanted it, or its place, while nobody could have it.
            totals.hasGoneIdle();
        }
    }

    List<Leak> findLeaks(long now) {
        if (leakThresholdNanos == 0) {
            return List.of();
        }
        return locked(() -> {
            List<Leak> leaks = new ArrayList<>();
            for (PooledConnection<C> c = leased.first(); c != null; c = c.next()) {
                if (now - c.since >= leakThresholdNanos && !c.leakReported && c.acquiredAt != null) {
                    c.leakReported = true;
                    counters.leaks++;
                    leaks.add(new Leak(name, now - c.since, c.acquiredAt));
                }
            }
            return leaks;
        });
    }

    /** Forgets this pool if it has been empty for long; from then on {@link #acquire} says so. */
    boolean forget(long now) {
        return locked(() -> {
            forgotten |= isUnused() && now - emptySince >= FORGET_AFTER_NANOS;
            return forgotten;
        });
    }

    private boolean isUnused() {
        return permitsTaken == 0 && waiters.isEmpty() && !suspended && !reserve.isKept();
    }

    boolean isForgotten() {
        return forgotten;
    }

    // ---- what is seen

    HostSnapshot snapshot() {
        long now = ticker.nanos();
        return locked(() -> snapshotLocked(now));
    }

    private HostSnapshot snapshotLocked(long now) {
        return new HostSnapshot(
                leased.size(),
                idle.size(),
                opener.size(),
                waiters.size() + waitingForPlace.get(),
                maxConnections,
                suspended,
                Duration.ofNanos(exhaustedNanos(now)),
                counters.opened,
                counters.reused,
                counters.closed(),
                counters.acquireTimeouts,
                counters.acquireRejections,
                counters.connectFailures,
                counters.retries,
                counters.leaks);
    }

    /** For how long callers have had to wait, here or for a place among all; 0 if one who came now would not. */
    private long exhaustedNanos(long now) {
        boolean mustWait = !waiters.isEmpty() || (idle.size() == 0 && permitsTaken >= maxConnections);
        Long since = mustWait && !suspended ? exhaustedSince : null;
        if (since == null && totals != null && waitingForPlace.get() > 0) {
            since = totals.exhaustedSince();
        }
        // Whoever set it may have looked at the clock after us.
        return since == null ? 0 : Math.max(0, now - since);
    }

    int idle() {
        return locked(idle::size);
    }

    List<ConnectionSnapshot> connections(long now) {
        List<PooledConnection<C>> all = new ArrayList<>();
        int leasedOnes = locked(() -> {
            leased.addTo(all);
            int size = all.size();
            idle.addTo(all);
            return size;
        });
        // A connection is asked for its details outside the lock, and may have changed state meanwhile: no harm.
        List<ConnectionSnapshot> snapshots = new ArrayList<>();
        for (PooledConnection<C> c : all) {
            boolean wasLeased = snapshots.size() < leasedOnes;
            snapshots.add(c.snapshot(wasLeased ? ConnectionSnapshot.State.LEASED : ConnectionSnapshot.State.IDLE, now));
        }
        return snapshots;
    }

    // ---- the lock; what is done for each exchange takes it by hand

    private <T extends @Nullable Object> T locked(Supplier<T> fields) {
        lock.lock();
        try {
            return fields.get();
        } finally {
            lock.unlock();
        }
    }

    /** Changes fields under the lock, and serves those who wait with what came free. */
    private void change(long now, Runnable fields) {
        change(now, () -> {
            fields.run();
            return null;
        });
    }

    private <T extends @Nullable Object> T change(long now, Supplier<T> fields) {
        T result;
        WakeUp wakeUps;
        lock.lock();
        try {
            result = fields.get();
            wakeUps = waiters.serve(now);
        } finally {
            lock.unlock();
        }
        WakeUp.all(wakeUps);
        return result;
    }
}
