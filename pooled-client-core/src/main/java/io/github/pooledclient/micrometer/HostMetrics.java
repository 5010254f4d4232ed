// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.micrometer;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.HostSnapshot;
import io.github.pooledclient.pool.PoolListener;
import io.github.pooledclient.transport.Ticker;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Keeps the meters of one client in one registry: those of a host appear and go with it, events are counted. */
final class HostMetrics implements PoolListener {

    // A scrape reads four gauges per host one after the other: within this time they share one snapshot.
    private static final long SNAPSHOT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    // Weakly, because the pool holds its listeners: a client that nobody else has would live for ever.
    private final WeakReference<PooledHttpClient> client;
    private final UnaryOperator<String> hostTag;
    private final MeterFactory meters;
    private final Map<String, TagMeters> byHost = new ConcurrentHashMap<>();
    private volatile @Nullable Glance glance;

    // Also held while meters are registered and removed, so that the removal of a tag and its return cannot overtake
    // each
    // other in the registry.
    private final ReentrantLock lock = new ReentrantLock();
    // Both guarded by lock.
    private final Map<String, TagMeters> byTag = new HashMap<>();
    private boolean stopped;

    HostMetrics(PooledHttpClient client, UnaryOperator<String> hostTag, MeterFactory meters) {
        this.client = new WeakReference<>(client);
        this.hostTag = hostTag;
        this.meters = meters;
    }

    void start(PooledHttpClient listenedTo) {
        // Listen first: a host that comes in between is then added twice, which is harmless, and not overlooked.
        listenedTo.addListener(this);
        listenedTo.snapshot().hosts().keySet().forEach(this::hostAdded);
    }

    void stop() {
        PooledHttpClient listenedTo = client.get();
        if (listenedTo != null) {
            listenedTo.removeListener(this);
        }
        lock.lock();
        try {
            stopped = true;
            byHost.clear();
            byTag.values().forEach(TagMeters::remove);
            byTag.clear();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void hostAdded(String host) {
        String wanted = hostTag.apply(host);
        lock.lock();
        try {
            if (!stopped && !byHost.containsKey(host)) {
                TagMeters ofTag = ofTag(wanted);
                ofTag.hosts.add(host);
                byHost.put(host, ofTag);
            }
        } finally {
            lock.unlock();
        }
    }

    private TagMeters ofTag(String wanted) {
        String tag = byTag.containsKey(wanted) || byTag.size() < PooledHttpClientMetrics.MAX_HOSTS
                ? wanted
                : PooledHttpClientMetrics.OTHER;
        return byTag.computeIfAbsent(tag, name -> new TagMeters(name, meters, this::snapshot).register());
    }

    @Override
    public void hostRemoved(String host) {
        lock.lock();
        try {
            // Several routes have the name of one host, and one may be back already: the last of them takes the meters
            // along.
            if (!hosts().containsKey(host)) {
                remove(host);
            }
        } finally {
            lock.unlock();
        }
    }

    private void remove(String host) {
        TagMeters ofTag = byHost.remove(host);
        if (ofTag != null) {
            ofTag.hosts.remove(host);
            if (ofTag.hosts.isEmpty()) {
                byTag.remove(ofTag.tag());
                ofTag.remove();
            }
        }
    }

    private HostSnapshot snapshot(String host) {
        Glance last = glance;
        long now = Ticker.system().nanos();
        if (last == null || now - last.nanos > SNAPSHOT_NANOS) {
            last = new Glance(hosts(), now);
            glance = last;
        }
        return last.hosts.getOrDefault(host, HostSnapshot.NONE);
    }

    private Map<String, HostSnapshot> hosts() {
        PooledHttpClient asked = client.get();
        return asked == null ? Map.of() : asked.snapshot().hosts();
    }

    /** The hosts of the pool at an instant. */
    private record Glance(Map<String, HostSnapshot> hosts, long nanos) {}

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
        glance = null;
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
        glance = null;
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
        TagMeters of = byHost.get(host);
        if (of != null) {
            event.accept(of);
        }
    }
}
