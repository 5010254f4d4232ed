// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.internal.pool.Tether;
import java.lang.ref.WeakReference;

/**
 * What the client keeps of a body that its user got before its end: the content, and no way to what the user has. Otherwise
 * it could not see that nobody has it any more.
 */
final class HandedOver extends Tether implements Lifecycle.Interruptible {

    private final CallContent content;
    private final WeakReference<Lifecycle.Interruptible> user;

    HandedOver(CallContent content, Lifecycle.Interruptible user) {
        super(user);
        this.content = content;
        this.user = new WeakReference<>(user);
    }

    /** The call was cancelled; if its user is gone, {@link #lost} will follow. */
    @Override
    public void interrupt() {
        Lifecycle.Interruptible waiting = user.get();
        if (waiting != null) {
            waiting.interrupt();
        }
    }

    @Override
    protected void lost() {
        content.lost();
    }
}
