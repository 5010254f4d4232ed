// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import io.github.pooledclient.testing.Interleavings;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock in the place of one of the pool's, at which another thread may go on: before it is taken, in it, and after it. It
 * knows the rules of docs/concurrency.md: nobody holds two, and nobody calls out of the pool with one held.
 */
final class SteppedLock extends ReentrantLock {

    private static final long serialVersionUID = 1;
    // Who has one, of the threads of a scenario: one of them runs at a time.
    private static final ThreadLocal<SteppedLock> HELD = new ThreadLocal<>();

    /** Replaces the locks of a pool, and of the hosts that it has by now. */
    static void replaceIn(ConnectionPool<?, ?> pool) {
        replace(pool);
        TotalLimits<?, ?> totals = pool.totals();
        if (totals != null) {
            replace(totals);
        }
        ((Map<?, ?>) get(pool, "hosts")).values().forEach(SteppedLock::replaceInHost);
    }

    private static void replaceInHost(Object host) {
        set(get(host, "opener"), "lock", replace(host));
    }

    private static Object replace(Object in) {
        if (!(get(in, "lock") instanceof SteppedLock)) {
            set(in, "lock", new SteppedLock());
        }
        return get(in, "lock");
    }

    private static Object get(Object of, String name) {
        try {
            return field(of, name).get(of);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the pool has another form than this test knows", e);
        }
    }

    private static void set(Object of, String name, Object value) {
        try {
            field(of, name).set(of, value);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the pool has another form than this test knows", e);
        }
    }

    private static Field field(Object of, String name) throws ReflectiveOperationException {
        Field field = of.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }

    static boolean isHeld() {
        return HELD.get() != null;
    }

    @Override
    public void lock() {
        if (HELD.get() != null) {
            throw new AssertionError("a second lock, with one held");
        }
        Interleavings.point("lock");
        while (!tryLock()) {
            Interleavings.pointOfWaiting("locked");
        }
        HELD.set(this);
    }

    @Override
    public void unlock() {
        HELD.remove();
        super.unlock();
        Interleavings.point("unlock");
    }
}
