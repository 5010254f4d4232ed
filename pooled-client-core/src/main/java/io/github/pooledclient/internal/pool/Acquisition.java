// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import io.github.pooledclient.transport.Deadline;
import org.jspecify.annotations.Nullable;

/**
 * How a connection is wanted.
 *
 * @param deadline by when, besides the acquire timeout of the pool
 * @param connectTimeoutNanos how long opening one may take; 0 = no limit of its own
 * @param fresh whether only a new one will do: for the second try after a stale one
 * @param replayable whether a stale one would do no harm, so that one that was in use a moment ago need not be looked at
 * @param owner on whose behalf, for {@link ConnectionPool#cancel}; null if nobody's in particular
 * @param wantedAt for leak detection, the stack of who wants it if that is another thread; else null
 */
public record Acquisition(
        Deadline deadline,
        long connectTimeoutNanos,
        boolean fresh,
        boolean replayable,
        @Nullable Object owner,
        @Nullable Throwable wantedAt) {

    static final Acquisition PLAIN = new Acquisition(Deadline.never(), 0, false, true, null);

    public Acquisition(
            Deadline deadline, long connectTimeoutNanos, boolean fresh, boolean replayable, @Nullable Object owner) {
        this(deadline, connectTimeoutNanos, fresh, replayable, owner, null);
    }

    static Acquisition before(Deadline deadline) {
        return new Acquisition(deadline, 0, false, true, null);
    }
}
