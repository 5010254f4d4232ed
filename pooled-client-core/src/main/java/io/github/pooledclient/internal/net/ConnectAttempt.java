// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import io.github.pooledclient.internal.time.Elapsed;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.Route;
import io.github.pooledclient.transport.Ticker;
import java.net.http.HttpConnectTimeoutException;

/** To where, and until when: what the phases of opening a connection share. */
record ConnectAttempt(Route route, Deadline deadline, Ticker ticker, long sinceNanos) {

    static ConnectAttempt begin(Route route, Deadline deadline, Ticker ticker) {
        return new ConnectAttempt(route, deadline, ticker, ticker.nanos());
    }

    long remainingNanos() {
        return deadline.remainingNanos(ticker.nanos());
    }

    /** The deadline passed in a phase: {@code still connecting to 10.0.0.1:443}. */
    HttpConnectTimeoutException timedOutIn(String phase) {
        return new HttpConnectTimeoutException("no connection to " + route + " within "
                + Elapsed.text(deadline.remainingNanos(sinceNanos)) + ": " + phase);
    }
}
