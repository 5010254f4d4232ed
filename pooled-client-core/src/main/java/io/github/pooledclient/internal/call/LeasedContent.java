// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.internal.http.Exchange;
import io.github.pooledclient.internal.http.HttpConnection;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.Lease;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The content of a response as it comes from its exchange, and the lease that ends with it. */
record LeasedContent(Exchange exchange, Lease<HttpConnection> lease) implements ResponseContent {

    @Override
    public int read(ByteBuffer into) throws IOException {
        return exchange.read(into);
    }

    @Override
    public long remaining() {
        return exchange.remaining();
    }

    @Override
    public int available() {
        return exchange.available();
    }

    @Override
    public void close() {
        try {
            exchange.end();
        } finally {
            lease.close();
        }
    }

    @Override
    public void lost() {
        try {
            exchange.cancel();
            exchange.end();
        } finally {
            lease.discard(CloseReason.LEAKED);
        }
    }

    @Override
    public void cancel() {
        exchange.cancel();
    }
}
