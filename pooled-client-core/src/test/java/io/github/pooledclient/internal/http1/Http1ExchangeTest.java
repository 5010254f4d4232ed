// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.pooledclient.MessageLimits;
import io.github.pooledclient.RequestState;
import io.github.pooledclient.internal.http.Exchange;
import io.github.pooledclient.internal.http.Failures;
import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.internal.http.ResponseHead;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.testing.ScriptedTransport;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Http1ExchangeTest {

    // More than this thread may be kept from running between two steps.
    private static final Duration A_WHILE = Duration.ofSeconds(1);

    private static final String RESPONSE = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    @Test
    void smallExchangeIsOneWriteAndOneRead() throws IOException {
        ScriptedTransport script = new ScriptedTransport()
                .expect("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 6\r\n\r\nabcdef")
                .answer(RESPONSE);
        Http1Connection connection = Wire.connection(script);

        Exchange exchange = connection.begin(Wire.LIMITS);
        ResponseHead head = exchange.send(Wire.head("POST"), Pieces.of("abc", "def"));
        String content = Wire.readAll(exchange);
        exchange.end();

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(content).isEqualTo("hello");
        assertThat(script.writes()).isEqualTo(1);
        assertThat(script.reads()).isEqualTo(1);
        assertThat(script.looks()).isZero();
        assertThat(connection.unusable()).isNull();
    }

    @Test
    void contentOfUnknownLengthLeavesInChunks() throws IOException {
        ScriptedTransport script = new ScriptedTransport().expect("""
                        POST / HTTP/1.1\r
                        Host: a.example\r
                        Transfer-Encoding: chunked\r
                        \r
                        3\r
                        abc\r
                        b\r
                        defghijklmn\r
                        0\r
                        \r
                        """).answer(RESPONSE);
        Exchange exchange = Wire.connection(script).begin(Wire.LIMITS);

        exchange.send(Wire.head("POST"), Pieces.ofUnknownLength("abc", "", "defghijklmn"));

        assertThat(script.writes()).isEqualTo(1);
    }

    @Test
    void progressFollowsTheBytes() throws IOException {
        ScriptedTransport script = new ScriptedTransport().expect(Wire.GET).answer(RESPONSE);
        Exchange exchange = Wire.connection(script).begin(Wire.LIMITS);

        assertThat(exchange.progress()).isEqualTo(RequestState.NOT_SENT);
        exchange.send(Wire.head("GET"), RequestContent.NONE);

        assertThat(exchange.progress()).isEqualTo(RequestState.RESPONSE_STARTED);
        assertThat(exchange.remaining()).isEqualTo(5);
        assertThat(exchange.available()).isEqualTo(5);
    }

    @Test
    void everySplitOfTheResponsesGivesTheSame() throws IOException {
        String first = """
                HTTP/1.1 103 Early Hints\r
                Link: x\r
                \r
                HTTP/1.1 200 OK\r
                Transfer-Encoding: chunked\r
                \r
                5;a\r
                hello\r
                0\r
                A: b\r
                \r
                """;
        for (int split = 1; split < first.length(); split++) {
            ScriptedTransport script = new ScriptedTransport()
                    .expect(Wire.GET)
                    .answer(first.substring(0, split))
                    .answer(first.substring(split))
                    .expect(Wire.GET)
                    .answer(RESPONSE);
            Http1Connection connection = Wire.connection(script);

            assertThat(bodyOfGet(connection)).as("split at %d", split).isEqualTo("hello");
            assertThat(bodyOfGet(connection)).as("next after %d", split).isEqualTo("hello");
            connection.close(CloseReason.EVICTED);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 100})
    void segmentsOfAnySizeGiveTheSame(int size) throws IOException {
        ScriptedTransport script =
                new ScriptedTransport().expect(Wire.GET).answer(RESPONSE).inSegmentsOf(size);

        assertThat(bodyOfGet(Wire.connection(script))).isEqualTo("hello");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
            })
    void bodyThatIsCutOffIsAnError(String answer) throws IOException {
        Http1Connection connection = Wire.connection(
                new ScriptedTransport().expect(Wire.GET).answer(answer).end());
        Exchange exchange = Wire.answered(connection);

        assertThatThrownBy(() -> Wire.readAll(exchange))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("connection was closed by http://a.example:80, reading the response body: ")
                .satisfies(e -> assertThat(RequestState.of(e)).isEqualTo(RequestState.RESPONSE_STARTED))
                .satisfies(e -> assertThat(Failures.isPeerClosed(e)).isFalse());
        exchange.end();
        assertThat(connection.unusable()).isEqualTo(CloseReason.PEER_CLOSED);
    }

    @Test
    void nothingIsReadBehindAFailure() throws IOException {
        ScriptedTransport script = new ScriptedTransport()
                .expect(Wire.GET)
                .answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx5\r\nhello\r\n0\r\n\r\n");
        Exchange exchange = Wire.answered(Wire.connection(script));
        assertThatThrownBy(() -> Wire.readAll(exchange)).isInstanceOf(ProtocolException.class);

        assertThatThrownBy(() -> Wire.readAll(exchange)).hasMessage("the exchange has failed before: protocol_error");
    }

    @Test
    void bodyUntilCloseIsReadToTheEnd() throws IOException {
        Http1Connection connection = Wire.connection(new ScriptedTransport()
                .expect(Wire.GET)
                .answer("HTTP/1.0 200 OK\r\n\r\nhel")
                .answer("lo")
                .end());
        Exchange exchange = Wire.answered(connection);

        assertThat(Wire.readAll(exchange)).isEqualTo("hello");
        exchange.end();
        assertThat(connection.unusable()).isEqualTo(CloseReason.PEER_SAID_CLOSE);
    }

    @Test
    void bodyUntilCloseThatEndsInAResetIsAnError() throws IOException {
        Exchange exchange = Wire.answered(Wire.connection(new ScriptedTransport()
                .expect(Wire.GET)
                .answer("HTTP/1.1 200 OK\r\n\r\nhel")
                .reset()));

        assertThatThrownBy(() -> Wire.readAll(exchange)).hasMessageContaining("Connection reset");
    }

    @Test
    void peerThatClosesWithoutAnAnswerIsRecognised() {
        Http1Connection connection =
                Wire.connection(new ScriptedTransport().expect(Wire.GET).end());
        Exchange exchange = connection.begin(Wire.LIMITS);

        IOException failure =
                catchThrowableOfType(IOException.class, () -> exchange.send(Wire.head("GET"), RequestContent.NONE));

        assertThat(Failures.isPeerClosed(failure)).isTrue();
        assertThat(RequestState.of(failure)).isEqualTo(RequestState.MAYBE_SENT);
        exchange.end();
        assertThat(connection.unusable()).isEqualTo(CloseReason.PEER_CLOSED);
    }

    @Test
    void peerThatResetsWithoutAnAnswerIsRecognised() {
        Exchange exchange = Wire.connection(
                        new ScriptedTransport().expect(Wire.GET).reset())
                .begin(Wire.LIMITS);

        assertThatThrownBy(() -> exchange.send(Wire.head("GET"), RequestContent.NONE))
                .matches(Failures::isPeerClosed)
                .hasMessage(
                        "connection was closed by http://a.example:80, waiting for the response head: Connection reset");
    }

    @Test
    void requestOfWhichNothingWasAcceptedIsNotSent() {
        Exchange exchange = Wire.connection(new ScriptedTransport()
                        .answer("HTTP/1.1 408 Request Timeout\r\n\r\n")
                        .refuseWrites())
                .begin(Wire.LIMITS);

        IOException failure =
                catchThrowableOfType(IOException.class, () -> exchange.send(Wire.head("GET"), RequestContent.NONE));

        assertThat(Failures.isPeerClosed(failure)).isTrue();
        assertThat(RequestState.of(failure)).isEqualTo(RequestState.NOT_SENT);
    }

    @Test
    void peerThatClosesInTheHeadHasStartedItsResponse() {
        Exchange exchange = Wire.connection(new ScriptedTransport()
                        .expect(Wire.GET)
                        .answer("HTTP/1.1 2")
                        .end())
                .begin(Wire.LIMITS);

        assertThatThrownBy(() -> exchange.send(Wire.head("GET"), RequestContent.NONE))
                .matches(e -> !Failures.isPeerClosed(e))
                .matches(e -> RequestState.of(e) == RequestState.RESPONSE_STARTED);
    }

    @Test
    void interimResponsesAreBounded() {
        String interim = "HTTP/1.1 102 Processing\r\n\r\n";
        Exchange exchange = Wire.connection(new ScriptedTransport()
                        .expect(Wire.GET)
                        .answer(interim.repeat(MessageLimits.defaults().maxInterimResponses() + 1) + RESPONSE))
                .begin(Wire.LIMITS);

        assertThatThrownBy(() -> exchange.send(Wire.head("GET"), RequestContent.NONE))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("more than 20 interim responses");
    }

    @Test
    void switchOfProtocolsThatNobodyAskedForIsRefused() {
        Http1Connection connection = Wire.connection(new ScriptedTransport()
                .expect(Wire.GET)
                .answer("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"));
        Exchange exchange = connection.begin(Wire.LIMITS);

        assertThatThrownBy(() -> exchange.send(Wire.head("GET"), RequestContent.NONE))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("RFC 9110, 15.2.2")
                .matches(e -> RequestState.of(e) == RequestState.RESPONSE_STARTED);
        exchange.end();
        assertThat(connection.unusable()).isEqualTo(CloseReason.PROTOCOL_ERROR);
    }

    @Test
    void silenceOfThePeerIsATimeoutThatNamesThePhase() {
        Http1Connection connection =
                Wire.connection(new ScriptedTransport().expect(Wire.GET).silence());
        Exchange exchange = connection.begin(Wire.silence(A_WHILE));

        assertThatThrownBy(() -> exchange.send(Wire.head("GET"), RequestContent.NONE))
                .isInstanceOf(HttpTimeoutException.class)
                .hasMessage("no byte from http://a.example:80 within 1s, waiting for the response head")
                .matches(e -> RequestState.of(e) == RequestState.MAYBE_SENT);
        exchange.end();
        assertThat(connection.unusable()).isEqualTo(CloseReason.TIMEOUT);
    }

    @Test
    void silenceInTheBodyIsATimeoutToo() throws IOException {
        Exchange exchange = Wire.connection(new ScriptedTransport()
                        .expect(Wire.GET)
                        .answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel")
                        .silence())
                .begin(Wire.silence(A_WHILE));
        exchange.send(Wire.head("GET"), RequestContent.NONE);

        assertThatThrownBy(() -> Wire.readAll(exchange))
                .isInstanceOf(HttpTimeoutException.class)
                .hasMessage("no byte from http://a.example:80 within 1s, reading the response body");
    }

    @Test
    void interruptEndsTheExchangeWithTheFlagSet() {
        Http1Connection connection =
                Wire.connection(new ScriptedTransport().expect(Wire.GET).silence());
        Exchange exchange = connection.begin(Wire.LIMITS);
        Thread.currentThread().interrupt();

        Throwable failure =
                catchThrowableOfType(IOException.class, () -> exchange.send(Wire.head("GET"), RequestContent.NONE));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(failure).isInstanceOf(InterruptedIOException.class);
        assertThat(RequestState.of(failure)).isEqualTo(RequestState.MAYBE_SENT);
        exchange.end();
        assertThat(connection.unusable()).isEqualTo(CloseReason.CANCELLED);
    }

    @Test
    void cancelledExchangeSaysSo() {
        ScriptedTransport script = new ScriptedTransport().expect(Wire.GET).silence();
        Http1Connection connection = Wire.connection(script);
        Exchange exchange = connection.begin(Wire.LIMITS);
        connection.cancel();

        assertThatThrownBy(() -> exchange.send(Wire.head("GET"), RequestContent.NONE))
                .hasMessageStartingWith("exchange with http://a.example:80 was cancelled");
        exchange.end();
        assertThat(connection.unusable()).isEqualTo(CloseReason.CANCELLED);
        assertThat(script.isClosed()).isTrue();
    }

    @Test
    void cancelBehindTheEndHasNoEffect() throws IOException {
        ScriptedTransport script = new ScriptedTransport().expect(Wire.GET).answer(RESPONSE);
        Http1Connection connection = Wire.connection(script);
        Exchange exchange = Wire.answered(connection);
        Wire.readAll(exchange);
        exchange.end();

        exchange.cancel();

        assertThat(script.isClosed()).isFalse();
        assertThat(connection.unusable()).isNull();
    }

    private static String bodyOfGet(Http1Connection connection) throws IOException {
        Exchange exchange = Wire.answered(connection);
        String body = Wire.readAll(exchange);
        exchange.end();
        assertThat(connection.unusable()).isNull();
        return body;
    }
}
