// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.ConnectionSource;
import io.github.pooledclient.pool.Poolable;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.Ticker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Opens the connections of a {@link HostPool}, on the threads that want them, and knows who is at it. Safe for use by several
 * threads; what changes is guarded by the pool's lock.
 */
final class Opener<K, C extends Poolable> {

    private final K key;
    private final ConnectionSource<K, C> source;
    private final Ticker ticker;
    private final ReentrantLock lock;
    private final Chain<Opening> openings = new Chain<>();
    private @Nullable String lastFailure;

    Opener(K key, ConnectionSource<K, C> source, Ticker ticker, ReentrantLock lock) {
        this.key = key;
        this.source = source;
        this.ticker = ticker;
        this.lock = lock;
    }

    /** What became of an attempt: a connection, or a failure, or neither if it was cancelled. */
    record Outcome<C>(@Nullable C connection, @Nullable Throwable failure, long nanos) {}

    /** Opens a connection; does not throw. */
    Outcome<C> open(Deadline deadline, @Nullable Object owner) {
        long began = ticker.nanos();
        Opening opening = new Opening(owner);
        C connection = null;
        Throwable failure = null;
        begin(opening);
        try {
            connection = source.open(key, deadline);
            if (connection == null) {
                failure = new IllegalStateException("the connection source returned null for " + key);
            }
        } catch (Throwable t) {
            failure = t;
        }
        boolean cancelled = end(opening, failure);
        if (cancelled && connection != null) {
            HostPool.cancelQuietly(connection);
            HostPool.closeQuietly(connection, CloseReason.CANCELLED);
        }
        return new Outcome<>(cancelled ? null : connection, cancelled ? null : failure, ticker.nanos() - began);
    }

    private void begin(Opening opening) {
        lock.lock();
        try {
            openings.addLast(opening);
        } finally {
            lock.unlock();
        }
    }

    private boolean end(Opening opening, @Nullable Throwable failure) {
        boolean cancelled = opening.end();
        String text = failure == null ? null : inWords(failure);
        lock.lock();
        try {
            openings.remove(opening);
            lastFailure = text;
        } finally {
            lock.unlock();
        }
        return cancelled;
    }

    /** What the source's exception says; it may be anybody's, and so what its toString() does: not for under the lock. */
    static String inWords(Throwable failure) {
        try {
            return failure.toString();
        } catch (RuntimeException | Error e) {
            return failure.getClass().getName();
        }
    }

    /** How many are being opened. The lock is held. */
    int size() {
        return openings.size();
    }

    /** Why the last attempt failed; null if it did not. The lock is held. */
    @Nullable
    String lastFailure() {
        return lastFailure;
    }

    /** Those who open on behalf of owners; to be cancelled without the lock. The lock is held. */
    List<Opening> of(Predicate<@Nullable Object> owners) {
        List<Opening> found = new ArrayList<>();
        for (Opening opening = openings.first(); opening != null; opening = opening.next()) {
            if (owners.test(opening.owner)) {
                found.add(opening);
            }
        }
        return found;
    }

    /** Throws what opening failed with, to the caller of acquire. */
    static RuntimeException rethrow(Throwable failure) throws IOException, InterruptedException {
        if (failure instanceof IOException e) {
            throw e;
        }
        if (failure instanceof InterruptedException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        throw new IllegalStateException("a connection source may not throw this", failure);
    }
}
