// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.transport;

import io.github.pooledclient.ExchangeFailure;
import io.github.pooledclient.RequestState;
import java.io.Serial;
import java.net.ConnectException;

/** A host has no address that the {@linkplain Route#allows(java.net.InetSocketAddress) address filter} lets through. */
public final class AddressRefusedException extends ConnectException implements ExchangeFailure {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String host;

    /**
     * @param host the name or address that was to be connected to, as in {@link Origin#host()}
     */
    public AddressRefusedException(String host, String message) {
        super(message);
        this.host = host;
    }

    /** The name or address that was to be connected to, without brackets. */
    public String host() {
        return host;
    }

    /** Always {@link RequestState#NOT_SENT}. */
    @Override
    public RequestState requestState() {
        return RequestState.NOT_SENT;
    }
}
