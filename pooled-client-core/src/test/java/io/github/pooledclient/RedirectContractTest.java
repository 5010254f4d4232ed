// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.TestCertificates;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Redirects (RFC 9110, 15.4). */
@ContractTest
class RedirectContractTest {

    private final Client client;

    RedirectContractTest(Client client) {
        this.client = client;
    }

    private OpenClient following(Redirect policy) {
        return client.open(builder -> builder.followRedirects(policy));
    }

    private static String to(int status, String location) {
        return "HTTP/1.1 " + status + " Moved\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n";
    }

    /** Answers by the path of the request; 200 to others. */
    private static ScriptedServer.Script answers(Map<String, String> byPath) {
        return peer -> {
            for (Peer.Request asked = peer.readRequestOrEnd(); asked != null; asked = peer.readRequestOrEnd()) {
                peer.send(byPath.getOrDefault(asked.line().split(" ", -1)[1], ok("hi")));
            }
        };
    }

    private static ScriptedServer redirecting(String answer) throws IOException {
        return ScriptedServer.start(answers(Map.of("/first", answer)));
    }

    private static HttpRequest.Builder first(ScriptedServer server) {
        return HttpRequest.newBuilder(server.uri("/first"));
    }

    @ParameterizedTest
    @EnumSource(Redirect.class)
    void policyDecidesWhetherARedirectIsFollowed(Redirect policy) throws Exception {
        try (ScriptedServer server = redirecting(to(302, "/second"));
                OpenClient open = following(policy)) {
            assertThat(open.send(first(server)).statusCode()).isEqualTo(policy == Redirect.NEVER ? 302 : 200);
        }
    }

