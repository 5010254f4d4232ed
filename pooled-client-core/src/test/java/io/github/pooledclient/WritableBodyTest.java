// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.testing.ScriptedServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WritableBodyTest {

    @Test
    void isSentInChunksWithoutALength() throws Exception {
        HttpRequest.BodyPublisher body = body(-1, out -> out.write("written".getBytes(US_ASCII)));

        assertThat(received(PooledHttpClient.newHttpClient(), body)).isEqualTo("written");
    }

    @Test
    void isSentByOtherClientsToo() throws Exception {
        HttpRequest.BodyPublisher body = body(7, out -> out.write("written".getBytes(US_ASCII)));

        assertThat(received(HttpClient.newHttpClient(), body)).isEqualTo("written");
    }

    @Test
    void reachesThePeerWhileItIsStillBeingWritten() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        boolean[] inTime = new boolean[1];
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readHead();
                    peer.readBytes(64 * 1024);
                    arrived.countDown();
                    peer.readBytes(1);
                    peer.send(ok(""));
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            HttpRequest.BodyPublisher body = body(64 * 1024 + 1, out -> {
                out.write(new byte[64 * 1024]);
                out.flush();
                inTime[0] = await(arrived);
                out.write(1);
            });

            client.send(HttpRequest.newBuilder(server.uri("/")).POST(body).build(), BodyHandlers.discarding());

            assertThat(inTime[0]).isTrue();
        }
    }

    @Test
    void failureInTheMiddleIsNeverAWholeBody() throws Exception {
        IOException broken = new IOException("the source broke");
        byte[][] rest = new byte[1][];
        CountDownLatch ended = new CountDownLatch(1);
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readHead();
                    rest[0] = peer.awaitEnd();
                    ended.countDown();
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            HttpRequest.BodyPublisher body = body(-1, out -> {
                out.write(new byte[100_000]);
                throw broken;
            });
            HttpRequest request =
                    HttpRequest.newBuilder(server.uri("/")).POST(body).build();

            assertThatThrownBy(() -> client.send(request, BodyHandlers.discarding()))
                    .isInstanceOf(IOException.class)
                    .hasRootCause(broken);

            assertThat(await(ended)).isTrue();
            assertThat(new String(rest[0], rest[0].length - 5, 5, US_ASCII)).isNotEqualTo("0\r\n\r\n");
            assertThat(client.snapshot().totals().active()).isZero();
        }
    }

    @Test
    void repeatableOneIsWrittenAgainAfterAStaleConnection() throws Exception {
        int[] written = new int[1];
        try (ScriptedServer server = ScriptedServer.start(
                        peer -> {
                            peer.readRequest();
                            peer.send(ok("first"));
                            peer.readRequest();
                        },
                        always(ok("second")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            client.send(HttpRequest.newBuilder(server.uri("/")).build(), BodyHandlers.discarding());
            HttpRequest.BodyPublisher body = body(-1, out -> {
                written[0]++;
                out.write("again".getBytes(US_ASCII));
            });

            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(server.uri("/")).PUT(body).build(), BodyHandlers.ofString());

            assertThat(response.body()).isEqualTo("second");
            assertThat(written[0]).isEqualTo(2);
        }
    }

    private static boolean await(CountDownLatch latch) throws IOException {
        try {
            return latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static String received(HttpClient client, HttpRequest.BodyPublisher body) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("")))) {
            HttpRequest request = HttpRequest.newBuilder(server.uri("/"))
                    .version(HttpClient.Version.HTTP_1_1)
                    .POST(body)
                    .build();
            client.send(request, BodyHandlers.discarding());
            return server.requests().get(0).text();
        }
    }

    private interface Writer {
        void writeTo(OutputStream out) throws IOException;
    }

    private static WritableBody body(long length, Writer writer) {
        return new WritableBody() {
            @Override
            public void writeTo(OutputStream out) throws IOException {
                writer.writeTo(out);
            }

            @Override
            public boolean isRepeatable() {
                return true;
            }

            @Override
            public long contentLength() {
                return length;
            }
        };
    }
}
