// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** A connection is opened. Confined to one thread. */
@Name("io.github.pooledclient.ConnectionOpened")
@Label("Connection opened")
@Description("A connection was opened, or could not be: look-up, connect and TLS")
@Category({"HTTP", "Connection pool"})
@SuppressWarnings("unused") // fields are read by the recorder
final class ConnectionOpenedEvent extends Event implements FlightRecord.Open {

    @Label("Host")
    private final String host;

    @Label("Remote Address")
    private @Nullable String remoteAddress;

    @Label("Failure")
    private @Nullable String failure;

    ConnectionOpenedEvent(String host) {
        this.host = host;
        begin();
    }

    @Override
    public void end(@Nullable String address, @Nullable Throwable cause) {
        end();
        if (shouldCommit()) {
            remoteAddress = address;
            failure = cause == null ? null : cause.toString();
            commit();
        }
    }
}
