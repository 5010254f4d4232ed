// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The thread that works for a call, for as long as it does: an interrupt must not reach what it does next. Safe for use by
 * several threads.
 */
final class WorkingThread implements Lifecycle.Interruptible {

    private final AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
    private volatile boolean interrupted;

    /** The calling thread is it from now on; the one before has left. */
    void enter() {
        thread.set(Thread.currentThread());
    }

    /** The calling thread is it no more. */
    void leave() {
        // Waits for an interrupt under way, so that it does not hit the next task of this thread.
        Thread mine = Thread.currentThread();
        while (!thread.compareAndSet(mine, null)) {
            Thread.onSpinWait();
        }
        Thread.interrupted();
    }

    @Override
    public void interrupt() {
        interrupted = true;
        Thread running = thread.getAndSet(null);
        if (running != null) {
            running.interrupt();
            thread.set(running);
        }
    }

    /** Whether it was interrupted, be it before there was a thread. */
    boolean isInterrupted() {
        return interrupted;
    }
}
