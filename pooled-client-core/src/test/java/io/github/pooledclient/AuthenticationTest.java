// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.ScriptedServer.Script;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuthenticationTest {

    private static final String BASIC = "Basic dXNlcjpwYXNz";

    private final Login login = new Login();

    @Test
    void challengeIsAnsweredAndRememberedForTheOrigin() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(wants("Authorization", BASIC, "Basic realm=\"here\""));
                PooledHttpClient client = client()) {
            HttpRequest request = HttpRequest.newBuilder(server.uri("/")).build();

            HttpResponse<String> first = client.send(request, BodyHandlers.ofString());
            HttpResponse<String> second = client.send(request, BodyHandlers.ofString());

            assertThat(first.body()).isEqualTo("in");
            assertThat(second.body()).isEqualTo("in");
            assertThat(server.requests()).hasSize(3);
            assertThat(login.asked.get()).isEqualTo(1);
            assertThat(login.realm).isEqualTo("here");
        }
    }

    @Test
    void wrongPasswordIsNotTriedForEver() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(wants("Authorization", "Basic other", "Basic realm=\"r\""));
                PooledHttpClient client = client()) {
            HttpRequest request = HttpRequest.newBuilder(server.uri("/")).build();

            assertThat(client.send(request, BodyHandlers.discarding()).statusCode())
                    .isEqualTo(401);

            assertThat(server.requests()).hasSize(2);
        }
    }

    @Test
    void authenticatorThatFailsKeepsNoConnection() throws Exception {
        Authenticator failing = new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                throw new IllegalStateException("no keyring");
            }
        };
        try (ScriptedServer server = ScriptedServer.start(wants("Authorization", BASIC, "Basic realm=\"r\""));
                PooledHttpClient client =
                        PooledHttpClient.newBuilder().authenticator(failing).build()) {
            HttpRequest request = HttpRequest.newBuilder(server.uri("/")).build();

            assertThatThrownBy(() -> client.send(request, BodyHandlers.discarding()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no keyring");

            assertThat(client.snapshot().totals().active()).isZero();
        }
    }

    @Test
    void callersOwnFieldIsLeftAlone() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(wants("Authorization", BASIC, "Basic realm=\"r\""));
                PooledHttpClient client = client()) {
            HttpRequest request = HttpRequest.newBuilder(server.uri("/"))
                    .header("Authorization", "Bearer mine")
                    .build();

            assertThat(client.send(request, BodyHandlers.discarding()).statusCode())
                    .isEqualTo(401);

            assertThat(login.asked.get()).isZero();
        }
    }

    @Test
    void bodyThatCannotBeRepeatedIsNotSentAgain() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(wants("Authorization", BASIC, "Basic realm=\"r\""));
                PooledHttpClient client = client()) {
            HttpRequest request = HttpRequest.newBuilder(server.uri("/"))
                    .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[10])))
                    .build();

            assertThat(client.send(request, BodyHandlers.discarding()).statusCode())
                    .isEqualTo(401);

            assertThat(server.requests()).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"SHA-256, SHA-256", "MD5, MD5"})
    void digestProvesThePassword(String algorithm, String hash) throws Exception {
        String challenge = "Digest realm=\"r\", nonce=\"n0\", qop=\"auth-int,auth\", algorithm=" + algorithm
                + ", opaque=\"o\", Basic realm=\"r\"";
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    for (Peer.Request r = peer.readRequestOrEnd(); r != null; r = peer.readRequestOrEnd()) {
                        boolean right = isRight(r.field("Authorization"), hash, "/path?q=1");
                        peer.send(right ? ok("in") : refusal(401, "WWW-Authenticate", challenge));
                    }
                });
                PooledHttpClient client = client()) {
            HttpRequest request =
                    HttpRequest.newBuilder(server.uri("/path?q=1")).build();

            assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("in");
            assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("in");

            assertThat(server.requests()).hasSize(3);
            assertThat(server.requests().get(2).field("Authorization")).contains("nc=00000002");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Digest realm=\"r\", nonce=\"n\", charset=UTF-8 | Digest username*=UTF-8''%E2%82%AC%20x, realm",
                "Basic realm=\"r\", charset=\"UTF-8\" | Basic 4oKsIHg6cGFzcw==",
                // Neither can say it in ISO-8859-1.
                "Digest realm=\"r\", nonce=\"n\" |",
                "Basic realm=\"r\" |",
            })
    void nameBeyondLatin1IsSaidWhereTheSchemeHasAWay(String challenge, @Nullable String answer) throws Exception {
        Authenticator euro = new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                return new PasswordAuthentication("\u20ac x", "pass".toCharArray());
            }
        };
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    for (Peer.Request r = peer.readRequestOrEnd(); r != null; r = peer.readRequestOrEnd()) {
                        boolean asked = r.field("Authorization") == null;
                        peer.send(asked ? refusal(401, "WWW-Authenticate", challenge) : ok("in"));
                    }
                });
                PooledHttpClient client =
                        PooledHttpClient.newBuilder().authenticator(euro).build()) {

            int status =
                    client.send(EndToEnd.get(server), BodyHandlers.ofString()).statusCode();

            String said = server.lastRequest().field("Authorization");
            assertThat(status).isEqualTo(answer == null ? 401 : 200);
            assertThat(said == null ? "" : said).startsWith(answer == null ? "" : answer);
        }
    }

    @Test
    void staleNonceIsReplacedWithoutAskingAgain() throws Exception {
        AtomicInteger challenges = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    for (Peer.Request r = peer.readRequestOrEnd(); r != null; r = peer.readRequestOrEnd()) {
                        String answer = String.valueOf(r.field("Authorization"));
                        String challenge = "Digest realm=\"r\", nonce=\"n" + challenges.get() + "\", stale="
                                + (challenges.get() > 0);
                        boolean old = !answer.contains("nonce=\"n1\"");
                        if (old) {
                            challenges.incrementAndGet();
                        }
                        peer.send(old ? refusal(401, "WWW-Authenticate", challenge) : ok("in"));
                    }
                });
                PooledHttpClient client = client()) {
            HttpRequest request = HttpRequest.newBuilder(server.uri("/")).build();

            assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("in");

            assertThat(login.asked.get()).isEqualTo(1);
        }
    }

    @Test
    void proxyIsToldWhatItAsksAndTheOriginIsNot() throws Exception {
        try (ScriptedServer proxy = ScriptedServer.start(peer -> {
                    for (Peer.Request r = peer.readRequestOrEnd(); r != null; r = peer.readRequestOrEnd()) {
                        boolean right = BASIC.equals(r.field("Proxy-Authorization"));
                        peer.send(right ? ok("in") : refusal(407, "Proxy-Authenticate", "Basic realm=\"proxy\""));
                    }
                });
                PooledHttpClient client = through(proxy)) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create("http://origin.invalid/")).build();

            assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("in");

            assertThat(login.type).isEqualTo(Authenticator.RequestorType.PROXY);
            assertThat(login.realm).isEqualTo("proxy");
        }
    }

    @Test
    void proxyIsToldWhoAsksForATunnel() throws Exception {
        try (ScriptedServer proxy = ScriptedServer.start(peer -> {
                    Peer.Request request = peer.readRequest();
                    boolean right = BASIC.equals(request.field("Proxy-Authorization"));
                    peer.send(
                            right
                                    ? refusal(502, "X-Seen", "yes")
                                    : refusal(407, "Proxy-Authenticate", "Basic realm=p"));
                    peer.awaitEnd();
                });
                PooledHttpClient client = through(proxy)) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("https://origin.invalid/"))
                    .build();

            assertThatThrownBy(() -> client.send(request, BodyHandlers.ofString()))
                    .hasMessageContaining("502");

            assertThat(proxy.requests()).hasSize(2);
        }
    }

    @Test
    void withoutAChallengeNobodyIsAsked() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("open")));
                PooledHttpClient client = client()) {
            client.send(HttpRequest.newBuilder(server.uri("/")).build(), BodyHandlers.discarding());

            assertThat(login.asked.get()).isZero();
            assertThat(server.requests().get(0).field("Authorization")).isNull();
        }
    }

    private PooledHttpClient client() {
        return PooledHttpClient.newBuilder().authenticator(login).build();
    }

    private PooledHttpClient through(ScriptedServer proxy) {
        return PooledHttpClient.newBuilder()
                .authenticator(login)
                .proxy(ProxySelector.of(InetSocketAddress.createUnresolved("localhost", proxy.port())))
                .build();
    }

    private static Script wants(String field, String value, String challenge) {
        return peer -> {
            for (Peer.Request r = peer.readRequestOrEnd(); r != null; r = peer.readRequestOrEnd()) {
                peer.send(value.equals(r.field(field)) ? ok("in") : refusal(401, "WWW-Authenticate", challenge));
            }
        };
    }

    private static String refusal(int status, String field, String challenge) {
        return "HTTP/1.1 " + status + " No\r\n" + field + ": " + challenge + "\r\nContent-Length: 0\r\n\r\n";
    }

    /** Computes what RFC 7616, 3.4.1 asks for, from the words of the answer itself. */
    private static boolean isRight(@Nullable String answer, String hash, String target) throws Exception {
        if (answer == null || !answer.startsWith("Digest ") || !answer.contains("opaque=\"o\"")) {
            return false;
        }
        String secret = hash(hash, "user:r:pass");
        String expected = hash(
                hash,
                secret + ":n0:" + word(answer, "nc=") + ":" + word(answer, "cnonce=") + ":auth:"
                        + hash(hash, "GET:" + target));
        return expected.equals(word(answer, "response=")) && target.equals(word(answer, "uri="));
    }

    private static String word(String answer, String name) {
        int start = answer.indexOf(" " + name) + 1 + name.length();
        int end = answer.indexOf(',', start);
        return answer.substring(start, end < 0 ? answer.length() : end).replace("\"", "");
    }

    private static String hash(String algorithm, String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static final class Login extends Authenticator {

        private final AtomicInteger asked = new AtomicInteger();
        private volatile @Nullable String realm;
        private volatile @Nullable RequestorType type;

        @Override
        protected PasswordAuthentication getPasswordAuthentication() {
            asked.incrementAndGet();
            realm = getRequestingPrompt();
            type = getRequestorType();
            return new PasswordAuthentication("user", "pass".toCharArray());
        }
    }
}
