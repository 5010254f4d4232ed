// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.Origin;
import io.github.pooledclient.transport.Ticker;
import java.net.http.HttpConnectTimeoutException;

/** To where, and until when: what the phases of opening a connection share. */
record ConnectAttempt(Origin origin, Deadline deadline, Ticker ticker, long sinceNanos) {

    static ConnectAttempt begin(Origin origin, Deadline deadline, Ticker ticker) {
        return new ConnectAttempt(origin, deadline, ticker, ticker.nanos());
    }

    long remainingNanos() {
        return deadline.remainingNanos(ticker.nanos());
    }

    /** The deadline passed in a phase: {@code still connecting to 10.0.0.1:443}. */
    HttpConnectTimeoutException timedOutIn(String phase) {
        return new HttpConnectTimeoutException("no connection to " + origin + " within "
                + Nanos.readable(deadline.remainingNanos(sinceNanos)) + ": " + phase);
    }
}
