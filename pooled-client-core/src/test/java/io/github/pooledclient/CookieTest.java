// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.testing.ScriptedServer;
import java.io.IOException;
import java.net.CookieHandler;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CookieTest {

    private static final String SETS_COOKIE =
            "HTTP/1.1 200 OK\r\nSet-Cookie: id=1; Path=/\r\nContent-Length: 0\r\n\r\n";

    private static final String REDIRECTS =
            "HTTP/1.1 302 Found\r\nLocation: /next\r\nSet-Cookie: id=1; Path=/\r\nContent-Length: 0\r\n\r\n";

    @Test
    void cookieThatCameIsSentWithTheNextRequest() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(SETS_COOKIE));
                PooledHttpClient client = client(new CookieManager())) {
            HttpRequest request = HttpRequest.newBuilder(server.uri("/")).build();

            client.send(request, BodyHandlers.discarding());
            client.send(request, BodyHandlers.discarding());

            assertThat(server.requests()).extracting(r -> r.field("Cookie")).containsExactly(null, "id=1");
        }
    }

    @Test
    void callersCookiesAreSentInTheSameField() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(SETS_COOKIE));
                PooledHttpClient client = client(new CookieManager())) {
            client.send(HttpRequest.newBuilder(server.uri("/")).build(), BodyHandlers.discarding());

            client.send(
                    HttpRequest.newBuilder(server.uri("/"))
                            .header("Cookie", "own=2")
                            .build(),
                    BodyHandlers.discarding());

            assertThat(server.requests().get(1).field("Cookie")).isEqualTo("own=2; id=1");
        }
    }

    @Test
    void cookieOfARedirectIsSentToItsTarget() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send(REDIRECTS);
                    peer.readRequest();
                    peer.send(ok("there"));
                });
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .cookieHandler(new CookieManager())
                        .followRedirects(Redirect.NORMAL)
                        .build()) {
            client.send(HttpRequest.newBuilder(server.uri("/")).build(), BodyHandlers.discarding());

            assertThat(server.requests().get(1).field("Cookie")).isEqualTo("id=1");
        }
    }

    private enum Broken {
        GET(RequestState.NOT_SENT),
        PUT(RequestState.RESPONSE_STARTED);

        private final RequestState state;

        Broken(RequestState state) {
            this.state = state;
        }
    }

    @ParameterizedTest
    @CsvSource({"GET, true", "GET, false", "PUT, true", "PUT, false"})
    void handlerThatFailsCostsNoConnection(Broken method, boolean isIo) throws Exception {
        CookieHandler broken = new CookieHandler() {
            @Override
            public Map<String, List<String>> get(URI uri, Map<String, List<String>> fields) throws IOException {
                return failIn(Broken.GET);
            }

            @Override
            public void put(URI uri, Map<String, List<String>> fields) throws IOException {
                failIn(Broken.PUT);
            }

            private Map<String, List<String>> failIn(Broken here) throws IOException {
                if (here != method) {
                    return Map.of();
                }
                if (isIo) {
                    throw new IOException("broken");
                }
                throw new IllegalStateException("broken");
            }
        };
        try (ScriptedServer server = ScriptedServer.start(always(ok("")));
                PooledHttpClient client = client(broken)) {
            HttpRequest request = HttpRequest.newBuilder(server.uri("/")).build();

            assertThatThrownBy(() -> client.send(request, BodyHandlers.discarding()))
                    .isInstanceOf(IOException.class)
                    .hasRootCauseMessage("broken")
                    .satisfies(e -> assertThat(RequestState.of(e)).isEqualTo(method.state));

            assertThat(client.snapshot().totals().active()).isZero();
            assertThat(client.snapshot().totals().idle()).isEqualTo(method == Broken.PUT ? 1 : 0);
        }
    }

    @Test
    void cookieThatWouldBreakTheFieldIsNotSent() throws Exception {
        CookieHandler injecting = new CookieHandler() {
            @Override
            public Map<String, List<String>> get(URI uri, Map<String, List<String>> fields) {
                return Map.of("Cookie", List.of("a=b\r\nX-Injected: yes"));
            }

            @Override
            public void put(URI uri, Map<String, List<String>> fields) {}
        };
        try (ScriptedServer server = ScriptedServer.start(always(ok("")));
                PooledHttpClient client = client(injecting)) {
            HttpRequest request = HttpRequest.newBuilder(server.uri("/")).build();

            assertThatThrownBy(() -> client.send(request, BodyHandlers.discarding()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Cookie");

            assertThat(server.accepted()).isZero();
        }
    }

    private static PooledHttpClient client(CookieHandler cookies) {
        return PooledHttpClient.newBuilder().cookieHandler(cookies).build();
    }
}
