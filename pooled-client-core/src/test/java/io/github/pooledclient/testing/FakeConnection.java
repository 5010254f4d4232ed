// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.Poolable;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** A connection to nowhere, whose health and habits a test decides. Safe for use by several threads. */
public final class FakeConnection implements Poolable {

    private final int number;
    private volatile @Nullable CloseReason unusable;
    private volatile @Nullable CloseReason dead;
    private volatile @Nullable Duration idleLimit;
    private volatile @Nullable CloseReason closed;
    private volatile boolean cancelled;
    private volatile int probes;
    private volatile @Nullable Semaphore probeGate;

    public FakeConnection(int number) {
        this.number = number;
    }

    /** From now on says, when given back, that it must not be used again. */
    public void becomeUnusable(CloseReason reason) {
        unusable = reason;
    }

    /** From now on a look at it finds it dead. */
    public void die(CloseReason reason) {
        dead = reason;
    }

    /** From now on its peer says how long it will keep it. */
    public void setIdleLimit(Duration limit) {
        idleLimit = limit;
    }

    /** From now on a look at it waits for a permit of this gate. */
    public void waitWhenProbed(Semaphore gate) {
        probeGate = gate;
    }

    /** Why it was closed, or null if it was not. */
    public @Nullable CloseReason closedFor() {
        return closed;
    }

    public boolean isCancelled() {
        return cancelled;
    }

    public int probes() {
        return probes;
    }

    @Override
    public @Nullable CloseReason unusable() {
        return unusable;
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // the pool asks one at a time
    public @Nullable CloseReason probe() {
        probes++;
        Semaphore gate = probeGate;
        if (gate != null) {
            gate.acquireUninterruptibly();
        }
        return dead;
    }

    @Override
    public @Nullable CloseReason glance() {
        return dead == CloseReason.SURPLUS_BYTES ? dead : null;
    }

    @Override
    public @Nullable Duration idleLimit() {
        return idleLimit;
    }

    @Override
    public void close(CloseReason reason) {
        if (closed != null) {
            throw new IllegalStateException(this + " was closed twice, for " + closed + " and " + reason);
        }
        closed = reason;
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    @Override
    public String toString() {
        return "connection " + number;
    }
}
