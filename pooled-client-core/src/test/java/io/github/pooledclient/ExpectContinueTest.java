// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.awaitNothingInUse;
import static io.github.pooledclient.EndToEnd.awaitNothingOpen;
import static io.github.pooledclient.EndToEnd.fetch;
import static io.github.pooledclient.EndToEnd.totals;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Asking before a body is sent (RFC 9110, 10.1.1). */
class ExpectContinueTest {

    private static final String CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

    private static HttpRequest asking(ScriptedServer server) {
        return HttpRequest.newBuilder(server.uri("/"))
                .expectContinue(true)
                .POST(BodyPublishers.ofString("the body"))
                .build();
    }

    private static String body(Peer peer) throws IOException {
        return new String(peer.readBytes(8), StandardCharsets.UTF_8);
    }

    @Test
    void bodyIsSentWhenItIsAskedFor() throws Exception {
        CompletableFuture<String> head = new CompletableFuture<>();
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    head.complete(peer.readHead());
                    // Not a byte of the body comes before it is asked for.
                    assertThat(peer.socket().getInputStream().available()).isZero();
                    peer.send(CONTINUE);
                    peer.send(ok(body(peer)));
                    always(ok("next")).play(peer);
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            HttpResponse<String> response = EndToEnd.send(client, asking(server));

            assertThat(response.body()).isEqualTo("the body");
            assertThat(head.join()).containsIgnoringCase("Expect: 100-continue");
            assertThat(fetch(client, server)).isEqualTo("next");
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @Test
    void bodyIsSentToAPeerThatSaysNothing() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readHead();
                    peer.send(ok(body(peer)));
                    peer.awaitEnd();
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            assertThat(EndToEnd.send(client, asking(server)).body()).isEqualTo("the body");
        }
    }

    @Test
    void lateContinueIsNotTheAnswer() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readHead();
                    String body = body(peer);
                    peer.send(CONTINUE + ok(body));
                    always(ok("next")).play(peer);
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            assertThat(EndToEnd.send(client, asking(server)).body()).isEqualTo("the body");

            assertThat(fetch(client, server)).isEqualTo("next");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {417, 413, 401, 302, 200})
    void answerInsteadOfContinueIsTheAnswer(int status) throws Exception {
        CompletableFuture<byte[]> rest = new CompletableFuture<>();
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readHead();
                    peer.send("HTTP/1.1 " + status + " Said\r\nContent-Length: 2\r\n\r\nno");
                    rest.complete(peer.awaitEnd());
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            HttpResponse<String> response = EndToEnd.send(client, asking(server));

            assertThat(response.statusCode()).isEqualTo(status);
            assertThat(response.body()).isEqualTo("no");
            // The server may still wait for the body: this connection is of no further use.
            awaitNothingOpen(client, server);
            assertThat(EndToEnd.get(rest)).isEmpty();
        }
    }

    @Test
    void peerThatClosesInsteadOfContinuingIsAFailure() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(Peer::readHead);
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            assertThatThrownBy(() -> EndToEnd.send(client, asking(server)))
                    .isInstanceOf(IOException.class)
                    .satisfies(e -> assertThat(RequestState.of(e)).isEqualTo(RequestState.MAYBE_SENT));

            awaitNothingOpen(client, server);
        }
    }

    @Test
    void nothingIsExpectedForNoBody() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            HttpRequest request =
                    HttpRequest.newBuilder(server.uri("/")).expectContinue(true).build();

            EndToEnd.send(client, request);

            assertThat(server.lastRequest().field("Expect")).isNull();
            assertThat(totals(client).idle()).isEqualTo(1);
            awaitNothingInUse(client);
        }
    }
}
