// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.pool.HostSnapshot;
import io.github.pooledclient.testing.ScriptedServer;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PooledHttpClientTest {

    @Test
    void requestsReuseOneConnection() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hello")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(server.uri("/")).build();

            for (int i = 0; i < 5; i++) {
                HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
                assertThat(response.statusCode()).isEqualTo(200);
                assertThat(response.body()).isEqualTo("hello");
            }

            HostSnapshot totals = client.snapshot().totals();
            assertThat(totals.opened()).isEqualTo(1);
            assertThat(totals.reused()).isEqualTo(4);
            assertThat(totals.idle()).isEqualTo(1);
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @Test
    void asyncCallsWork() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hello")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(server.uri("/")).build();

            HttpResponse<String> response =
                    client.sendAsync(request, BodyHandlers.ofString()).get(10, TimeUnit.SECONDS);

            assertThat(response.body()).isEqualTo("hello");
        }
    }

    @Test
    void bodyIsSent() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hello")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(server.uri("/path?q=1"))
                    .header("X-Test", "yes")
                    .POST(BodyPublishers.ofString("the body"))
                    .build();

            client.send(request, BodyHandlers.discarding());

            assertThat(server.requests().get(0).line()).isEqualTo("POST /path?q=1 HTTP/1.1");
            assertThat(server.requests().get(0).field("x-test")).isEqualTo("yes");
            assertThat(server.requests().get(0).field("host")).isEqualTo("localhost:" + server.port());
            assertThat(server.requests().get(0).text()).isEqualTo("the body");
        }
    }

    @Test
    void streamIsReadAsItComes() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
                    peer.readBytes(0);
                    peer.stall();
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(server.uri("/")).build();

            try (InputStream body =
                    client.send(request, BodyHandlers.ofInputStream()).body()) {
                assertThat(body.readNBytes(5)).asString().isEqualTo("hello");
            }
        }
    }
}
