// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A thread that opens a connection, and can be stopped from outside. Its place in a chain is guarded by the chain's lock. */
final class Opening extends Chain.Link<Opening> {

    private enum State {
        RUNNING,
        BEING_CANCELLED,
        CANCELLED,
        DONE
    }

    final @Nullable Object owner;
    private final Thread thread = Thread.currentThread();
    private final AtomicReference<State> state = new AtomicReference<>(State.RUNNING);

    Opening(@Nullable Object owner) {
        this.owner = owner;
    }

    /** Interrupts the thread if it is still opening, and never afterwards. */
    void cancel() {
        if (state.compareAndSet(State.RUNNING, State.BEING_CANCELLED)) {
            thread.interrupt();
            state.set(State.CANCELLED);
        }
    }

    /**
     * Says, on the thread itself, that it has done.
     *
     * @return whether it was cancelled; the interrupt that did it is then taken back
     */
    boolean end() {
        if (state.compareAndSet(State.RUNNING, State.DONE)) {
            return false;
        }
        // The other thread is between two statements.
        while (state.get() != State.CANCELLED) {
            Thread.onSpinWait();
        }
        Thread.interrupted();
        return true;
    }
}
