// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** A request is sent, and the head of its response received. Confined to one thread. */
@Name("io.github.pooledclient.Exchange")
@Label("Exchange")
@Description("A request was sent and the head of its response received, or the exchange failed before")
@Category({"HTTP", "Connection pool"})
@Threshold("20 ms")
@SuppressWarnings("unused") // fields are read by the recorder
final class ExchangeEvent extends Event implements FlightRecord.Exchange {

    @Label("Host")
    private final String host;

    @Label("Method")
    private final String method;

    @Label("Path")
    private final String path;

    @Label("Reused")
    private final boolean reused;

    @Label("Status")
    private int status;

    @Label("Failure")
    private @Nullable String failure;

    ExchangeEvent(String host, String method, String target, boolean reused) {
        this.host = host;
        this.method = method;
        // Queries may hold what is not for a recording.
        int query = target.indexOf('?');
        this.path = query < 0 ? target : target.substring(0, query);
        this.reused = reused;
        begin();
    }

    @Override
    public void end(int received, @Nullable Throwable cause) {
        end();
        if (shouldCommit()) {
            status = received;
            failure = cause == null ? null : cause.toString();
            commit();
        }
    }
}
