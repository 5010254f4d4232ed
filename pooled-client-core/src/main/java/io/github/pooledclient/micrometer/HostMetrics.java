// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.micrometer;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.PoolListener;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the meters of one client in one registry: those of a host appear and go with it, events are counted.
 *
 * <p>Which hosts have which tags is decided under a lock. What follows from it is done in the registry without one, as the
 * registry calls its user's filters, but one thing after another, in the order in which it was decided: the removal of a tag
 * cannot overtake its return.
 */
final class HostMetrics implements PoolListener {

    private final HostSnapshots snapshots;
    private final UnaryOperator<String> hostTag;
    private final MeterFactory meters;
    private final Map<String, HostTag> byHost = new ConcurrentHashMap<>();

    private final ReentrantLock lock = new ReentrantLock();
    // Both guarded by lock.
    private final Map<String, HostTag> byTag = new HashMap<>();
    private boolean stopped;

    // Added to under the lock, emptied by whoever raises the turns from zero.
    private final Queue<Runnable> work = new ConcurrentLinkedQueue<>();
    private final AtomicInteger turns = new AtomicInteger();

    HostMetrics(PooledHttpClient client, UnaryOperator<String> hostTag, MeterFactory meters) {
        this.snapshots = new HostSnapshots(client);
        this.hostTag = hostTag;
        this.meters = meters;
    }

    void start(PooledHttpClient listenedTo) {
        // Listen first: a host that comes in between is then added twice, which is harmless, and not overlooked.
        listenedTo.addListener(this);
        listenedTo.snapshot().hosts().keySet().forEach(this::hostAdded);
    }

    void stop() {
        PooledHttpClient listenedTo = snapshots.client();
        if (listenedTo != null) {
            listenedTo.removeListener(this);
        }
        decide(() -> {
            stopped = true;
            byHost.clear();
            List<HostTag> all = List.copyOf(byTag.values());
            byTag.clear();
            return () -> all.forEach(tag -> tag.remove(meters));
        });
    }

    @Override
    public void hostAdded(String host) {
        String wanted = hostTag.apply(host);
        decide(() -> stopped || byHost.containsKey(host) ? HostMetrics::nothing : add(host, wanted));
    }

    private Runnable add(String host, String wanted) {
        String name = byTag.containsKey(wanted) || byTag.size() < PooledHttpClientMetrics.MAX_HOSTS
                ? wanted
                : PooledHttpClientMetrics.OTHER;
        HostTag known = byTag.get(name);
        HostTag tag = known == null ? new HostTag(name) : known;
        byTag.put(name, tag);
        tag.hosts.add(host);
        byHost.put(host, tag);
        return known == null ? () -> tag.register(meters, snapshots) : HostMetrics::nothing;
    }

    @Override
    public void hostRemoved(String host) {
        // Several routes have the name of one host, and one may be back already: the last of them takes the meters
        // along.
        decide(() -> snapshots.now().containsKey(host) ? HostMetrics::nothing : remove(host));
    }

    private Runnable remove(String host) {
        HostTag tag = byHost.remove(host);
        if (tag == null) {
            return HostMetrics::nothing;
        }
        tag.hosts.remove(host);
        if (!tag.hosts.isEmpty()) {
            return HostMetrics::nothing;
        }
        byTag.remove(tag.name);
        return () -> tag.remove(meters);
    }

    private static void nothing() {}

    /** Decides under the lock, and has done in the registry what was decided. */
    private void decide(Supplier<Runnable> decision) {
        lock.lock();
        try {
            work.add(decision.get());
        } finally {
            lock.unlock();
        }
        if (turns.getAndIncrement() == 0) {
            work();
        }
    }

    // A filter that fails is its owner's to hear of, but must not keep the others from their turn.
    private void work() {
        Throwable failure = null;
        do {
            try {
                work.remove().run();
            } catch (RuntimeException | Error e) {
                failure = e;
            }
        } while (turns.decrementAndGet() > 0);
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
    }

    @Override
    public void acquired(String host, long waitNanos, boolean reused) {
        count(host, of -> {
            of.acquire.record(waitNanos, TimeUnit.NANOSECONDS);
            if (reused) {
                of.reused.increment();
            }
        });
    }

    @Override
    public void acquireTimedOut(String host, long waitNanos) {
        count(host, of -> of.acquireTimeouts.increment());
    }

    @Override
    public void acquireRejected(String host) {
        count(host, of -> of.acquireRejections.increment());
    }

    @Override
    public void opened(String host, long connectNanos) {
        // Rare in a healthy pool, in contrast to leases, and so worth a fresh snapshot; so is closed.
        snapshots.refresh();
        count(host, of -> {
            of.opened.increment();
            of.connect.record(connectNanos, TimeUnit.NANOSECONDS);
        });
    }

    @Override
    public void returned(String host, long leaseNanos) {
        count(host, of -> of.lease.record(leaseNanos, TimeUnit.NANOSECONDS));
    }

    @Override
    public void closed(String host, CloseReason reason, long ageNanos) {
        snapshots.refresh();
        count(host, of -> {
            of.closed(reason).increment();
            of.connectionDuration.record(ageNanos, TimeUnit.NANOSECONDS);
        });
    }

    @Override
    public void retried(String host) {
        count(host, of -> of.retries.increment());
    }

    @Override
    public void leaked(String host, long leaseNanos, @Nullable Throwable acquiredAt) {
        count(host, of -> of.leaks.increment());
    }

    /** A host that is not known is one that was forgotten, or the binder was closed. */
    private void count(String host, Consumer<TagMeters> event) {
        HostTag tag = byHost.get(host);
        if (tag != null) {
            tag.count(event);
        }
    }
}
