// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** A caller waits for a connection, or opens one. Confined to one thread. */
@Name("io.github.pooledclient.Acquire")
@Label("Acquire")
@Description("A caller got a connection from the pool, or failed to")
@Category({"HTTP", "Connection pool"})
@Threshold("1 ms")
@SuppressWarnings("unused") // fields are read by the recorder
final class AcquireEvent extends Event implements FlightRecord.Acquire {

    @Label("Host")
    private final String host;

    @Label("Reused")
    private boolean reused;

    @Label("Failure")
    private @Nullable String failure;

    AcquireEvent(String host) {
        this.host = host;
        begin();
    }

    @Override
    public void end(boolean isReused, @Nullable Throwable cause) {
        end();
        if (shouldCommit()) {
            reused = isReused;
            failure = cause == null ? null : cause.toString();
            commit();
        }
    }
}
