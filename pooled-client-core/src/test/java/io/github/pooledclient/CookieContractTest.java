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
import java.net.CookiePolicy;
import java.net.URI;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a {@link CookieHandler} is asked and told, and what is sent. */
@ContractTest
class CookieContractTest {

    private static final String SETS =
            "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2; Path=/\r\nContent-Length: 0\r\n\r\n";

    private final Client client;

    CookieContractTest(Client client) {
        this.client = client;
    }

    private OpenClient with(CookieHandler cookies) {
        return client.open(builder -> builder.cookieHandler(cookies).followRedirects(Redirect.NORMAL));
    }

    private static CookieManager jar() {
        return new CookieManager(null, CookiePolicy.ACCEPT_ALL);
    }

    @Test
    void cookiesThatAreSetAreSentBack() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(SETS));
                OpenClient open = with(jar())) {

            open.get(server.uri("/"));
            open.get(server.uri("/"));

            assertThat(server.requests().get(0).field("Cookie")).isNull();
            assertThat(server.requests().get(1).field("Cookie")).contains("a=1", "b=2");
        }
    }

    @Test
    void handlerIsAskedBeforeAndToldAfterEachExchange() throws Exception {
        Recorder recorder = new Recorder();
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send(
                            "HTTP/1.1 302 Found\r\nLocation: /second\r\nSet-Cookie: a=1\r\nContent-Length: 0\r\n\r\n");
                    peer.readRequest();
                    peer.send(SETS);
                    peer.awaitEnd();
                });
                OpenClient open = with(recorder)) {

            open.send(HttpRequest.newBuilder(server.uri("/first")).header("X-Mine", "1"));

            assertThat(recorder.calls)
                    .containsExactly(
                            "get /first [1]", "put /first [a=1]", "get /second [1]", "put /second [a=1, b=2; Path=/]");
        }
    }

    @Test
    void cookieOfARedirectIsSentToItsTarget() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send(
                            "HTTP/1.1 302 Found\r\nLocation: /second\r\nSet-Cookie: a=1; Path=/\r\nContent-Length: 0\r\n\r\n");
                    peer.readRequest();
                    peer.send(ok("hi"));
                    peer.awaitEnd();
                });
                OpenClient open = with(jar())) {

            open.get(server.uri("/first"));

            assertThat(server.requests().get(1).field("Cookie")).contains("a=1");
        }
    }

    @Test
    void cookieOfAnErrorIsKeptToo() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(
                        always("HTTP/1.1 500 Oops\r\nSet-Cookie: a=1\r\nContent-Length: 0\r\n\r\n"));
                OpenClient open = with(jar())) {

            open.get(server.uri("/"));
            open.get(server.uri("/"));

            assertThat(server.requests().get(1).field("Cookie")).contains("a=1");
        }
    }

    @Test
    void cookieOfTheCallerIsSentWithoutAHandler() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                OpenClient open = client.open()) {

            open.send(HttpRequest.newBuilder(server.uri("/")).header("Cookie", "mine=1; too=2"));

            assertThat(server.lastRequest().field("Cookie")).isEqualTo("mine=1; too=2");
        }
    }

    @Test
    void withoutAHandlerNothingIsSentBack() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(SETS));
                OpenClient open = client.open()) {

            open.get(server.uri("/"));
            open.get(server.uri("/"));

            assertThat(server.requests().get(1).field("Cookie")).isNull();
        }
    }

    @Test
    void cookiesOfCallerAndHandlerAreSentInOneField() throws Exception {
        Recorder recorder = new Recorder();
        recorder.cookies = List.of("a=1", "b=2");
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                OpenClient open = with(recorder)) {

            open.send(HttpRequest.newBuilder(server.uri("/")).header("Cookie", "mine=1"));

            assertThat(server.lastRequest().field("Cookie").split("; "))
                    .containsExactlyInAnyOrder("mine=1", "a=1", "b=2");
            assertThat(server.lastRequest().head()).containsOnlyOnce("Cookie:");
        }
    }

    @Test
    void severalCookiesOfAHandlerAreSentInOneField() throws Exception {
        Recorder recorder = new Recorder();
        recorder.cookies = List.of("a=1", "b=2");
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                OpenClient open = with(recorder)) {

            open.get(server.uri("/"));

            assertThat(server.lastRequest().field("Cookie")).isEqualTo("a=1; b=2");
        }
    }

    @Test
    void cookiesOfOneHostAreNotSentToAnother() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(SETS));
                OpenClient open = with(jar())) {
            open.get(server.uri("/"));

            open.get(URI.create("http://127.0.0.1:" + server.port() + "/"));

            assertThat(server.lastRequest().field("Cookie")).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void handlerThatFailsFailsTheCall(boolean asked) throws Exception {
        CookieHandler failing = new CookieHandler() {
            @Override
            public Map<String, List<String>> get(URI uri, Map<String, List<String>> fields) throws IOException {
                if (asked) {
                    throw new IOException("no jar");
                }
                return Map.of();
            }

            @Override
            public void put(URI uri, Map<String, List<String>> fields) throws IOException {
                throw new IOException("no jar");
            }
        };
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                OpenClient open = with(failing)) {
            assertThatThrownBy(() -> open.get(server.uri("/")))
                    .isInstanceOf(IOException.class)
                    .hasStackTraceContaining("no jar");
        }
    }

    @Test
    @Difference("a cookie that would break out of its field fails the call; the JDK's leaves it out in silence")
    void cookieThatCannotBeSentIsNotSent() throws Exception {
        Recorder recorder = new Recorder();
        recorder.cookies = List.of("a=1\r\nX-Injected: 1");
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                OpenClient open = with(recorder)) {
            switch (client) {
                case JDK -> assertThat(open.get(server.uri("/")).statusCode()).isEqualTo(200);
                case OURS -> assertThatThrownBy(() -> open.get(server.uri("/"))).hasMessageContaining("Cookie");
            }
            assertThat(server.requests()).allMatch(request -> request.field("X-Injected") == null);
        }
    }

    /** Notes what it is asked and told, and has the same cookies for everyone. */
    private static final class Recorder extends CookieHandler {

        final List<String> calls = new ArrayList<>();
        List<String> cookies = List.of();

        @Override
        public Map<String, List<String>> get(URI uri, Map<String, List<String>> fields) {
            calls.add("get " + uri.getPath() + " " + fields.get("X-Mine"));
            return cookies.isEmpty() ? Map.of() : Map.of("Cookie", cookies);
        }

        @Override
        public void put(URI uri, Map<String, List<String>> fields) {
            calls.add("put " + uri.getPath() + " " + fields.get("Set-Cookie"));
        }
    }
}
