// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.testing.OddRequest;
import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import java.net.URI;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What of an {@link HttpRequest} reaches the server, and what is refused before it does. */
@ContractTest
class RequestContractTest {

    private final Client client;

    RequestContractTest(Client client) {
        this.client = client;
    }

    private Peer.Request received(HttpRequest.Builder request) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always("HTTP/1.1 204 No Content\r\n\r\n"));
                OpenClient open = client.open()) {
            URI asked = request.copy().uri(server.uri("/")).build().uri();
            open.send(request.uri(asked));
            return server.requests().get(0);
        }
    }

    private static HttpRequest.Builder request() {
        return HttpRequest.newBuilder();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get", "M-SEARCH", "A!#$%&'*+-.^_`|~9"})
    void methodIsSentAsItIs(String method) throws Exception {
        assertThat(received(request().method(method, BodyPublishers.noBody())).line())
                .isEqualTo(method + " / HTTP/1.1");
    }

    @ParameterizedTest
    @CsvSource({
        "'', /",
        "/, /",
        "?q, /?q",
        "/a/../b, /a/../b",
        "/a//b, /a//b",
        "/%41%2f, /%41%2f",
        "/a?b=c&d=e%20f, /a?b=c&d=e%20f",
        "/\u00e4?\u00f6, /%C3%A4?%C3%B6",
        "/a#fragment, /a",
        "/a;p=1,/a;p=1"
    })
    void targetIsPathAndQueryAsTheyAre(String uri, String target) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                OpenClient open = client.open()) {

            open.get(URI.create("http://localhost:" + server.port() + uri));

            assertThat(server.lastRequest().line()).isEqualTo("GET " + target + " HTTP/1.1");
        }
    }

    @Test
    @Difference("RFC 3986, 6.2.3: an empty query is not the same as none")
    void emptyQueryIsSent() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                OpenClient open = client.open()) {

            open.get(server.uri("/a?"));

            assertThat(server.lastRequest().line()).isEqualTo("GET /a" + client.differs("", "?") + " HTTP/1.1");
        }
    }

    @Test
    void userInfoIsNotSent() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                OpenClient open = client.open()) {

            open.get(URI.create("http://user:pass@localhost:" + server.port() + "/"));

            assertThat(server.lastRequest().head()).doesNotContain("user:", "pass", "Authorization");
            assertThat(server.lastRequest().field("Host")).isEqualTo("localhost:" + server.port());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "HTTP", "Http"})
    void schemeIsKnownInAnyCase(String scheme) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                OpenClient open = client.open()) {
            assertThat(open.get(URI.create(scheme + "://localhost:" + server.port() + "/"))
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void hostMayBeAnAddress() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                OpenClient open = client.open()) {

            open.get(URI.create("http://127.0.0.1:" + server.port() + "/"));

            assertThat(server.lastRequest().field("Host")).isEqualTo("127.0.0.1:" + server.port());
        }
    }

    @Test
    void fieldsOfTheCallerAreSentWithEachValue() throws Exception {
        Peer.Request received = received(request()
                .header("X-Two", "one")
                .header("x-two", "two")
                .header("X-Empty", "")
                .header("X-Inner", "a \t b")
                .setHeader("X-Set", "old")
                .setHeader("X-Set", "new"));

        List<String> two = received.head()
                .lines()
                .filter(line -> line.matches("(?i)x-two:.*"))
                .toList();
        assertThat(two).extracting(line -> line.replaceAll("^[^:]*: *", "")).containsExactly("one", "two");
        assertThat(received.field("X-Empty")).isEmpty();
        assertThat(received.field("X-Inner")).isEqualTo("a \t b");
        assertThat(received.field("X-Set")).isEqualTo("new");
    }

    @Test
    void caseOfAFieldIsKept() throws Exception {
        assertThat(received(request().header("x-CaSe", "v")).head()).contains("\r\nx-CaSe: v");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Connection", "Content-Length", "Expect", "Host", "Upgrade", "host", "a b", "", "a:", "\u00e4"})
    void fieldNameIsRefusedByTheBuilder(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> request().header(name, "1"));
        assertThatIllegalArgumentException().isThrownBy(() -> request().setHeader(name, "1"));
        assertThatIllegalArgumentException().isThrownBy(() -> request().headers(name, "1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nb", "a\nb", "a\rb", "a\0b", "\u007f"})
    void fieldValueIsRefusedByTheBuilder(String value) {
        assertThatIllegalArgumentException().isThrownBy(() -> request().header("X", value));
    }

    @ParameterizedTest
    @CsvSource({"Connection, upgrade", "Content-Length, 7", "Expect, 200-ok", "Upgrade, h2c"})
    void restrictedFieldOfAnotherRequestTypeIsRefused(String name, String value) throws Exception {
        HttpRequest request = new RequestWithField(EndToEnd.get(URI.create("http://localhost:1/")), name, value);
        try (OpenClient open = client.open()) {
            assertThatIllegalArgumentException().isThrownBy(() -> open.http().send(request, BodyHandlers.discarding()));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> open.http().sendAsync(request, BodyHandlers.discarding()));
        }
    }

    @ParameterizedTest
    @CsvSource({"Connection, close", "Expect, 100-continue", "Host, other.example", "Content-Length, 0"})
    @Difference("Spring and gateways set them, so they are checked; the JDK's needs a system property of the JVM")
    void restrictedFieldsThatSayWhatIsTrueAreAccepted(String name, String value) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                OpenClient open = client.open()) {
            HttpRequest request = new RequestWithField(EndToEnd.get(server), name, value);
            switch (client) {
                case JDK ->
                    assertThatIllegalArgumentException()
                            .isThrownBy(() -> open.http().send(request, BodyHandlers.discarding()));
                case OURS ->
                    assertThat(open.http()
                                    .send(request, BodyHandlers.discarding())
                                    .statusCode())
                            .isEqualTo(200);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"Transfer-Encoding, chunked", "Trailer, X", "TE, gzip", "HTTP2-Settings, AAAA"})
    @Difference("RFC 9112, 6.1: the framing is the client's; the JDK's sends a field that contradicts it")
    void fieldsThatContradictTheFramingAreRefused(String name, String value) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readHead();
                    peer.send(ok("hi"));
                    peer.stall();
                });
                OpenClient open = client.open()) {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(server.uri("/")).header(name, value);
            switch (client) {
                case JDK -> assertThat(open.send(request).statusCode()).isEqualTo(200);
                case OURS ->
                    assertThatIllegalArgumentException()
                            .isThrownBy(() -> open.send(request))
                            .withMessageContaining(name.toLowerCase(Locale.ROOT));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "/path", "ftp://localhost/", "mailto:a@b.c", "http:/path", "http:opaque"})
    void uriIsRefusedByTheBuilder(String uri) {
        assertThatIllegalArgumentException().isThrownBy(() -> HttpRequest.newBuilder(URI.create(uri)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "/path", "ftp://localhost/", "mailto:a@b.c", "http:/path", "http:opaque"})
    void uriOfAnotherRequestTypeIsRefused(String uri) throws Exception {
        try (OpenClient open = client.open()) {
            HttpRequest request = request("GET", URI.create(uri), Optional.empty());

            assertThatIllegalArgumentException().isThrownBy(() -> open.http().send(request, BodyHandlers.discarding()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "G T", "G\r\nX: y", "CONNECT"})
    void methodOfAnotherRequestTypeIsRefused(String method) throws Exception {
        try (OpenClient open = client.open()) {
            HttpRequest request = request(method, URI.create("http://localhost:1/"), Optional.empty());

            assertThatIllegalArgumentException().isThrownBy(() -> open.http().send(request, BodyHandlers.discarding()));
            assertThatIllegalArgumentException().isThrownBy(() -> request().method(method, BodyPublishers.noBody()));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1})
    void timeoutOfAnotherRequestTypeIsRefused(long seconds) throws Exception {
        Duration timeout = Duration.ofSeconds(seconds);
        try (OpenClient open = client.open()) {
            HttpRequest request = request("GET", URI.create("http://localhost:1/"), Optional.of(timeout));

            assertThatIllegalArgumentException().isThrownBy(() -> open.http().send(request, BodyHandlers.discarding()));
            assertThatIllegalArgumentException().isThrownBy(() -> request().timeout(timeout));
        }
    }

    @Test
    void nothingMayBeNull() throws Exception {
        HttpRequest request = EndToEnd.get(URI.create("http://localhost:1/"));
        try (OpenClient open = client.open()) {
            assertThatNullPointerException().isThrownBy(() -> open.http().send(null, BodyHandlers.discarding()));
            assertThatNullPointerException().isThrownBy(() -> open.http().send(request, null));
            assertThatNullPointerException().isThrownBy(() -> open.http().sendAsync(null, BodyHandlers.discarding()));
            assertThatNullPointerException().isThrownBy(() -> open.http().sendAsync(request, null));
        }
    }

    @Test
    void builderWithoutUriBuildsNothing() {
        assertThatThrownBy(() -> request().build()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void requestThatAsksForHttp2IsAnsweredByWhatTheServerSpeaks() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                OpenClient open = client.open()) {

            HttpResponse<String> response =
                    open.send(HttpRequest.newBuilder(server.uri("/")).version(Version.HTTP_2));

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.version()).isEqualTo(Version.HTTP_1_1);
            assertThat(response.request().version()).hasValue(Version.HTTP_2);
        }
    }

    @Test
    @Difference("RFC 9110, 7.8: no upgrade is asked for that would not be taken")
    void requestForHttp2AsksForAnUpgrade() throws Exception {
        Peer.Request received = received(request().version(Version.HTTP_2));

        assertThat(received.field("Upgrade")).isEqualTo(client.differs("h2c", null));
    }

    @Test
    @Difference("each client says its own name")
    void userAgentIsSentUnlessSet() throws Exception {
        assertThat(received(request()).field("User-Agent"))
                .startsWith(client.differs("Java-http-client/", "pooled-client"));
        assertThat(received(request().header("User-Agent", "mine")).field("User-Agent"))
                .isEqualTo("mine");
    }

    @Test
    @Difference("answers may be compressed, and are decoded; the JDK's asks for nothing and decodes nothing")
    void acceptEncodingIsSentUnlessSet() throws Exception {
        assertThat(received(request()).field("Accept-Encoding")).isEqualTo(client.differs(null, "gzip, deflate"));
        assertThat(received(request().header("Accept-Encoding", "br")).field("Accept-Encoding"))
                .isEqualTo("br");
    }

    @Test
    void nothingElseIsSent() throws Exception {
        List<String> names = received(request().header("X-Mine", "1"))
                .head()
                .lines()
                .skip(1)
                .map(line -> line.substring(0, line.indexOf(':')))
                .filter(name -> !name.equals("Accept-Encoding") && !name.equals("Content-Length"))
                .toList();

        assertThat(names).containsExactlyInAnyOrder("Host", "User-Agent", "X-Mine");
    }

    private static HttpRequest request(String method, URI uri, Optional<Duration> timeout) {
        return new OddRequest(uri) {
            @Override
            public String method() {
                return method;
            }

            @Override
            public Optional<Duration> timeout() {
                return timeout;
            }
        };
    }
}
