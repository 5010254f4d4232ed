// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.Lease;
import io.github.pooledclient.pool.Poolable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** A lease that a {@link HostPool} gave. Safe for use by several threads: the first to end it ends it. */
final class HeldLease<C extends Poolable> implements Lease<C> {

    private static final VarHandle ENDED;

    static {
        try {
            ENDED = MethodHandles.lookup().findVarHandle(HeldLease.class, "ended", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final HostPool<?, C> host;
    private final PooledConnection<C> pooled;
    private final boolean reused;

    @SuppressWarnings("unused") // through ENDED
    private volatile boolean ended;

    HeldLease(HostPool<?, C> host, PooledConnection<C> pooled, boolean reused) {
        this.host = host;
        this.pooled = pooled;
        this.reused = reused;
    }

    @Override
    public C connection() {
        return pooled.connection;
    }

    @Override
    public boolean isReused() {
        return reused;
    }

    /** When the connection was opened, on the pool's clock. */
    long openedAt() {
        return pooled.openedAt;
    }

    @Override
    public void close() {
        end(null);
    }

    @Override
    public void discard(CloseReason reason) {
        end(reason);
    }

    private void end(@Nullable CloseReason discard) {
        if (ENDED.compareAndSet(this, false, true)) {
            host.takeBack(pooled, discard);
        }
    }
}
