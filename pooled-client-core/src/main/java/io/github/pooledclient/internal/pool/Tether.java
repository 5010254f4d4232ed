// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import java.lang.ref.PhantomReference;

/**
 * What ties a lease to the object that its user holds: when that can be reached by nobody any more, and so will never end
 * the lease, the reaper's thread is told.
 *
 * <p>A phantom reference and not a weak one: a finalizer of the user's may still end the lease as it should.
 */
public abstract class Tether extends PhantomReference<Object> {

    /**
     * @param held must not be reachable from this, nor from anything that lives as long as the client
     */
    protected Tether(Object held) {
        super(held, Reaper.shared().unreachable());
    }

    /** Watches from now on, until {@link #release} or {@link #lost}. */
    public final void watch() {
        Reaper.shared().watch(this);
    }

    /** It is not to be told any more; its lease has ended. Calling it again has no effect. */
    public final void release() {
        clear();
        Reaper.shared().forget(this);
    }

    /** Nobody has the object any more: ends the lease, and waits for nothing. Called at most once. */
    protected abstract void lost();
}
