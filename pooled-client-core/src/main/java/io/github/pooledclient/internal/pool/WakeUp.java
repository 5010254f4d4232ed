// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Threads to be woken, found under a lock and woken after it. Immutable. */
record WakeUp(Thread thread, @Nullable WakeUp next) {

    /** Wakes all of them. Not to be called under a lock. */
    static void all(@Nullable WakeUp first) {
        for (WakeUp wakeUp = first; wakeUp != null; wakeUp = wakeUp.next) {
            LockSupport.unpark(wakeUp.thread);
        }
    }
}
