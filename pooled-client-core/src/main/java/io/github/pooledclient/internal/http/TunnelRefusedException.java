// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http;

import io.github.pooledclient.ExchangeFailure;
import io.github.pooledclient.RequestState;
import java.io.IOException;

/** A proxy answered CONNECT, but did not open a tunnel. Its answer is for us to read, never for the caller (RFC 9110, 9.3.6). */
public final class TunnelRefusedException extends IOException implements ExchangeFailure {

    private static final long serialVersionUID = 1L;

    private final transient ResponseHead answer;

    public TunnelRefusedException(String message, ResponseHead answer) {
        super(message);
        this.answer = answer;
    }

    /** What the proxy said. */
    public ResponseHead answer() {
        return answer;
    }

    @Override
    public RequestState requestState() {
        return RequestState.NOT_SENT;
    }
}
