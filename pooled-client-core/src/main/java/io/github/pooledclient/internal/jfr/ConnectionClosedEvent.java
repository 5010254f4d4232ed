// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A connection was closed. Confined to one thread. */
@Name("io.github.pooledclient.ConnectionClosed")
@Label("Connection closed")
@Description("A connection was closed")
@Category({"HTTP", "Connection pool"})
@StackTrace(false)
@SuppressWarnings("unused") // fields are read by the recorder
final class ConnectionClosedEvent extends Event {

    @Label("Host")
    private final String host;

    @Label("Reason")
    private final String reason;

    @Label("Age")
    @Timespan(Timespan.NANOSECONDS)
    private final long age;

    ConnectionClosedEvent(String host, String reason, long ageNanos) {
        this.host = host;
        this.reason = reason;
        this.age = ageNanos;
    }
}
