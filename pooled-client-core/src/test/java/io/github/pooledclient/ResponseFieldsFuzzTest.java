// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.testing.ReferenceRequest;
import io.github.pooledclient.testing.SegmentedTransport;
import io.github.pooledclient.transport.Origin;
import io.github.pooledclient.transport.Route;
import io.github.pooledclient.transport.Transport;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.CookieStore;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;

/** What a call does because a server says so, whatever it says: redirects, cookies, credentials, codings. */
class ResponseFieldsFuzzTest {

    private static final Origin ORIGIN = new Origin("http", "a.example", 80);
    private static final String LAST_ANSWER = "HTTP/1.1 204 No Content\r\n\r\n";
    // Five targets, and to each of their requests three answers to challenges.
    private static final int MOST_REQUESTS = 5 * 4;

    // A pool remembers each host for a while, and fuzzing finds many.
    private static final int MOST_USES = 1000;

    private static final Authenticator AUTHENTICATOR = new Authenticator() {
        @Override
        protected @Nullable PasswordAuthentication getPasswordAuthentication() {
            return getRequestingHost().equals(ORIGIN.host())
                    ? new PasswordAuthentication("user", "secret".toCharArray())
                    : null;
        }
    };
    private static final CookieManager COOKIES = new CookieManager(null, CookiePolicy.ACCEPT_ALL);
    private static Peers peers = new Peers(List.of());
    private static @Nullable PooledHttpClient client;
    private static int uses;

    /** One that knows nothing of what was before. */
    private static PooledHttpClient client() {
        if (client == null || ++uses % MOST_USES == 0) {
            close();
            client = PooledHttpClient.newBuilder()
                    .connector((route, deadline) -> peers.connect(route))
                    .pool(PoolSettings.builder().enabled(false).build())
                    .followRedirects(Redirect.ALWAYS)
                    .cookieHandler(COOKIES)
                    .build();
        }
        return client.toBuilder().authenticator(AUTHENTICATOR).build();
    }

    @AfterAll
    static void close() {
        if (client != null) {
            client.close();
        }
    }

    /** Who connects gets the next answer. */
    private static final class Peers {

        private final List<String> answers;
        private final List<Route> routes = new ArrayList<>();
        private final List<SegmentedTransport> transports = new ArrayList<>();

        Peers(List<String> answers) {
            this.answers = answers;
        }

        Transport connect(Route route) {
            String answer = transports.size() < answers.size() ? answers.get(transports.size()) : LAST_ANSWER;
            SegmentedTransport transport =
                    new SegmentedTransport(() -> 1000).answer(answer.getBytes(StandardCharsets.ISO_8859_1));
            routes.add(route);
            transports.add(transport);
            return transport;
        }
    }

    /** The parts of the input answer the requests, one each. */
    @FuzzTest
    void callDoesNothingButWhatIsDocumented(byte[] bytes) throws InterruptedException {
        peers = new Peers(List.of(new String(bytes, StandardCharsets.ISO_8859_1).split("\u001c", -1)));
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://a.example")).build();
        CookieStore jar = COOKIES.getCookieStore();
        jar.removeAll();

        try {
            HttpResponse<byte[]> response = client().send(request, BodyHandlers.ofByteArray());
            assertThat(response.statusCode()).isGreaterThanOrEqualTo(200);
        } catch (IOException e) {
            assertThat(RequestState.of(e)).isNotNull();
        }

        assertThat(peers.transports).hasSizeBetween(1, MOST_REQUESTS);
        for (int i = 0; i < peers.transports.size(); i++) {
            assertThat(peers.transports.get(i).isClosed()).isTrue();
            if (!peers.routes.get(i).origin().isSecure()) {
                assertIsHarmless(
                        peers.routes.get(i).origin(),
                        ReferenceRequest.all(peers.transports.get(i).written()));
            }
        }
    }

    private static void assertIsHarmless(Origin origin, List<ReferenceRequest> written) {
        assertThat(written).hasSize(1);
        ReferenceRequest request = written.get(0);
        assertThat(request.method()).isEqualTo("GET");
        assertThat(request.target()).startsWith("/");
        assertThat(request.values("Host")).containsExactly(origin.authority());
        assertThat(request.values("Authorization").size()).isLessThanOrEqualTo(origin.equals(ORIGIN) ? 1 : 0);
        assertThat(request.values("Cookie").size()).isLessThanOrEqualTo(1);
    }
}
