// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import io.github.pooledclient.internal.jfr.FlightRecord;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.PoolListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells each listener, and lets none of them break the pool. Safe for use by several threads. */
public final class Listeners implements PoolListener {

    private static final Logger LOG = LoggerFactory.getLogger(PoolListener.class);

    private final List<PoolListener> all = new CopyOnWriteArrayList<>();

    public void add(PoolListener listener) {
        all.add(listener);
    }

    public void remove(PoolListener listener) {
        all.remove(listener);
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    private void tell(Consumer<PoolListener> event) {
        for (PoolListener listener : all) {
            try {
                event.accept(listener);
            } catch (Throwable e) {
                LOG.warn("A pool listener failed, and the pool goes on without it having heard: {}", listener, e);
            }
        }
    }

    @Override
    public void hostAdded(String host) {
        tell(listener -> listener.hostAdded(host));
    }

    @Override
    public void hostRemoved(String host) {
        tell(listener -> listener.hostRemoved(host));
    }

    @Override
    public void acquired(String host, long waitNanos, boolean reused) {
        tell(listener -> listener.acquired(host, waitNanos, reused));
    }

    @Override
    public void acquireTimedOut(String host, long waitNanos) {
        tell(listener -> listener.acquireTimedOut(host, waitNanos));
    }

    @Override
    public void acquireRejected(String host) {
        tell(listener -> listener.acquireRejected(host));
    }

    @Override
    public void resolved(String host, long nanos) {
        tell(listener -> listener.resolved(host, nanos));
    }

    @Override
    public void connected(String host, long nanos) {
        tell(listener -> listener.connected(host, nanos));
    }

    @Override
    public void tunnelled(String host, long nanos) {
        tell(listener -> listener.tunnelled(host, nanos));
    }

    @Override
    public void secured(String host, long nanos) {
        tell(listener -> listener.secured(host, nanos));
    }

    @Override
    public void opened(String host, long connectNanos) {
        tell(listener -> listener.opened(host, connectNanos));
    }

    @Override
    public void connectFailed(String host, long connectNanos, Throwable cause) {
        tell(listener -> listener.connectFailed(host, connectNanos, cause));
    }

    @Override
    public void returned(String host, long leaseNanos) {
        tell(listener -> listener.returned(host, leaseNanos));
    }

    @Override
    public void closed(String host, CloseReason reason, long ageNanos) {
        if (FlightRecord.isOn()) {
            FlightRecord.closed(host, reason.word(), ageNanos);
        }
        tell(listener -> listener.closed(host, reason, ageNanos));
    }

    @Override
    public void retried(String host) {
        tell(listener -> listener.retried(host));
    }

    @Override
    public void leaked(String host, long leaseNanos, @Nullable Throwable acquiredAt) {
        tell(listener -> listener.leaked(host, leaseNanos, acquiredAt));
    }
}
