// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.testing.Nginx;
import io.github.pooledclient.testing.TestCertificates;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real server, where one is installed. */
class NginxTest {

    @TempDir
    static Path folder;

    private static Nginx nginx;

    @BeforeAll
    static void start() throws Exception {
        Nginx.assumeInstalled();
        nginx = Nginx.start(folder);
    }

    @AfterAll
    static void stop() {
        if (nginx != null) {
            nginx.close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void hundredRequestsTakeOneConnection(boolean secure) throws Exception {
        try (PooledHttpClient client = client()) {
            for (int i = 0; i < 100; i++) {
                HttpResponse<String> response = client.send(get(nginx.uri(secure, "/small")), BodyHandlers.ofString());
                assertThat(response.body()).isEqualTo("small");
                assertThat(response.headers().firstValue("server")).isPresent();
            }

            assertThat(client.snapshot().totals().opened()).isEqualTo(1);
            assertThat(client.snapshot().totals().reused()).isEqualTo(99);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void largeBodyComesWhole(boolean secure) throws Exception {
        try (PooledHttpClient client = client()) {
            byte[] body = client.send(get(nginx.uri(secure, "/large")), BodyHandlers.ofByteArray())
                    .body();

            assertThat(Arrays.equals(body, nginx.large())).isTrue();
        }
    }

    @Test
    void compressedResponseIsDecompressed() throws Exception {
        try (PooledHttpClient client = client()) {
            HttpResponse<byte[]> response = client.send(get(nginx.uri(false, "/text.txt")), BodyHandlers.ofByteArray());

            assertThat(response.body()).hasSize(Nginx.TEXT_SIZE);
            assertThat(response.headers().firstValue("Content-Encoding")).isEmpty();
        }
    }

    @Test
    void uploadIsEchoed() throws Exception {
        try (PooledHttpClient client = client()) {
            byte[] body = nginx.large();
            HttpRequest request = HttpRequest.newBuilder(nginx.uri(false, "/upload"))
                    .POST(BodyPublishers.ofByteArray(body))
                    .build();

            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).isEqualTo("got " + body.length);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void connectionThatTheServerClosesWhenIdleIsNotUsedAgain(boolean secure) throws Exception {
        try (PooledHttpClient client = client()) {
            // Closed by the server half a second after its response, and it does not say so before.
            client.send(get(nginx.uri(secure, "/impatient")), BodyHandlers.discarding());

            await().atMost(EndToEnd.PATIENCE)
                    .untilAsserted(() ->
                            assertThat(client.snapshot().totals().closed()).containsOnlyKeys(CloseReason.PEER_CLOSED));
            assertThat(client.send(get(nginx.uri(secure, "/small")), BodyHandlers.ofString())
                            .body())
                    .isEqualTo("small");
            assertThat(client.snapshot().totals().retries()).isZero();
        }
    }

    @Test
    void announcedCloseIsObeyed() throws Exception {
        try (PooledHttpClient client = client()) {
            client.send(get(nginx.uri(false, "/closing")), BodyHandlers.discarding());

            assertThat(client.snapshot().totals().closed()).containsOnlyKeys(CloseReason.PEER_SAID_CLOSE);
        }
    }

    private static PooledHttpClient client() {
        return PooledHttpClient.newBuilder()
                .sslContext(TestCertificates.client())
                .build();
    }
}
