// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.awaitNothingInUse;
import static io.github.pooledclient.EndToEnd.fetch;
import static io.github.pooledclient.EndToEnd.send;
import static io.github.pooledclient.EndToEnd.totals;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.internal.net.ChannelConnector;
import io.github.pooledclient.internal.time.DeadlineWatchdog;
import io.github.pooledclient.testing.ClosedPort;
import io.github.pooledclient.testing.ForwardingTransport;
import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.transport.Ticker;
import io.github.pooledclient.transport.Transport;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** When a request is sent again (RFC 9110, 9.2.2), and when never. */
class RetryTest {

    /** A kind of request, and whether it may be sent twice. */
    private enum Kind {
        GET(true),
        HEAD(true),
        PUT(true),
        DELETE(true),
        PUT_OF_A_STREAM(false),
        POST(false),
        PATCH(false),
        POST_WITH_KEY(true),
        POST_OF_A_STREAM_WITH_KEY(false);

        private final boolean replayable;

        Kind(boolean replayable) {
            this.replayable = replayable;
        }

        HttpRequest to(ScriptedServer server) {
            HttpRequest.Builder request = HttpRequest.newBuilder(server.uri("/"));
            switch (this) {
                case GET -> request.GET();
                case HEAD -> request.method("HEAD", BodyPublishers.noBody());
                case PUT -> request.PUT(BodyPublishers.ofString("body"));
                case DELETE -> request.DELETE();
                case PUT_OF_A_STREAM -> request.PUT(stream());
                case POST -> request.POST(BodyPublishers.ofString("body"));
                case PATCH -> request.method("PATCH", BodyPublishers.ofString("body"));
                case POST_WITH_KEY -> request.header("Idempotency-Key", "1").POST(BodyPublishers.ofString("body"));
                case POST_OF_A_STREAM_WITH_KEY ->
                    request.header("idempotency-key", "1").POST(stream());
            }
            return request.build();
        }

