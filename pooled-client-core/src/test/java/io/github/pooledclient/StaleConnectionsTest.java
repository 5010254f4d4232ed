// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.awaitNothingInUse;
import static io.github.pooledclient.EndToEnd.closed;
import static io.github.pooledclient.EndToEnd.fetch;
import static io.github.pooledclient.EndToEnd.post;
import static io.github.pooledclient.EndToEnd.send;
import static io.github.pooledclient.EndToEnd.totals;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.RecordingPoolListener;
import io.github.pooledclient.testing.ScriptedServer;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What happens when all idle connections are dead at once, as after a restart, and do not look like it. */
class StaleConnectionsTest {

    @Test
    void idleConnectionsOlderThanAStaleOneAreClosed() throws Exception {
        RecordingPoolListener listener = new RecordingPoolListener();
        try (Restarted server = new Restarted(5);
                PooledHttpClient client =
                        PooledHttpClient.newBuilder().listener(listener).build()) {
            server.fill(client);

            fetch(client, server.server);

            assertThat(totals(client).retries()).isEqualTo(1);
            assertThat(closed(client, CloseReason.STALE)).isPositive();
            assertThat(closed(client, CloseReason.STALE) + totals(client).idle())
                    .isEqualTo(5);
            assertThat(listener.events()).contains("retried http://localhost:" + server.server.port());
        }
    }

    @Test
    void allGetsSucceedWhenAllIdleConnectionsAreDead() throws Exception {
        try (Restarted server = new Restarted(10);
                PooledHttpClient client = EndToEnd.client(PoolSettings.builder().maxConnectionsPerHost(10))) {
            server.fill(client);
            List<CompletableFuture<String>> calls = new ArrayList<>();

            for (int i = 0; i < 50; i++) {
                calls.add(EndToEnd.inBackground(() -> fetch(client, server.server)));
            }

            for (CompletableFuture<String> call : calls) {
                assertThat(EndToEnd.get(call)).isEqualTo("hi");
            }
            awaitNothingInUse(client);
        }
    }

    @Test
    void noPostIsReceivedTwiceWhenAllIdleConnectionsAreDead() throws Exception {
        try (Restarted server = new Restarted(10);
                PooledHttpClient client = EndToEnd.client(PoolSettings.builder().maxConnectionsPerHost(10))) {
            server.fill(client);
            List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();

            for (int i = 0; i < 30; i++) {
                String body = "post " + i;
                calls.add(EndToEnd.inBackground(() -> send(client, post(server.server, body))));
            }

            for (CompletableFuture<HttpResponse<String>> call : calls) {
                Throwable failure = EndToEnd.get(call.handle((response, e) -> e == null ? new Throwable("none") : e));
                assertThat(RequestState.of(failure)).isIn(null, RequestState.MAYBE_SENT);
            }
            List<String> received = server.server.requests().stream()
                    .filter(request -> request.line().startsWith("POST"))
                    .map(Peer.Request::text)
                    .toList();
            assertThat(received).doesNotHaveDuplicates().hasSize(30);
            awaitNothingInUse(client);
        }
    }

    /** A server whose first connections serve one request each, and then die of the next, as behind a restarted proxy. */
    private static final class Restarted implements AutoCloseable {

        private final BlockingQueue<Semaphore> mayAnswer = new LinkedBlockingQueue<>();
        private final AtomicInteger toAccept;
        private final ScriptedServer server;

        Restarted(int count) throws IOException {
            this.toAccept = new AtomicInteger(count);
            this.server = ScriptedServer.start(this::play);
        }

        private void play(Peer peer) throws Exception {
            if (toAccept.getAndDecrement() <= 0) {
                always(ok("hi")).play(peer);
                return;
            }
            peer.readRequest();
            Semaphore allowed = new Semaphore(0);
            mayAnswer.add(allowed);
            allowed.acquire();
            peer.send(ok("hi"));
            peer.readRequestOrEnd();
        }

        /** Has all the connections that will die idle in the pool: the last to be opened is the last to come back. */
        void fill(PooledHttpClient client) throws Exception {
            int count = toAccept.get();
            List<CompletableFuture<String>> calls = new ArrayList<>();
            List<Semaphore> answers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                calls.add(EndToEnd.inBackground(() -> fetch(client, server)));
                answers.add(mayAnswer.take());
            }
            for (int i = 0; i < count; i++) {
                answers.get(i).release();
                EndToEnd.get(calls.get(i));
            }
            assertThat(totals(client).idle()).isEqualTo(count);
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
