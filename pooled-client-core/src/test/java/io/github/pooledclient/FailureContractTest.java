// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.pooledclient.EndToEnd.Way;
import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.TestCertificates;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which exception it is when something fails. */
@ContractTest
class FailureContractTest {

    private final Client client;

    FailureContractTest(Client client) {
        this.client = client;
    }

    /** What a request fails with; null if it does not. */
    private Throwable failure(Way way, ScriptedServer.Script script, BodyHandler<?> handler) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(script);
                OpenClient open = client.open()) {
            return catchThrowable(() -> way.send(open.http(), EndToEnd.get(server), handler));
        }
    }

    private Throwable failure(Way way, URI uri) throws Exception {
        try (OpenClient open = client.open()) {
            return catchThrowable(() -> way.send(open.http(), EndToEnd.get(uri), BodyHandlers.ofString()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusedConnectIsAConnectException(Way way) throws Exception {
        assertThat(failure(way, URI.create("http://localhost:1/"))).isInstanceOf(ConnectException.class);
    }

    @ParameterizedTest
    @EnumSource
    void unknownHostIsAConnectException(Way way) throws Exception {
        assertThat(failure(way, URI.create("http://no-such-host.invalid/"))).isInstanceOf(ConnectException.class);
    }

    @ParameterizedTest
    @EnumSource
    void untrustedCertificateIsAnSslHandshakeException(Way way) throws Exception {
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(ok("hi")));
                OpenClient open = client.open(builder -> builder.sslContext(TestCertificates.untrustingClient()))) {
            assertThatThrownBy(() -> way.send(open.http(), EndToEnd.get(server), BodyHandlers.ofString()))
                    .isInstanceOf(SSLHandshakeException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void certificateOfAnotherHostIsAnSslHandshakeException(Way way) throws Exception {
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.otherHostServer(), always(ok("hi")));
                OpenClient open = client.open()) {
            assertThatThrownBy(() -> way.send(open.http(), EndToEnd.get(server), BodyHandlers.ofString()))
                    .isInstanceOf(SSLHandshakeException.class);
        }
    }

    @Test
    void serverWithoutTlsIsAnSslException() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readBytes(1);
                    peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
                    peer.awaitEnd();
                });
                OpenClient open = client.open()) {
            assertThatThrownBy(() -> open.get(URI.create("https://localhost:" + server.port() + "/")))
                    .isInstanceOf(SSLException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void closeBeforeAHeadIsAnIoException(Way way) throws Exception {
        assertThat(failure(way, Peer::readRequest, BodyHandlers.ofString())).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @EnumSource
    void resetBeforeAHeadIsAnIoException(Way way) throws Exception {
        ScriptedServer.Script reset = peer -> {
            peer.readRequest();
            peer.reset();
        };

        assertThat(failure(way, reset, BodyHandlers.ofString())).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nshort",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Len",
                "HTTP/1.1 2"
            })
    void truncatedResponseIsAnIoException(String answer) throws Exception {
        ScriptedServer.Script truncated = peer -> {
            peer.readRequest();
            peer.send(answer);
        };

        assertThat(failure(Way.SEND, truncated, BodyHandlers.ofString())).isInstanceOf(IOException.class);
        assertThat(failure(Way.SEND_ASYNC, truncated, BodyHandlers.ofString())).isInstanceOf(IOException.class);
    }

    @Test
    void streamOfATruncatedBodyFailsWhereItEnds() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort");
                });
                OpenClient open = client.open();
                InputStream body = open.http()
                        .send(EndToEnd.get(server), BodyHandlers.ofInputStream())
                        .body()) {
            assertThat(body.readNBytes(5)).hasSize(5);
            assertThatThrownBy(body::read).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NONSENSE\r\n\r\n",
                "HTTP/1.1 abc OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"
            })
    void malformedResponseIsAnIoException(String answer) throws Exception {
        assertThat(failure(Way.SEND, malformed(answer), BodyHandlers.ofString()))
                .isInstanceOf(IOException.class);
        assertThat(failure(Way.SEND_ASYNC, malformed(answer), BodyHandlers.ofString()))
                .isInstanceOf(IOException.class);
    }

    private static ScriptedServer.Script malformed(String answer) {
        return peer -> {
            peer.readRequest();
            peer.send(answer);
        };
    }

    @ParameterizedTest
    @CsvSource({
        "true, 'Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi!'",
        "true, 'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n'",
        "true, 'Transfer-Encoding: rot13\r\nContent-Length: 2\r\n\r\nhi'",
        "true, 'Content-Length: +2\r\n\r\nhi'",
        "true, 'Content-Length: -1\r\n\r\nhi'",
        "false, 'Content-Length: x\r\n\r\nhi'",
        "false, 'Content-Length: 99999999999999999999\r\n\r\nhi'",
        "false, 'X A: b\r\nContent-Length: 2\r\n\r\nhi'",
        "false, 'X : b\r\nContent-Length: 2\r\n\r\nhi'"
    })
    @Difference("RFC 9112, 6.3 and 5.1: what is not certain is an error that says so, never a guess")
    void responseOfUncertainLengthIsAProtocolException(boolean takenByTheJdks, String rest) throws Exception {
        Throwable failure = failure(Way.SEND, malformed("HTTP/1.1 200 OK\r\n" + rest), BodyHandlers.ofString());

        if (client == Client.OURS) {
            assertThat(failure).isInstanceOf(ProtocolException.class);
        } else {
            assertThat(failure == null).isEqualTo(takenByTheJdks);
        }
    }

    @ParameterizedTest
    @CsvSource({"SEND", "SEND_ASYNC"})
    @Difference("how far the request had come is known, and said")
    void failureSaysHowFarTheRequestHadCome(Way way) throws Exception {
        assertThat(RequestState.of(failure(way, URI.create("http://localhost:1/"))))
                .isEqualTo(client.differs(null, RequestState.NOT_SENT));
        assertThat(RequestState.of(failure(way, Peer::readRequest, BodyHandlers.ofString())))
                .isEqualTo(client.differs(null, RequestState.MAYBE_SENT));
        assertThat(RequestState.of(failure(way, malformed("HTTP/1.1 200 OK\r\nX"), BodyHandlers.ofString())))
                .isEqualTo(client.differs(null, RequestState.RESPONSE_STARTED));
    }

    /** Where user code fails. */
    enum Place {
        HANDLER,
        ON_SUBSCRIBE,
        ON_NEXT,
        ON_COMPLETE,
        BODY;

        BodyHandler<String> failing(RuntimeException failure) {
            return info -> {
                if (this == HANDLER) {
                    throw failure;
                }
                return new Failing(this, failure);
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void failureOfAHandlerOrSubscriberIsTheCause(Place place) throws Exception {
        IllegalStateException failure = new IllegalStateException("mine");

        Throwable sent = failure(Way.SEND, always(ok("hi")), place.failing(failure));

        assertThat(sent).isInstanceOf(IOException.class).hasStackTraceContaining("mine");
    }

    @ParameterizedTest
    @EnumSource
    @Difference(
            "one rule for all types: a caller's catch of IllegalArgumentException is for requests that cannot be sent")
    void illegalArgumentOfAHandlerIsAnIoException(Way way) throws Exception {
        Throwable sent = failure(way, always(ok("hi")), Place.HANDLER.failing(new IllegalArgumentException("mine")));

        assertThat(sent).isInstanceOf(client.differs(IllegalArgumentException.class, IOException.class));
        assertThat(sent).hasStackTraceContaining("mine");
    }

    @Test
    @Difference("sendAsync fails with what send throws; the JDK's lets unchecked exceptions through as they are")
    void failureOfAHandlerIsAnIoExceptionFromSendAsyncToo() throws Exception {
        Throwable sent =
                failure(Way.SEND_ASYNC, always(ok("hi")), Place.HANDLER.failing(new IllegalStateException("mine")));

        assertThat(sent).isInstanceOf(client.differs(IllegalStateException.class, IOException.class));
        assertThat(sent).hasStackTraceContaining("mine");
    }

    @Test
    void clientIsAsGoodAsBeforeAfterAFailure() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(Peer::readRequest, always(ok("hi")));
                OpenClient open = client.open()) {
            HttpRequest.Builder post = HttpRequest.newBuilder(server.uri("/")).POST(BodyPublishers.ofString("body"));
            assertThatThrownBy(() -> open.send(post)).isInstanceOf(IOException.class);

            assertThat(open.send(post).body()).isEqualTo("hi");
        }
    }

    @Test
    @Difference("RFC 9112, 9.3.1: only what had served before may have been stale")
    void requestIsNotSentAgainAfterANewConnectionFailed() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(Peer::readRequest, always(ok("hi")));
                OpenClient open = client.open()) {

            Throwable failure = catchThrowable(() -> open.get(server.uri("/")));

            assertThat(failure == null).isEqualTo(client.differs(true, false));
            assertThat(server.requests()).hasSize(client.differs(2, 1));
        }
    }

    @Test
    void interruptedSendThrowsInterruptedExceptionAndClearsTheFlag() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CompletableFuture<Object> thrown = new CompletableFuture<>();
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    arrived.countDown();
                    peer.awaitEnd();
                });
                OpenClient open = client.open()) {
            Thread caller = EndToEnd.background(() -> {
                Throwable failure = catchThrowable(() -> open.get(server.uri("/")));
                thrown.complete(List.of(failure, Thread.currentThread().isInterrupted()));
            });
            arrived.await();

            caller.interrupt();

            assertThat(EndToEnd.get(thrown))
                    .asInstanceOf(InstanceOfAssertFactories.LIST)
                    .satisfies(seen -> assertThat(seen.get(0)).isInstanceOf(InterruptedException.class))
                    .element(1)
                    .isEqualTo(false);
        }
    }

    /** Whether the request is sent all the same is a race with the JDK's; ours sends nothing ({@link CancellationTest}). */
    @Test
    void sendOfAThreadThatIsInterruptedDoesNotWaitForTheAnswer() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(Peer::awaitEnd);
                OpenClient open = client.open()) {
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> open.get(server.uri("/"))).isInstanceOf(InterruptedException.class);

            assertThat(Thread.interrupted()).isFalse();
        }
    }

    @Test
    void staleConnectionDoesNotFailAGet() throws Exception {
        assumeTrue(client == Client.OURS || Runtime.version().feature() > 17);
        try (ScriptedServer server = ScriptedServer.start(
                        peer -> {
                            peer.readRequest();
                            peer.send(ok("hi"));
                            peer.readRequestOrEnd();
                        },
                        always(ok("again")));
                OpenClient open = client.open()) {
            open.get(server.uri("/"));

            assertThat(open.get(server.uri("/")).body()).isEqualTo("again");
        }
    }

    /** Fails in one place. */
    private static final class Failing implements BodySubscriber<String> {

        private final Place place;
        private final RuntimeException failure;
        private final BodySubscriber<String> subscriber = BodySubscribers.ofString(StandardCharsets.UTF_8);

        Failing(Place place, RuntimeException failure) {
            this.place = place;
            this.failure = failure;
        }

        private void reached(Place now) {
            if (now == place) {
                throw failure;
            }
        }

        @Override
        public CompletionStage<String> getBody() {
            return place == Place.BODY ? CompletableFuture.failedFuture(failure) : subscriber.getBody();
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            reached(Place.ON_SUBSCRIBE);
            subscriber.onSubscribe(subscription);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            reached(Place.ON_NEXT);
            subscriber.onNext(buffers);
        }

        @Override
        public void onError(Throwable why) {
            subscriber.onError(why);
        }

        @Override
        public void onComplete() {
            reached(Place.ON_COMPLETE);
            subscriber.onComplete();
        }
    }
}
