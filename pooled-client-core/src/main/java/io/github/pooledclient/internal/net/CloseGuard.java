// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import io.github.pooledclient.internal.threads.Threads;
import io.github.pooledclient.internal.time.DeadlineWatchdog;
import io.github.pooledclient.internal.time.Guard;
import java.io.Closeable;
import java.nio.channels.Channel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What closes one target if it is not disarmed in time. */
final class CloseGuard extends Guard {

    private static final Logger LOG = LoggerFactory.getLogger(CloseGuard.class);

    private final Closeable target;

    private CloseGuard(DeadlineWatchdog watchdog, Closeable target) {
        super(watchdog);
        this.target = target;
    }

    /** A guard that is watched, to be {@linkplain #release() released}. */
    static CloseGuard of(Closeable target, DeadlineWatchdog watchdog) {
        CloseGuard guard = new CloseGuard(watchdog, target);
        guard.watch();
        return guard;
    }

    @Override
    protected void overdue() {
        // Closing a channel takes some 10 µs and waits for nobody; what somebody else's close does is unknown.
        if (target instanceof Channel || target instanceof ChannelTransport) {
            close();
        } else {
            Threads.start(this::close);
        }
    }

    private void close() {
        try {
            target.close();
        } catch (Exception e) {
            LOG.debug("Closing an overdue connection failed", e);
        }
    }
}
