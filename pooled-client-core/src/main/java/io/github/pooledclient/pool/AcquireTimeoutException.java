// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.pool;

import io.github.pooledclient.ExchangeFailure;
import io.github.pooledclient.RequestState;
import java.io.Serial;
import java.net.http.HttpConnectTimeoutException;

/**
 * No connection came free in time. The message says who holds how many for how long; {@link #host()} has the figures.
 */
public final class AcquireTimeoutException extends HttpConnectTimeoutException implements ExchangeFailure {

    @Serial
    private static final long serialVersionUID = 1L;

    private final transient HostSnapshot host;

    public AcquireTimeoutException(String message, HostSnapshot host) {
        super(message);
        this.host = host;
    }

    /** The host's pool when the wait ended; not serialised. */
    public HostSnapshot host() {
        return host;
    }

    /** Always {@link RequestState#NOT_SENT}. */
    @Override
    public RequestState requestState() {
        return RequestState.NOT_SENT;
    }
}
