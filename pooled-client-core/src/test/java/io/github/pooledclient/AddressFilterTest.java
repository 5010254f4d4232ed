// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.fetch;
import static io.github.pooledclient.EndToEnd.totals;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.internal.net.ChannelConnector;
import io.github.pooledclient.internal.time.DeadlineWatchdog;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.transport.AddressRefusedException;
import io.github.pooledclient.transport.Connector;
import io.github.pooledclient.transport.Route;
import io.github.pooledclient.transport.Ticker;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class AddressFilterTest {

    @Test
    void refusedAddressIsNotConnectedTo() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("")));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .addressFilter(address -> false)
                        .build()) {
            assertThatThrownBy(() -> fetch(client, server))
                    .isInstanceOfSatisfying(
                            AddressRefusedException.class,
                            e -> assertThat(e.host()).isEqualTo("localhost"))
                    .hasMessageContaining("no connection to http://localhost:" + server.port()
                            + ": the address filter refuses 127.0.0.1")
                    .satisfies(e -> assertThat(RequestState.of(e)).isEqualTo(RequestState.NOT_SENT));

            assertThat(server.accepted()).isZero();
            assertThat(totals(client).connectFailures()).isEqualTo(1);
            assertThat(totals(client).connecting()).isZero();
        }
    }

    @Test
    void sendAsyncFailsInTheSameWay() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("")));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .addressFilter(address -> false)
                        .build()) {
            assertThatThrownBy(() -> client.sendAsync(EndToEnd.get(server), BodyHandlers.discarding())
                            .get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(AddressRefusedException.class);
        }
    }

    @Test
    void filterIsAskedForAddressAndPortWhenAConnectionIsOpened() throws Exception {
        List<InetSocketAddress> asked = new CopyOnWriteArrayList<>();
        try (ScriptedServer server = ScriptedServer.start(always(ok("")));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .addressFilter(address -> asked.add(address))
                        .build()) {
            fetch(client, server);
            int byTheFirst = asked.size();
            fetch(client, server);

            assertThat(asked).hasSize(byTheFirst).allSatisfy(address -> {
                assertThat(address.getPort()).isEqualTo(server.port());
                assertThat(address.getAddress().isLoopbackAddress()).isTrue();
            });
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @Test
    void viewWithAFilterGetsNoConnectionToAnAddressThatItRefuses() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            PooledHttpClient view =
                    client.toBuilder().addressFilter(address -> false).build();
            fetch(client, server);

            assertThatThrownBy(() -> fetch(view, server)).isInstanceOf(AddressRefusedException.class);

            assertThat(totals(client).idle()).isEqualTo(1);
        }
    }

    @Test
    void viewsWithEqualFiltersShareConnections() throws Exception {
        Predicate<InetSocketAddress> all = address -> true;
        try (ScriptedServer server = ScriptedServer.start(always(ok("")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            PooledHttpClient one = client.toBuilder().addressFilter(all).build();

            fetch(one, server);
            fetch(client.toBuilder().addressFilter(all).build(), server);
            fetch(one.toBuilder().build(), server);

            assertThat(one.addressFilter()).contains(all);
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @Test
    void redirectIsFilteredToo() throws Exception {
        try (ScriptedServer inside = ScriptedServer.start(always(ok("secret")));
                ScriptedServer outside = ScriptedServer.start(always(
                        "HTTP/1.1 302 Found\r\nLocation: " + inside.uri("/") + "\r\nContent-Length: 0\r\n\r\n"));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .followRedirects(Redirect.ALWAYS)
                        .addressFilter(address -> address.getPort() != inside.port())
                        .build()) {
            assertThatThrownBy(() -> fetch(client, outside)).isInstanceOf(AddressRefusedException.class);

            assertThat(inside.accepted()).isZero();
        }
    }

    @Test
    void proxyIsNotAskedForWhatIsRefused() throws Exception {
        try (ScriptedServer proxy = ScriptedServer.start(always(ok("by the proxy")))) {
            List<String> answers = new ArrayList<>();
            try (PooledHttpClient client = PooledHttpClient.newBuilder()
                    .proxy(ProxySelector.of(new InetSocketAddress("localhost", proxy.port())))
                    .addressFilter(
                            address -> !address.getAddress().getHostAddress().equals("127.0.0.2"))
                    .build()) {
                answers.add(client.send(EndToEnd.get(URI.create("http://127.0.0.3:1/")), BodyHandlers.ofString())
                        .body());

                assertThatThrownBy(() ->
                                client.send(EndToEnd.get(URI.create("http://127.0.0.2:1/")), BodyHandlers.ofString()))
                        .isInstanceOf(AddressRefusedException.class);
            }
            assertThat(answers).containsExactly("by the proxy");
            assertThat(proxy.requests()).hasSize(1);
        }
    }

    @Test
    void connectorThatKnowsNothingOfFiltersIsCheckedAfterwards() throws Exception {
        Connector tcp = new ChannelConnector(Ticker.system(), DeadlineWatchdog.shared(), null);
        try (ScriptedServer server = ScriptedServer.start(always(ok("")));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .connector((route, deadline) -> tcp.connect(Route.direct(route.origin(), null), deadline))
                        .addressFilter(address -> false)
                        .build()) {
            assertThatThrownBy(() -> fetch(client, server)).isInstanceOf(AddressRefusedException.class);

            assertThat(server.requests()).isEmpty();
            assertThat(server.awaitNoneOpen(EndToEnd.PATIENCE)).isTrue();
        }
    }
}
