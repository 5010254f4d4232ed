// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.fetch;
import static io.github.pooledclient.EndToEnd.get;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.pooledclient.pool.PoolListener;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.transport.Origin;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ViewTest {

    @Test
    void viewSharesConnections() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            PooledHttpClient view = client.toBuilder().build();

            fetch(client, server);
            fetch(view, server);

            assertThat(server.accepted()).isEqualTo(1);
            assertThat(view.snapshot().hosts()).isEqualTo(client.snapshot().hosts());
            assertThat(view.sharesPoolWith(client)).isTrue();
        }
    }

    @Test
    void viewHasTimeoutsOfItsOwn() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(Peer::stall);
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            PooledHttpClient view =
                    client.toBuilder().readTimeout(Duration.ofMillis(50)).build();

            assertThatThrownBy(() -> fetch(view, server)).isInstanceOf(HttpTimeoutException.class);

            assertThat(client.readTimeout()).isEqualTo(Duration.ofSeconds(30));
        }
    }

    @Test
    void closingAViewEndsOnlyTheView() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("still there")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            PooledHttpClient view = client.toBuilder().build();
            fetch(view, server);

            view.close();

            assertThatThrownBy(() -> fetch(view, server)).isInstanceOf(IOException.class);
            assertThat(fetch(client, server)).isEqualTo("still there");
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @Test
    void callsOfAViewFailOnceItsPoolIsClosed() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("")))) {
            PooledHttpClient client = PooledHttpClient.newHttpClient();
            PooledHttpClient view = client.toBuilder().build();

            client.close();

            assertThatThrownBy(() -> fetch(view, server))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("the pool is closed");
        }
    }

    @Test
    void whatBelongsToThePoolIsRefusedOnAView() {
        try (PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            PooledHttpClient.Builder view = client.toBuilder();

            for (Runnable setting : List.<Runnable>of(
                    () -> view.pool(PoolSettings.defaults()),
                    () -> view.listener(new PoolListener() {}),
                    () -> view.connector((route, deadline) -> {
                        throw new IOException("never");
                    }),
                    () -> view.localAddress(null))) {
                assertThatThrownBy(setting::run)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("is a matter of the pool");
            }
        }
    }

    @Test
    void localAddressIsSetThroughTheInterfaceOfTheJdk() throws Exception {
        Method setter = Stream.of(HttpClient.Builder.class.getMethods())
                .filter(method -> method.getName().equals("localAddress"))
                .findFirst()
                .orElse(null);
        assumeThat(setter).as("localAddress came with JDK 19").isNotNull();
        try (ScriptedServer server = ScriptedServer.start(always(ok("")))) {
            HttpClient.Builder builder = PooledHttpClient.newBuilder();

            setter.invoke(builder, InetAddress.getByName("127.0.0.9"));

            HttpClient client = builder.build();
            try (PooledHttpClient ours = (PooledHttpClient) client) {
                client.send(get(server), BodyHandlers.discarding());
                assertThat(ours.connections(Origin.of(server.uri("/"))))
                        .singleElement()
                        .satisfies(
                                c -> assertThat(c.details().get("localAddress")).contains("127.0.0.9"));
            }
        }
    }

    @Test
    void builderRefusesWhatIsOutOfRange() {
        PooledHttpClient.Builder builder = PooledHttpClient.newBuilder();

        assertThatThrownBy(() -> builder.connectTimeout(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("connectTimeout must be positive: PT0S");
        assertThatThrownBy(() -> builder.readTimeout(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("readTimeout must not be negative: PT-1S");
        assertThatThrownBy(() -> builder.priority(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PoolSettings.builder().maxConnectionsPerHost(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxConnectionsPerHost must be at least 1: 0");
        assertThatThrownBy(() -> PoolSettings.builder().host("https://a.example/path", PoolSettings.defaults()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("host pattern must be an origin");
    }
}
