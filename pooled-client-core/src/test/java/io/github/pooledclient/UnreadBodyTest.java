// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.awaitNothingInUse;
import static io.github.pooledclient.EndToEnd.awaitNothingOpen;
import static io.github.pooledclient.EndToEnd.closed;
import static io.github.pooledclient.EndToEnd.fetch;
import static io.github.pooledclient.EndToEnd.get;
import static io.github.pooledclient.EndToEnd.totals;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.EndToEnd.Way;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.testing.ScriptedServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A body that nobody reads to its end: drained where that is quick, else its connection is closed. */
class UnreadBodyTest {

    private static String answer(int length) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n" + "x".repeat(length);
    }

    /** Has all the time that draining takes on a busy machine, so that it is the length alone that decides. */
    private static PooledHttpClient patientClient() {
        return PooledHttpClient.newBuilder()
                .limits(MessageLimits.builder().drainTimeout(EndToEnd.PATIENCE).build())
                .build();
    }

    private static InputStream open(Way way, PooledHttpClient client, ScriptedServer server) throws Exception {
        return way.send(client, get(server), BodyHandlers.ofInputStream()).body();
    }

    @ParameterizedTest
    @EnumSource
    void littleIsDrainedAndTheConnectionReused(Way way) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(answer(50_000)));
                PooledHttpClient client = patientClient()) {

            for (int i = 0; i < 5; i++) {
                try (InputStream body = open(way, client, server)) {
                    body.read();
                }
            }

            awaitNothingInUse(client);
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @Test
    void chunksAreDrainedToTheLast() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + ("3e8\r\n" + "x".repeat(1000) + "\r\n").repeat(40) + "0\r\nX-Trailer: 1\r\n\r\n"));
                PooledHttpClient client = patientClient()) {
            open(Way.SEND, client, server).close();

            assertThat(fetch(client, server)).hasSize(40_000);

            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void muchIsNotDrained(Way way) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(answer(1_000_000)));
                PooledHttpClient client = patientClient()) {

            open(way, client, server).close();

            awaitNothingOpen(client, server);
            assertThat(closed(client, CloseReason.BODY_ABANDONED)).isEqualTo(1);
        }
    }

    @Test
    void endlessChunksAreNotDrained() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                    while (true) {
                        peer.send("3e8\r\n" + "x".repeat(1000) + "\r\n");
                    }
                });
                PooledHttpClient client = patientClient()) {

            open(Way.SEND, client, server).close();

            awaitNothingOpen(client, server);
            assertThat(closed(client, CloseReason.BODY_ABANDONED)).isEqualTo(1);
        }
    }

    @Test
    void closeDoesNotWaitForABodyThatStalls() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
                    peer.awaitEnd();
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            InputStream body = open(Way.SEND, client, server);

            body.close();

            // It would be 30 s otherwise, and the server patient for 15.
            awaitNothingOpen(client, server);
            assertThat(closed(client, CloseReason.BODY_ABANDONED)).isEqualTo(1);
        }
    }

    @Test
    void bodyThatEndsWithTheConnectionIsNotDrained() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\n\r\nhello");
                    peer.awaitEnd();
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {

            open(Way.SEND, client, server).close();

            awaitNothingOpen(client, server);
        }
    }

    @Test
    void publisherThatIsCancelledGivesTheConnectionBack() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(answer(50_000)));
                PooledHttpClient client = patientClient()) {

            for (Way way : Way.values()) {
                way.send(client, get(server), BodyHandlers.ofPublisher()).body().subscribe(new CancelAtOnce());
                awaitNothingInUse(client);
            }

            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @Test
    void linesThatAreClosedGiveTheConnectionBack() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(answer(50_000)));
                PooledHttpClient client = patientClient()) {

            for (Way way : Way.values()) {
                way.send(client, get(server), BodyHandlers.ofLines()).body().close();
                awaitNothingInUse(client);
            }

            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @Test
    void closedStreamRefusesToBeRead() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(answer(50_000)));
                PooledHttpClient client = patientClient()) {
            InputStream body = open(Way.SEND, client, server);
            body.close();
            body.close();

            assertThatThrownBy(body::read).isInstanceOf(IOException.class);

            assertThat(totals(client).idle()).isEqualTo(1);
        }
    }

    private static final class CancelAtOnce implements Flow.Subscriber<List<ByteBuffer>> {

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.cancel();
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onComplete() {}
    }
}
