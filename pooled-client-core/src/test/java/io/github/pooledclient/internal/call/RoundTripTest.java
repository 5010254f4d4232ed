// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.MessageLimits;
import io.github.pooledclient.RequestState;
import io.github.pooledclient.internal.http.Exchange;
import io.github.pooledclient.internal.http.ExchangeLimits;
import io.github.pooledclient.internal.http.HttpConnection;
import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.internal.http.RequestHead;
import io.github.pooledclient.internal.http.ResponseHead;
import io.github.pooledclient.internal.pool.ConnectionPool;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.transport.Route;
import io.github.pooledclient.transport.Ticker;
import io.github.pooledclient.transport.TlsIdentity;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RoundTripTest {

    @Test
    void callIsCancelledWhoseExchangeBeginsWhileAllAreCancelled() throws Exception {
        Lifecycle lifecycle = new Lifecycle(new Object(), () -> {});
        Connection connection = new Connection();
        ConnectionPool<Route, HttpConnection> pool = new ConnectionPool<>(
                PoolSettings.defaults(),
                (route, deadline) -> connection,
                Route::toString,
                route -> PoolSettings.defaults());
        // Found in the pool a moment too early: there is no exchange yet.
        connection.beforeItBegins = () -> lifecycle.cancelAll(() -> pool.cancel(lifecycle.token()));
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://localhost/")).build();

        assertThatThrownBy(() -> new Call<>(settings(pool, lifecycle), request, BodyHandlers.discarding()).run())
                .isInstanceOf(IOException.class)
                .satisfies(e -> assertThat(RequestState.of(e)).isEqualTo(RequestState.NOT_SENT));

        assertThat(connection.sent).isFalse();
        assertThat(connection.ended).isTrue();
        assertThat(pool.snapshot().totals().active()).isZero();
    }

    private static CallSettings settings(ConnectionPool<Route, HttpConnection> pool, Lifecycle lifecycle)
            throws Exception {
        SSLContext context = SSLContext.getDefault();
        TlsIdentity tls = new TlsIdentity(context, context.getDefaultSSLParameters());
        return new CallSettings(
                pool,
                new RoutePlanner(HttpClient.Builder.NO_PROXY, tls, null, null),
                lifecycle,
                Ticker.system(),
                0,
                0,
                HttpClient.Redirect.NEVER,
                false,
                MessageLimits.defaults(),
                null,
                null,
                null,
                null,
                Map.of());
    }

    /** A connection to nobody, and its one exchange. */
    private static final class Connection implements HttpConnection, Exchange {

        private Runnable beforeItBegins = () -> {};
        private boolean sent;
        private boolean ended;

        @Override
        public Exchange begin(ExchangeLimits limits) {
            beforeItBegins.run();
            return this;
        }

        @Override
        public ResponseHead send(RequestHead head, RequestContent content) throws IOException {
            sent = true;
            throw new IOException("nobody is there");
        }

        @Override
        public long remaining() {
            return -1;
        }

        @Override
        public int available() {
            return 0;
        }

        @Override
        public int read(ByteBuffer into) {
            return -1;
        }

        @Override
        public RequestState progress() {
            return RequestState.NOT_SENT;
        }

        @Override
        public void end() {
            ended = true;
        }

        @Override
        public void cancel() {}

        @Override
        public @Nullable SSLSession tlsSession() {
            return null;
        }

        @Override
        public Map<String, String> details() {
            return Map.of();
        }

        @Override
        public @Nullable CloseReason unusable() {
            return null;
        }

        @Override
        public @Nullable CloseReason probe() {
            return null;
        }

        @Override
        public void close(CloseReason reason) {}
    }
}
