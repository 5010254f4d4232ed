// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When an {@link Authenticator} is asked, what it is told, and what becomes of its answer. */
@ContractTest
class AuthenticatorContractTest {

    /** user:pass, in the words of RFC 7617. */
    private static final String BASIC = "Basic dXNlcjpwYXNz";

    private final Client client;
    private final Keeper keeper = new Keeper("user", "pass");

    AuthenticatorContractTest(Client client) {
        this.client = client;
    }

    private OpenClient knowing(Authenticator authenticator) {
        return client.open(builder -> builder.authenticator(authenticator).followRedirects(Redirect.NORMAL));
    }

    /** Wants a field to have a value; answers others with a challenge. */
    private static ScriptedServer.Script wants(int status, String field, String value, String... fields) {
        return peer -> {
            for (Peer.Request asked = peer.readRequestOrEnd(); asked != null; asked = peer.readRequestOrEnd()) {
                peer.send(value.equals(asked.field(field)) ? ok("in") : refusal(status, fields));
            }
        };
    }

    private static String refusal(int status, String... fields) {
        String lines = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
        return "HTTP/1.1 " + status + " No\r\n" + lines + "Content-Length: 2\r\n\r\nno";
    }

    private static ScriptedServer wantsBasic() throws IOException {
        return ScriptedServer.start(wants(401, "Authorization", BASIC, "WWW-Authenticate: Basic realm=\"the realm\""));
    }

    private static HttpRequest.Builder to(ScriptedServer server) {
        return HttpRequest.newBuilder(server.uri("/path"));
    }

    @Test
    void challengeIsAnswered() throws Exception {
        try (ScriptedServer server = wantsBasic();
                OpenClient open = knowing(keeper)) {

            HttpResponse<String> response = open.send(to(server));

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(server.requests().get(0).field("Authorization")).isNull();
            assertThat(server.requests().get(1).field("Authorization")).isEqualTo(BASIC);
        }
    }

    @Test
    void authenticatorIsToldWhoAsks() throws Exception {
        try (ScriptedServer server = wantsBasic();
                OpenClient open = knowing(keeper)) {

            open.send(to(server));

            String url = server.uri("/path").toString();
            assertThat(keeper.asked)
                    .containsExactly("SERVER localhost:" + server.port() + " http the realm basic " + url);
        }
    }

    @Test
    void answerIsRememberedForTheOrigin() throws Exception {
        try (ScriptedServer server = wantsBasic();
                OpenClient open = knowing(keeper)) {

            open.send(to(server));
            open.send(to(server));
            open.get(server.uri("/path/below"));

            assertThat(keeper.asked).hasSize(1);
            assertThat(server.requests()).hasSize(4);
        }
    }

    @Test
    void answerIsNotToldToAnotherOrigin() throws Exception {
        try (ScriptedServer other = ScriptedServer.start(always(ok("hi")));
                ScriptedServer server = wantsBasic();
                OpenClient open = knowing(keeper)) {
            open.send(to(server));

            open.send(to(other));

            assertThat(other.lastRequest().field("Authorization")).isNull();
        }
    }