    @Test
    void redirectsAreNotFollowedByDefault() {
        assertThat(client.newBuilder().build().followRedirects()).isEqualTo(Redirect.NEVER);
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 304, 305, 306, 309, 399})
    void statusThatIsNoRedirectIsTheAnswer(int status) throws Exception {
        try (ScriptedServer server = redirecting(to(status, "/second"));
                OpenClient open = following(Redirect.ALWAYS)) {
            assertThat(open.send(first(server)).statusCode()).isEqualTo(status);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "301, GET, GET, false",
        "301, HEAD, HEAD, false",
        "301, POST, GET, false",
        "301, PUT, PUT, true",
        "301, DELETE, DELETE, true",
        "301, PATCH, PATCH, true",
        "302, GET, GET, false",
        "302, HEAD, HEAD, false",
        "302, POST, GET, false",
        "302, PUT, PUT, true",
        "302, OPTIONS, OPTIONS, true",
        "303, GET, GET, false",
        "303, POST, GET, false",
        "303, PUT, GET, false",
        "303, DELETE, GET, false",
        "307, GET, GET, false",
        "307, HEAD, HEAD, false",
        "307, POST, POST, true",
        "307, PUT, PUT, true",
        "307, PATCH, PATCH, true",
        "308, GET, GET, false",
        "308, POST, POST, true",
        "308, DELETE, DELETE, true"
    })
    void methodAndBodyThatAreSentNext(int status, String method, String next, boolean withBody) throws Exception {
        boolean hasBody = !method.equals("GET") && !method.equals("HEAD");
        try (ScriptedServer server = redirecting(to(status, "/second"));
                OpenClient open = following(Redirect.NORMAL)) {

            HttpResponse<String> response = open.send(
                    first(server).method(method, hasBody ? BodyPublishers.ofString("body") : BodyPublishers.noBody()));

            Peer.Request second = server.requests().get(1);
            assertThat(second.line()).isEqualTo(next + " /second HTTP/1.1");
            assertThat(second.text()).isEqualTo(withBody ? "body" : "");
            assertThat(response.request().method()).isEqualTo(next);
        }
    }

    @Test
    @Difference("RFC 9110, 15.4.4: a HEAD stays a HEAD; the JDK's client asks for a body that nobody wanted")
    void headStaysHeadAfter303() throws Exception {
        try (ScriptedServer server = redirecting(to(303, "/second"));
                OpenClient open = following(Redirect.NORMAL)) {

            open.send(first(server).method("HEAD", BodyPublishers.noBody()));

            assertThat(server.requests().get(1).line()).isEqualTo(client.differs("GET", "HEAD") + " /second HTTP/1.1");
        }
    }

    @ParameterizedTest
    @CsvSource({"NEVER, 302, 302", "NORMAL, 200, 302", "ALWAYS, 200, 200"})
    void schemeChangesAsThePolicyAllows(Redirect policy, int toSecure, int toPlain) throws Exception {
        try (ScriptedServer plain = ScriptedServer.start(always(ok("hi")));
                ScriptedServer secure = ScriptedServer.startTls(TestCertificates.server(), always(ok("hi")));
                ScriptedServer up = redirecting(to(302, secure.uri("/").toString()));
                ScriptedServer down = ScriptedServer.startTls(
                        TestCertificates.server(), always(to(302, plain.uri("/").toString())));
                OpenClient open = following(policy)) {
            assertThat(open.send(first(up)).statusCode()).isEqualTo(toSecure);
            assertThat(open.send(first(down)).statusCode()).isEqualTo(toPlain);
        }
    }

    @Test
    void fourRedirectsAreFollowedAndNotForever() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(answers(Map.of(
                        "/first", to(302, "/2"), "/2", to(302, "/3"), "/3", to(302, "/4"), "/4", to(302, "/5"))));
                ScriptedServer loop = ScriptedServer.start(always(to(302, "/again")));
                OpenClient open = following(Redirect.NORMAL)) {
            assertThat(open.send(first(server)).uri()).isEqualTo(server.uri("/5"));
            assertThat(open.send(first(loop)).statusCode()).isEqualTo(302);
            assertThat(loop.requests()).hasSize(5);
        }
    }

    @Test
    void responseKnowsThoseBeforeIt() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(
                        answers(Map.of("/first", to(301, "/second"), "/second", to(307, "/third"))));
                OpenClient open = following(Redirect.NORMAL)) {

            HttpResponse<String> third = open.send(first(server).header("X-A", "b"));

            HttpResponse<String> second = third.previousResponse().orElseThrow();
            HttpResponse<String> first = second.previousResponse().orElseThrow();
            assertThat(first.previousResponse()).isEmpty();
            assertThat(first.statusCode()).isEqualTo(301);
            assertThat(second.statusCode()).isEqualTo(307);
            assertThat(first.body()).isNull();
            assertThat(second.body()).isNull();
            assertThat(first.headers().firstValue("location")).hasValue("/second");
            assertThat(first.uri()).isEqualTo(server.uri("/first"));
            assertThat(second.uri()).isEqualTo(server.uri("/second"));
            assertThat(third.uri()).isEqualTo(server.uri("/third"));
            assertThat(first.request().uri()).isEqualTo(server.uri("/first"));
            assertThat(third.request().uri()).isEqualTo(server.uri("/third"));
            assertThat(third.request().headers().firstValue("x-a")).hasValue("b");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/second, /second",
        "second, /a/second",
        "../second, /second",
        "second?q=1, /a/second?q=1",
        "/%20second, /%20second",
        "//localhost:PORT/second, /second",
        "HTTP://localhost:PORT/second, /second",
        "/second#fragment, /second"
    })
    void locationIsRelativeToTheTarget(String location, String target) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    int port = peer.readRequest().field("Host").indexOf(':');
                    String host = peer.socket().getLocalPort() + "";
                    peer.send(to(302, location.replace("PORT", port < 0 ? "80" : host)));
                    peer.readRequest();
                    peer.send(ok("hi"));
                });
                OpenClient open = following(Redirect.NORMAL)) {

            open.get(server.uri("/a/b?x=y"));

            assertThat(server.requests().get(1).line()).isEqualTo("GET " + target + " HTTP/1.1");
        }
    }

    @Test
    @Difference("RFC 3986, 5.2.2: a query alone replaces the query; java.net.URI is of RFC 2396")
    void locationOfAQueryOnlyKeepsThePath() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(answers(Map.of("/a/b", to(302, "?x=y"))));
                OpenClient open = following(Redirect.NORMAL)) {

            open.get(server.uri("/a/b"));

            assertThat(server.requests().get(1).line())
                    .isEqualTo("GET " + client.differs("/a/?x=y", "/a/b?x=y") + " HTTP/1.1");
        }
    }

    @Test
    void fragmentOfTheTargetIsNotSent() throws Exception {
        try (ScriptedServer server = redirecting(to(302, "/second#there"));
                OpenClient open = following(Redirect.NORMAL)) {

            HttpResponse<String> response = open.send(first(server));

            assertThat(response.uri()).hasFragment("there");
            assertThat(server.requests().get(1).line()).isEqualTo("GET /second HTTP/1.1");
        }
    }

    @Test
    @Difference("RFC 9110, 15.4: a redirect without Location is for the caller to see")
    void redirectWithoutLocationIsTheAnswer() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"));
                OpenClient open = following(Redirect.ALWAYS)) {
            switch (client) {
                case JDK ->
                    assertThatThrownBy(() -> open.send(first(server)))
                            .isInstanceOf(IOException.class)
                            .hasStackTraceContaining("Invalid redirection");
                case OURS -> assertThat(open.send(first(server)).statusCode()).isEqualTo(302);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://", "http://a b/", "mailto:a@example.com", "ftp://example.com/"})
    @Difference("RFC 9110, 10.2.2: a wrong Location is the server's fault, not an argument of the caller's")
    void locationThatIsNoAddressIsAProtocolException(String location) throws Exception {
        try (ScriptedServer server = redirecting(to(302, location));
                OpenClient open = following(Redirect.ALWAYS)) {
            switch (client) {
                case JDK ->
                    assertThatThrownBy(() -> open.send(first(server)))
                            .isInstanceOfAny(IllegalArgumentException.class, IOException.class)
                            .isNotInstanceOf(ProtocolException.class);
                case OURS -> assertThatThrownBy(() -> open.send(first(server))).isInstanceOf(ProtocolException.class);
            }
        }
    }

    @Test
    void fieldsOfTheRequestAreSentAgain() throws Exception {
        try (ScriptedServer other = ScriptedServer.start(always(ok("hi")));
                ScriptedServer server = redirecting(to(302, other.uri("/").toString()));
                OpenClient open = following(Redirect.NORMAL)) {

            open.send(first(server).header("X-A", "b").header("Accept", "text/plain"));

            assertThat(other.lastRequest().field("X-A")).isEqualTo("b");
            assertThat(other.lastRequest().field("Accept")).isEqualTo("text/plain");
            assertThat(other.lastRequest().field("Host")).isEqualTo("localhost:" + other.port());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Authorization", "Cookie", "Origin", "Referer"})
    void fieldsForAnOriginAreSentWithinIt(String field) throws Exception {
        try (ScriptedServer server = redirecting(to(302, "/second"));
                OpenClient open = following(Redirect.NORMAL)) {

            open.send(first(server).header(field, "secret"));

            assertThat(server.requests().get(1).field(field)).isEqualTo("secret");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Authorization", "Cookie", "Origin", "Referer"})
    @Difference("RFC 9110, 15.4: what is meant for one origin is not told to another; so does JDK 25, but not 17")
    void fieldsForAnOriginAreNotSentToAnother(String field) throws Exception {
        try (ScriptedServer other = ScriptedServer.start(always(ok("hi")));
                ScriptedServer server = redirecting(to(302, other.uri("/").toString()));
                OpenClient open = following(Redirect.NORMAL)) {

            open.send(first(server).header(field, "secret"));

            boolean told = client == Client.JDK && Runtime.version().feature() < 25;
            assertThat(other.lastRequest().field(field)).isEqualTo(told ? "secret" : null);
        }
    }

    @Test
    @Difference("RFC 9110, 15.4: fields that describe content go with it")
    void fieldsOfContentAreNotSentWithoutIt() throws Exception {
        try (ScriptedServer server = redirecting(to(303, "/second"));
                OpenClient open = following(Redirect.NORMAL)) {

            open.send(first(server).header("Content-Type", "text/plain").POST(BodyPublishers.ofString("body")));

            assertThat(server.requests().get(1).field("Content-Type")).isEqualTo(client.differs("text/plain", null));
        }
    }

    @Test
    @Difference("a stream that is read can not be sent again: the redirect is the answer, instead of an empty body")
    void bodyThatCannotBeRepeatedIsNotSentElsewhere() throws Exception {
        ByteArrayInputStream once = new ByteArrayInputStream(new byte[] {'b', 'o', 'd', 'y'});
        try (ScriptedServer server = redirecting(to(307, "/second"));
                OpenClient open = following(Redirect.NORMAL)) {

            HttpResponse<String> response = open.send(first(server).POST(BodyPublishers.ofInputStream(() -> once)));

            assertThat(server.requests().get(0).text()).isEqualTo("body");
            assertThat(response.statusCode()).isEqualTo(client.differs(200, 307));
            assertThat(server.requests()).hasSize(client.differs(2, 1));
        }
    }

    @Test
    void unreadBodyOfARedirectDoesNotDisturbTheNextAnswer() throws Exception {
        try (ScriptedServer server =
                        redirecting("HTTP/1.1 302 Found\r\nLocation: /second\r\nContent-Length: 5\r\n\r\nmoved");
                OpenClient open = following(Redirect.NORMAL)) {
            assertThat(open.send(first(server)).body()).isEqualTo("hi");
        }
    }

    @Test
    void timeoutIsTheSameForTheNextRequest() throws Exception {
        try (ScriptedServer server = redirecting(to(302, "/second"));
                OpenClient open = following(Redirect.NORMAL)) {

            HttpResponse<String> response =
                    open.send(first(server).timeout(EndToEnd.PATIENCE).expectContinue(false));

            assertThat(response.request().timeout()).hasValue(EndToEnd.PATIENCE);
        }
    }
}
