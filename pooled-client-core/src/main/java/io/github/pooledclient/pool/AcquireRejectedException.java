// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.pool;

import io.github.pooledclient.ExchangeFailure;
import io.github.pooledclient.RequestState;
import java.io.IOException;
import java.io.Serial;

/** A caller was refused at once: as many as may wait for the host already do, or the pool is closed. */
public final class AcquireRejectedException extends IOException implements ExchangeFailure {

    @Serial
    private static final long serialVersionUID = 1L;

    public AcquireRejectedException(String message) {
        super(message);
    }

    /** Always {@link RequestState#NOT_SENT}. */
    @Override
    public RequestState requestState() {
        return RequestState.NOT_SENT;
    }
}
