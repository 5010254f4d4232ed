// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http;

import io.github.pooledclient.pool.Poolable;
import java.util.Map;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** A connection that carries exchanges, whatever version of HTTP it speaks. */
public interface HttpConnection extends Poolable {

    /**
     * Begins an exchange; for HTTP/1.1 the one before must have ended. The exchange is confined to the thread that runs
     * it, but for {@link Exchange#cancel()}.
     *
     * @param limits when it must have ended, and how long the peer may be silent
     */
    Exchange begin(ExchangeLimits limits);

    /** The TLS session, or null on a plain connection. */
    @Nullable
    SSLSession tlsSession();

    @Override
    Map<String, String> details();
}