        private static HttpRequest.BodyPublisher stream() {
            byte[] bytes = "body".getBytes(StandardCharsets.UTF_8);
            return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes));
        }
    }

    /** What happens to a request, and what that means. */
    private enum Fault {
        CLOSED(true, RequestState.MAYBE_SENT) {
            @Override
            void strike(Peer peer) throws Exception {
                peer.readRequest();
            }
        },
        RESET(true, RequestState.MAYBE_SENT) {
            @Override
            void strike(Peer peer) throws Exception {
                peer.readRequest();
                peer.reset();
            }
        },
        HALF_A_HEAD(false, RequestState.RESPONSE_STARTED) {
            @Override
            void strike(Peer peer) throws Exception {
                peer.readRequest();
                peer.send("HTTP/1.1 200 OK\r\nConten");
            }
        },
        ONE_BYTE(false, RequestState.RESPONSE_STARTED) {
            @Override
            void strike(Peer peer) throws Exception {
                peer.readRequest();
                peer.send("H");
            }
        },
        INTERIM_RESPONSE(false, RequestState.RESPONSE_STARTED) {
            @Override
            void strike(Peer peer) throws Exception {
                peer.readRequest();
                peer.send("HTTP/1.1 103 Early Hints\r\n\r\n");
            }
        },
        TIMEOUT(false, RequestState.MAYBE_SENT) {
            @Override
            void strike(Peer peer) throws Exception {
                peer.readRequest();
                peer.awaitEnd();
            }
        };

        private final boolean repeatable;
        private final RequestState state;

        Fault(boolean repeatable, RequestState state) {
            this.repeatable = repeatable;
            this.state = state;
        }

        abstract void strike(Peer peer) throws Exception;

        /** A client on the same pool that waits for a fault as long as that needs: a busy machine is no stall. */
        PooledHttpClient withItsPatience(PooledHttpClient client) {
            Duration readTimeout = this == TIMEOUT ? Duration.ofMillis(100) : EndToEnd.PATIENCE;
            return client.toBuilder().readTimeout(readTimeout).build();
        }
    }

    static Stream<Arguments> all() {
        return Stream.of(Fault.values())
                .flatMap(fault -> Stream.of(Kind.values()).map(kind -> Arguments.of(kind, fault)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("all")
    void requestOnAReusedConnectionIsSentAgainOnlyWhereThatIsSafe(Kind kind, Fault fault) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(
                        peer -> {
                            peer.readRequest();
                            peer.send(ok("first"));
                            fault.strike(peer);
                        },
                        always("HTTP/1.1 204 Again\r\n\r\n"));
                PooledHttpClient client = PooledHttpClient.newHttpClient();
                PooledHttpClient view = fault.withItsPatience(client)) {
            fetch(client, server);
            HttpRequest request = kind.to(server);

            boolean again = kind.replayable && fault.repeatable;
            if (again) {
                assertThat(send(view, request).statusCode()).isEqualTo(204);
            } else {
                assertThatThrownBy(() -> send(view, request))
                        .isInstanceOf(IOException.class)
                        .satisfies(e -> assertThat(RequestState.of(e)).isEqualTo(fault.state));
            }

            assertThat(server.awaitRequests(again ? 3 : 2)).hasSize(again ? 3 : 2);
            assertThat(totals(client).retries()).isEqualTo(again ? 1 : 0);
            awaitNothingInUse(client);
        }
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("all")
    void requestOnANewConnectionIsNeverSentAgain(Kind kind, Fault fault) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(fault::strike, always(ok("again")));
                PooledHttpClient client = PooledHttpClient.newHttpClient();
                PooledHttpClient view = fault.withItsPatience(client)) {

            assertThatThrownBy(() -> send(view, kind.to(server)))
                    .isInstanceOf(IOException.class)
                    .satisfies(e -> assertThat(RequestState.of(e)).isEqualTo(fault.state));

            assertThat(server.awaitRequests(1)).hasSize(1);
            assertThat(totals(client).retries()).isZero();
            awaitNothingInUse(client);
        }
    }

    @Test
    void requestIsSentAgainOnlyOnce() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(
                        peer -> {
                            peer.readRequest();
                            peer.send(ok("first"));
                            peer.readRequest();
                        },
                        Peer::readRequest);
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            fetch(client, server);

            assertThatThrownBy(() -> fetch(client, server))
                    .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));

            assertThat(server.requests()).hasSize(3);
            awaitNothingInUse(client);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"POST", "PUT"})
    void repeatedBodyIsTheSame(Kind kind) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(
                        peer -> {
                            peer.readRequest();
                            peer.send(ok("first"));
                            peer.readRequest();
                        },
                        always(ok("again")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            fetch(client, server);
            HttpRequest.Builder request = HttpRequest.newBuilder(server.uri("/"));
            HttpRequest.BodyPublisher body = BodyPublishers.ofString("x".repeat(100_000));
            request = kind == Kind.PUT
                    ? request.PUT(body)
                    : request.header("Idempotency-Key", "1").POST(body);

            send(client, request.build());

            assertThat(server.requests().get(2).body())
                    .isEqualTo(server.requests().get(1).body());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"POST", "GET", "PUT_OF_A_STREAM"})
    void requestOfWhichNoByteWasAcceptedIsSentAgainIfItsBodyCanBe(Kind kind) throws Exception {
        AtomicInteger opened = new AtomicInteger();
        ChannelConnector tcp = new ChannelConnector(Ticker.system(), DeadlineWatchdog.shared(), null);
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .connector((route, deadline) -> {
                            Transport transport = tcp.connect(route, deadline);
                            return opened.getAndIncrement() == 0 ? new OneWrite(transport) : transport;
                        })
                        .build()) {
            fetch(client, server);

            if (kind == Kind.PUT_OF_A_STREAM) {
                assertThatThrownBy(() -> send(client, kind.to(server)))
                        .satisfies(e -> assertThat(RequestState.of(e)).isEqualTo(RequestState.NOT_SENT));
            } else {
                assertThat(send(client, kind.to(server)).body()).isEqualTo("hi");
                assertThat(totals(client).retries()).isEqualTo(1);
            }

            awaitNothingInUse(client);
        }
    }

    /** What may keep the second try from being sent. */
    private enum SecondConnect {
        REFUSED(IOException.class) {
            @Override
            void fails() throws IOException {
                throw new ConnectException("Connection refused");
            }
        },
        INTERRUPTED(InterruptedException.class) {
            @Override
            void fails() throws IOException {
                Thread.currentThread().interrupt();
                throw new ClosedByInterruptException();
            }
        };

        private final Class<? extends Exception> thrown;

        SecondConnect(Class<? extends Exception> thrown) {
            this.thrown = thrown;
        }

        abstract void fails() throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void requestThatMayHaveBeenReceivedIsNotSaidToBeUnsentIfItCannotBeSentAgain(SecondConnect second) throws Exception {
        AtomicInteger opened = new AtomicInteger();
        ChannelConnector tcp = new ChannelConnector(Ticker.system(), DeadlineWatchdog.shared(), null);
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send(ok("first"));
                    peer.readRequest();
                });
                PooledHttpClient client = PooledHttpClient.newBuilder()
                        .connector((route, deadline) -> {
                            if (opened.getAndIncrement() > 0) {
                                second.fails();
                            }
                            return tcp.connect(route, deadline);
                        })
                        .build()) {
            fetch(client, server);

            assertThatThrownBy(() -> fetch(client, server))
                    .isInstanceOf(second.thrown)
                    .satisfies(e -> assertThat(RequestState.of(e)).isEqualTo(RequestState.MAYBE_SENT));

            assertThat(server.requests()).hasSize(2);
            awaitNothingInUse(client);
        }
    }

    @Test
    void refusedConnectIsNotSentAndNotTriedAgain() throws Exception {
        try (ClosedPort nobody = new ClosedPort();
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            HttpRequest request = EndToEnd.get(URI.create("http://localhost:" + nobody.port() + "/"));

            assertThatThrownBy(() -> client.send(request, BodyHandlers.discarding()))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining("127.0.0.1:" + nobody.port())
                    .satisfies(e -> assertThat(RequestState.of(e)).isEqualTo(RequestState.NOT_SENT));

            assertThat(totals(client).connectFailures()).isEqualTo(1);
            awaitNothingInUse(client);
        }
    }

    /** A transport that is reset before its second write. */
    private static final class OneWrite extends ForwardingTransport {

        private final AtomicInteger writes = new AtomicInteger();

        OneWrite(Transport transport) {
            super(transport);
        }

        @Override
        public void write(ByteBuffer from) throws IOException {
            if (writes.getAndIncrement() > 0) {
                throw new IOException("Broken pipe");
            }
            super.write(from);
        }
    }
}
