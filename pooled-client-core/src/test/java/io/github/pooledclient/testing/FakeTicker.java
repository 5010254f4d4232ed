// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import io.github.pooledclient.transport.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until it is told otherwise. Safe for use by several threads. */
public final class FakeTicker implements Ticker {

    // Not zero: code that takes a stamp of zero for "never" should fail here, and so should one that compares stamps by
    // <.
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L);

    @Override
    public long nanos() {
        return now.get();
    }

    public void advance(Duration duration) {
        now.addAndGet(duration.toNanos());
    }
}
