// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.PoolListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Writes down what a pool tells, in words. Safe for use by several threads. */
public final class RecordingPoolListener implements PoolListener {

    private final List<String> events = new CopyOnWriteArrayList<>();

    /** What was told, in order. */
    public List<String> events() {
        return events;
    }

    @Override
    public void hostAdded(String host) {
        events.add("added " + host);
    }

    @Override
    public void hostRemoved(String host) {
        events.add("removed " + host);
    }

    @Override
    public void acquired(String host, long waitNanos, boolean reused) {
        events.add((reused ? "reused " : "acquired ") + host);
    }

    @Override
    public void acquireTimedOut(String host, long waitNanos) {
        events.add("timed out " + host);
    }

    @Override
    public void acquireRejected(String host) {
        events.add("rejected " + host);
    }

    @Override
    public void resolved(String host, long nanos) {
        events.add("resolved " + host);
    }

    @Override
    public void connected(String host, long nanos) {
        events.add("connected " + host);
    }

    @Override
    public void tunnelled(String host, long nanos) {
        events.add("tunnelled " + host);
    }

    @Override
    public void secured(String host, long nanos) {
        events.add("secured " + host);
    }

    @Override
    public void opened(String host, long connectNanos) {
        events.add("opened " + host);
    }

    @Override
    public void connectFailed(String host, long connectNanos, Throwable cause) {
        events.add("connect failed " + host + ": " + cause.getMessage());
    }

    @Override
    public void returned(String host, long leaseNanos) {
        events.add("returned " + host);
    }

    @Override
    public void closed(String host, CloseReason reason, long ageNanos) {
        events.add("closed " + host + ": " + reason.word());
    }

    @Override
    public void retried(String host) {
        events.add("retried " + host);
    }

    @Override
    public void leaked(String host, long leaseNanos, @Nullable Throwable acquiredAt) {
        events.add("leaked " + host);
    }
}
