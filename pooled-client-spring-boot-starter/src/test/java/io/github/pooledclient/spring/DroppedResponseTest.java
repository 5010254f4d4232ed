// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.spring.testing.EchoServer;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.web.client.RestClient;

/** A response of Spring's that is dropped without being closed does not keep its connection. */
class DroppedResponseTest {

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final PooledHttpClient client = PooledHttpClient.newBuilder()
            .pool(PoolSettings.builder()
                    .maxConnectionsPerHost(1)
                    .acquireTimeout(PATIENCE)
                    .build())
            .build();
    private final PooledClientHttpRequestFactory factory = new PooledClientHttpRequestFactory(client);
    private EchoServer server;

    @BeforeEach
    void startServer() throws IOException {
        server = new EchoServer();
    }

    @AfterEach
    void stop() {
        client.shutdownNow();
        server.close();
    }

    private byte[] body() {
        // Too much to be in memory when the response is.
        return new byte[1_000_000];
    }

    private RestClient restClient() {
        return RestClient.builder().requestFactory(factory).build();
    }

    private void awaitLeak() {
        await().pollInterval(Duration.ofMillis(20)).atMost(PATIENCE).untilAsserted(() -> {
            System.gc();
            assertThat(client.snapshot().totals().closed()).containsEntry(CloseReason.LEAKED, 1L);
        });
        assertThat(client.snapshot().totals().leaks()).isEqualTo(1);
        String next = restClient()
                .post()
                .uri(server.uri("/echo"))
                .body("next")
                .retrieve()
                .body(String.class);
        assertThat(next).isEqualTo("next");
    }

    @Test
    void responseThatNobodyHasGivesItsConnectionBack() throws IOException {
        dropResponse();

        awaitLeak();
    }

    private void dropResponse() throws IOException {
        ClientHttpRequest request = factory.createRequest(server.uri("/echo"), HttpMethod.POST);
        request.getBody().write(body());
        assertThat(request.execute().getStatusCode().value()).isEqualTo(200);
    }

    @Test
    void streamOfAnExchangeThatWasNotClosedGivesItsConnectionBack() throws IOException {
        dropExchange();

        awaitLeak();
    }

    private void dropExchange() throws IOException {
        int first = restClient()
                .post()
                .uri(server.uri("/echo"))
                .body(body())
                .exchange((request, response) -> response.getBody(), false)
                .read();
        assertThat(first).isZero();
    }
}
