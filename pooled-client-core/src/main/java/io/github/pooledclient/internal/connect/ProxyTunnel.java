// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.connect;

import io.github.pooledclient.RequestState;
import io.github.pooledclient.internal.http.ExchangeLimits;
import io.github.pooledclient.internal.http.Failures;
import io.github.pooledclient.internal.http.RequestHead;
import io.github.pooledclient.internal.http.ResponseHead;
import io.github.pooledclient.internal.http.TunnelRefusedException;
import io.github.pooledclient.internal.http1.Http1Connection;
import io.github.pooledclient.transport.HttpProxy;
import io.github.pooledclient.transport.Origin;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpTimeoutException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Asks a proxy for a tunnel (RFC 9110, 9.3.6), with HTTP/1.1: the reason that this floor stands above the codecs. */
final class ProxyTunnel {

    private ProxyTunnel() {}

    /**
     * Turns a connection to a proxy into a tunnel to an origin.
     *
     * @param authorization what the proxy is told; null = nothing
     * @throws TunnelRefusedException if the proxy refuses
     * @throws IOException if it says more than that it agrees: what the origin has to say comes through TLS
     */
    static void open(
            Http1Connection connection,
            HttpProxy proxy,
            Origin origin,
            @Nullable String authorization,
            ExchangeLimits limits)
            throws IOException {
        ResponseHead answer;
        try {
            answer = connection.connect(request(origin, authorization), limits);
        } catch (HttpTimeoutException | InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            // However far CONNECT came: of the request itself, nothing was sent.
            throw Failures.io(
                    RequestState.NOT_SENT,
                    "the proxy " + proxy + " opened no tunnel to " + origin.hostAndPort() + ": " + e.getMessage(),
                    e);
        }
        if (answer.statusCode() / 100 != 2) {
            throw new TunnelRefusedException(
                    "the proxy " + proxy + " refused a tunnel to " + origin.hostAndPort() + " with status "
                            + answer.statusCode(),
                    answer);
        }
    }

    private static RequestHead request(Origin origin, @Nullable String authorization) {
        String target = origin.hostAndPort();
        HttpHeaders host = HttpHeaders.of(Map.of("Host", List.of(target)), (name, value) -> true);
        RequestHead head = new RequestHead("CONNECT", origin, target, host, RequestHead.USER_AGENT, false);
        return authorization == null ? head : head.with("Proxy-Authorization", authorization);
    }
}
