// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.awaitNothingInUse;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.TestCertificates;
import java.io.ByteArrayInputStream;
import java.net.ProtocolException;
import java.net.URI;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Redirects (RFC 9110, 15.4). */
class RedirectTest {

    private static PooledHttpClient following(Redirect policy) {
        return PooledHttpClient.newBuilder()
                .followRedirects(policy)
                .sslContext(TestCertificates.client())
                .build();
    }

    private static String to(int status, String location) {
        return "HTTP/1.1 " + status + " Moved\r\nLocation: " + location + "\r\nContent-Length: 4\r\n\r\ngone";
    }

    /** Answers the first request on a connection, and those after it, in turn. */
    private static ScriptedServer.Script inTurn(String... answers) {
        return peer -> {
            for (int i = 0; peer.readRequestOrEnd() != null; i++) {
                peer.send(answers[Math.min(i, answers.length - 1)]);
            }
        };
    }

    @ParameterizedTest
    @CsvSource({
        "301, GET, GET, false", "302, GET, GET, false", "303, GET, GET, false", "307, GET, GET, false",
        "308, GET, GET, false", "301, HEAD, HEAD, false", "303, HEAD, HEAD, false", "301, POST, GET, false",
        "302, POST, GET, false", "303, POST, GET, false", "303, PUT, GET, false", "307, POST, POST, true",
        "308, POST, POST, true", "301, PUT, PUT, true", "302, DELETE, DELETE, true"
    })
    void methodAndBodyOfTheNextRequest(int status, String method, String next, boolean withBody) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(inTurn(
                        method.equals("HEAD") ? headless(status) : to(status, "/next"), "HTTP/1.1 204 OK\r\n\r\n"));
                PooledHttpClient client = following(Redirect.NORMAL)) {
            boolean hasBody = !method.equals("GET") && !method.equals("HEAD");
            HttpRequest request = HttpRequest.newBuilder(server.uri("/first"))
                    .header("Content-Type", "text/plain")
                    .method(method, hasBody ? BodyPublishers.ofString("body") : BodyPublishers.noBody())
                    .build();

            HttpResponse<String> response = EndToEnd.send(client, request);

            Peer.Request second = server.requests().get(1);
            assertThat(second.line()).isEqualTo(next + " /next HTTP/1.1");
            assertThat(second.text()).isEqualTo(withBody ? "body" : "");
            assertThat(second.field("Content-Type")).isEqualTo(method.equals(next) ? "text/plain" : null);
            assertThat(response.request().method()).isEqualTo(next);
            assertThat(response.uri()).isEqualTo(server.uri("/next"));
            assertThat(server.accepted()).isEqualTo(1);
            awaitNothingInUse(client);
        }
    }

    private static String headless(int status) {
        return "HTTP/1.1 " + status + " Moved\r\nLocation: /next\r\nContent-Length: 4\r\n\r\n";
    }

    @Test
    void responseKnowsWhatCameBefore() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(inTurn(to(301, "/b"), to(302, "c"), ok("hi")));
                PooledHttpClient client = following(Redirect.NORMAL)) {

            HttpResponse<String> response = EndToEnd.send(client, EndToEnd.get(server.uri("/a")));

            HttpResponse<String> second = response.previousResponse().orElseThrow();
            HttpResponse<String> first = second.previousResponse().orElseThrow();
            assertThat(first.statusCode()).isEqualTo(301);
            assertThat(first.uri()).isEqualTo(server.uri("/a"));
            assertThat(second.statusCode()).isEqualTo(302);
            assertThat(second.uri()).isEqualTo(server.uri("/b"));
            assertThat(response.uri()).isEqualTo(server.uri("/c"));
            assertThat(first.body()).isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/a/b?x=1, c, /a/c",
        "/a/b?x=1, ?y=2, /a/b?y=2",
        "/a/b, ../c, /c",
        "'', c, /c",
        "'?x', ?y, /?y",
        "/a/b?x=1, '', /a/b?x=1",
        "/a/b, ../../../c, /c",
        "/a/b/, ../../.., /",
        "/a, /../c?x, /c?x",
        "/a, /b//c, /b//c",
        // UTF-8, as a field shows it.
        "/a, /caf\u00c3\u00a9, /caf%C3%A9",
        "/a, /\u00c3\u00a0, /%C3%A0",
        "/a/b, /c?d=%20e#f, /c?d=%20e"
    })
    void relativeLocationIsResolved(String from, String location, String target) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(inTurn(to(302, location), ok("hi")));
                PooledHttpClient client = following(Redirect.NORMAL)) {

            EndToEnd.send(client, EndToEnd.get(server.uri(from)));

            assertThat(server.requests().get(1).line()).isEqualTo("GET " + target + " HTTP/1.1");
        }
    }

    @Test
    void redirectsAreNotFollowedUnlessAskedFor() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(to(302, "/next")));
                PooledHttpClient client = following(Redirect.NEVER)) {

            HttpResponse<String> response = EndToEnd.send(client, EndToEnd.get(server));

            assertThat(response.statusCode()).isEqualTo(302);
            assertThat(response.body()).isEqualTo("gone");
        }
    }

    @ParameterizedTest
    @CsvSource({"NORMAL, 302", "ALWAYS, 200"})
    void downgradeToHttpIsFollowedOnlyByAlways(Redirect policy, int status) throws Exception {
        try (ScriptedServer plain = ScriptedServer.start(always(ok("hi")));
                ScriptedServer secure = ScriptedServer.startTls(
                        TestCertificates.server(), always(to(302, plain.uri("/").toString())));
                PooledHttpClient client = following(policy)) {

            assertThat(EndToEnd.send(client, EndToEnd.get(secure)).statusCode()).isEqualTo(status);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void credentialsStayWithTheirOrigin(boolean sameOrigin) throws Exception {
        try (ScriptedServer other = ScriptedServer.start(always(ok("hi")));
                ScriptedServer server = ScriptedServer.start(
                        inTurn(to(302, sameOrigin ? "/next" : other.uri("/").toString()), ok("hi")));
                PooledHttpClient client = following(Redirect.NORMAL)) {
            HttpRequest request = HttpRequest.newBuilder(server.uri("/"))
                    .header("Authorization", "Bearer secret")
                    .header("Cookie", "session=secret")
                    .header("X-Other", "kept")
                    .build();

            EndToEnd.send(client, request);

            Peer.Request redirected = sameOrigin ? server.requests().get(1) : other.lastRequest();
            assertThat(redirected.field("Authorization")).isEqualTo(sameOrigin ? "Bearer secret" : null);
            assertThat(redirected.field("Cookie")).isEqualTo(sameOrigin ? "session=secret" : null);
            assertThat(redirected.field("X-Other")).isEqualTo("kept");
            assertThat(redirected.field("Host")).isEqualTo("localhost:" + (sameOrigin ? server : other).port());
        }
    }

    @Test
    void bodyThatCannotBeRepeatedIsNotSentElsewhere() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(to(307, "/next")));
                PooledHttpClient client = following(Redirect.NORMAL)) {
            HttpRequest request = HttpRequest.newBuilder(server.uri("/"))
                    .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[10])))
                    .build();

            assertThat(EndToEnd.send(client, request).statusCode()).isEqualTo(307);

            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void loopEndsWithTheFifthAnswer() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(to(302, "/again")));
                PooledHttpClient client = following(Redirect.NORMAL)) {

            HttpResponse<String> last = EndToEnd.send(client, EndToEnd.get(server));

            assertThat(last.statusCode()).isEqualTo(302);
            assertThat(last.body()).isEqualTo("gone");
            assertThat(server.requests()).hasSize(5);
            assertThat(server.accepted()).isEqualTo(1);
            awaitNothingInUse(client);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://example.com/", "http://", "http://a b/", "mailto:a@example.com", "http:///x"})
    void locationThatCannotBeFollowedIsAnError(String location) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(to(302, location)));
                PooledHttpClient client = following(Redirect.ALWAYS)) {

            assertThatThrownBy(() -> EndToEnd.send(client, EndToEnd.get(server)))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining(location);

            awaitNothingInUse(client);
        }
    }

    @Test
    void redirectWithoutLocationIsTheAnswer() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"));
                PooledHttpClient client = following(Redirect.ALWAYS)) {

            assertThat(EndToEnd.send(client, EndToEnd.get(server)).statusCode()).isEqualTo(302);
        }
    }

    @Test
    void redirectToAnotherServerUsesTheOneConnectionThatIsLeft() throws Exception {
        // The first connection is back before the second is asked for: no call holds two.
        try (ScriptedServer other = ScriptedServer.start(always(ok("hi")));
                ScriptedServer server =
                        ScriptedServer.start(always(to(302, other.uri("/").toString())));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .followRedirects(Redirect.NORMAL)
                        .pool(PoolSettings.builder().maxConnections(1).build())
                        .build()) {
            URI uri = server.uri("/");

            for (int i = 0; i < 3; i++) {
                assertThat(EndToEnd.send(client, EndToEnd.get(uri)).body()).isEqualTo("hi");
            }
        }
    }
}