    @Test
    void answerDoesNotFollowARedirectToAnotherOrigin() throws Exception {
        try (ScriptedServer other = ScriptedServer.start(always(ok("hi")));
                ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send(refusal(401, "WWW-Authenticate: Basic realm=\"r\""));
                    assertThat(peer.readRequest().field("Authorization")).isEqualTo(BASIC);
                    peer.send(refusal(302, "Location: " + other.uri("/")));
                    peer.awaitEnd();
                });
                OpenClient open = knowing(keeper)) {

            assertThat(open.send(to(server)).body()).isEqualTo("hi");

            assertThat(other.lastRequest().field("Authorization")).isNull();
        }
    }

    @Test
    void bodyIsSentAgain() throws Exception {
        try (ScriptedServer server = wantsBasic();
                OpenClient open = knowing(keeper)) {

            assertThat(open.send(to(server).POST(BodyPublishers.ofString("body")))
                            .statusCode())
                    .isEqualTo(200);

            assertThat(server.requests()).extracting(Peer.Request::text).containsExactly("body", "body");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer mine", "Basic bWluZTptaW5l"})
    void fieldOfTheCallerIsSentAndNobodyIsAsked(String field) throws Exception {
        assumeTrue(client == Client.OURS || Runtime.version().feature() > 17, "JDK 17 asks all the same");
        try (ScriptedServer server = wantsBasic();
                OpenClient open = knowing(keeper)) {

            HttpResponse<String> response = open.send(to(server).header("Authorization", field));

            assertThat(response.statusCode()).isEqualTo(401);
            assertThat(response.body()).isEqualTo("no");
            assertThat(server.lastRequest().field("Authorization")).isEqualTo(field);
            assertThat(keeper.asked).isEmpty();
        }
    }

    @Test
    void withoutAnAuthenticatorTheRefusalIsTheAnswer() throws Exception {
        try (ScriptedServer server = wantsBasic();
                OpenClient open = client.open()) {

            HttpResponse<String> response = open.send(to(server));

            assertThat(response.statusCode()).isEqualTo(401);
            assertThat(response.body()).isEqualTo("no");
            assertThat(response.headers().firstValue("www-authenticate")).hasValue("Basic realm=\"the realm\"");
        }
    }

    @Test
    void challengeOfAnUnknownSchemeIsTheAnswer() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(
                        wants(401, "Authorization", BASIC, "WWW-Authenticate: Bearer realm=\"r\""));
                OpenClient open = knowing(keeper)) {
            assertThat(open.send(to(server)).statusCode()).isEqualTo(401);
            assertThat(keeper.asked).isEmpty();
        }
    }

    @Test
    void basicIsFoundAmongOtherChallenges() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(wants(
                        401,
                        "Authorization",
                        BASIC,
                        "WWW-Authenticate: Negotiate",
                        "WWW-Authenticate: basic realm=\"r\", charset=\"UTF-8\""));
                OpenClient open = knowing(keeper)) {
            assertThat(open.send(to(server)).statusCode()).isEqualTo(200);
        }
    }

    @Test
    @Difference("the server's refusal says more than an exception without a status")
    void refusalIsTheAnswerIfTheAuthenticatorKnowsNothing() throws Exception {
        try (ScriptedServer server = wantsBasic();
                OpenClient open = knowing(new Authenticator() {})) {
            switch (client) {
                case JDK ->
                    assertThatThrownBy(() -> open.send(to(server)))
                            .isInstanceOf(IOException.class)
                            .hasMessageContaining("No credentials provided");
                case OURS -> assertThat(open.send(to(server)).statusCode()).isEqualTo(401);
            }
        }
    }

    @Test
    @Difference("the server's refusal says more than an exception; the same password is not tried twice")
    void wrongPasswordIsTriedOnce() throws Exception {
        try (ScriptedServer server = wantsBasic();
                OpenClient open = knowing(new Keeper("user", "wrong"))) {
            switch (client) {
                case JDK ->
                    assertThatThrownBy(() -> open.send(to(server)))
                            .isInstanceOf(IOException.class)
                            .hasMessageContaining("too many authentication attempts");
                case OURS -> assertThat(open.send(to(server)).statusCode()).isEqualTo(401);
            }
            assertThat(server.requests()).hasSize(client.differs(5, 2));
        }
    }

    @Test
    @Difference("the server's fault (RFC 9110, 11.6.1), but its refusal without a challenge is still its answer")
    void refusalWithoutAChallengeIsTheAnswer() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(refusal(401)));
                OpenClient open = knowing(keeper)) {
            switch (client) {
                case JDK ->
                    assertThatThrownBy(() -> open.send(to(server)))
                            .isInstanceOf(IOException.class)
                            .hasMessageContaining("WWW-Authenticate header missing");
                case OURS -> assertThat(open.send(to(server)).statusCode()).isEqualTo(401);
            }
        }
    }

    @Test
    @Difference("RFC 7616: the stronger of what a server offers is answered; the JDK's knows Basic only")
    void digestIsAnswered() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    for (Peer.Request asked = peer.readRequestOrEnd(); asked != null; asked = peer.readRequestOrEnd()) {
                        String proof = String.valueOf(asked.field("Authorization"));
                        peer.send(
                                proof.startsWith("Digest username=\"user\"")
                                        ? ok("in")
                                        : refusal(
                                                401,
                                                "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\""));
                    }
                });
                OpenClient open = knowing(keeper)) {
            assertThat(open.send(to(server)).statusCode()).isEqualTo(client.differs(401, 200));
        }
    }

    @Test
    void authenticatorThatThrowsFailsTheCall() throws Exception {
        Authenticator failing = new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                throw new IllegalStateException("no keyring");
            }
        };
        try (ScriptedServer server = wantsBasic();
                OpenClient open = knowing(failing)) {
            assertThatThrownBy(() -> open.send(to(server)))
                    .isInstanceOf(IOException.class)
                    .hasStackTraceContaining("no keyring");
        }
    }

    @Test
    void proxyIsAnsweredWithItsOwnField() throws Exception {
        try (ScriptedServer proxy = ScriptedServer.start(
                        wants(407, "Proxy-Authorization", BASIC, "Proxy-Authenticate: Basic realm=\"way\""));
                OpenClient open = throughProxy(proxy)) {

            HttpResponse<String> response = open.get(URI.create("http://origin.invalid/path"));

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(proxy.lastRequest().field("Authorization")).isNull();
            assertThat(keeper.asked)
                    .containsExactly("PROXY localhost:" + proxy.port() + " http way basic http://origin.invalid/path");
        }
    }

    @Test
    void serverBehindAProxyIsAnsweredToo() throws Exception {
        try (ScriptedServer proxy = ScriptedServer.start(
                        wants(401, "Authorization", BASIC, "WWW-Authenticate: Basic realm=\"end\""));
                OpenClient open = throughProxy(proxy)) {

            assertThat(open.get(URI.create("http://origin.invalid/")).statusCode())
                    .isEqualTo(200);

            assertThat(proxy.lastRequest().field("Proxy-Authorization")).isNull();
        }
    }

    @Test
    void fieldOfTheCallerForAProxyIsSentAndNobodyIsAsked() throws Exception {
        assumeTrue(client == Client.OURS || Runtime.version().feature() > 17, "JDK 17 asks all the same");
        try (ScriptedServer proxy = ScriptedServer.start(
                        wants(407, "Proxy-Authorization", BASIC, "Proxy-Authenticate: Basic realm=\"way\""));
                OpenClient open = throughProxy(proxy)) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://origin.invalid/"));

            assertThat(open.send(request.copy().header("Proxy-Authorization", "Basic bWluZQ=="))
                            .statusCode())
                    .isEqualTo(407);
            assertThat(open.send(request.copy().header("Proxy-Authorization", BASIC))
                            .statusCode())
                    .isEqualTo(200);
            assertThat(keeper.asked).isEmpty();
        }
    }

    private OpenClient throughProxy(ScriptedServer proxy) {
        ProxySelector selector = ProxySelector.of(new InetSocketAddress("localhost", proxy.port()));
        return client.open(builder -> builder.authenticator(keeper).proxy(selector));
    }

    /** Knows one login, and notes who asks for it. */
    private static final class Keeper extends Authenticator {

        final List<String> asked = new ArrayList<>();
        private final String name;
        private final String password;

        Keeper(String name, String password) {
            this.name = name;
            this.password = password;
        }

        @Override
        protected @Nullable PasswordAuthentication getPasswordAuthentication() {
            asked.add(getRequestorType() + " " + getRequestingHost() + ":" + getRequestingPort() + " "
                    + getRequestingProtocol() + " " + getRequestingPrompt() + " "
                    + getRequestingScheme().toLowerCase(Locale.ROOT) + " " + getRequestingURL());
            return new PasswordAuthentication(name, password.toCharArray());
        }
    }
}
