// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.pooledclient.MessageLimits;
import io.github.pooledclient.RequestState;
import io.github.pooledclient.internal.http.Exchange;
import io.github.pooledclient.internal.http.ExchangeLimits;
import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.internal.http.ResponseHead;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.testing.FakeTicker;
import io.github.pooledclient.testing.ScriptedTransport;
import io.github.pooledclient.transport.Deadline;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UploadTest {

    private static final String PUT =
            "PUT / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    private static final String TOO_LARGE = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig";

    @Test
    void contentThatIsLargerThanAnnouncedNeverLooksComplete() {
        String head = "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 100000\r\n\r\n";
        ScriptedTransport script = new ScriptedTransport().swallow(1_000_000);
        Http1Connection connection = Wire.connection(script);
        Exchange exchange = connection.begin(Wire.LIMITS);

        IOException failure = catchThrowableOfType(
                IOException.class,
                () -> exchange.send(Wire.head("POST"), Pieces.announced(100_000, "x".repeat(100_000), "y")));

        assertThat(failure).hasMessage("content has more than the 100000 bytes announced");
        assertThat(RequestState.of(failure)).isEqualTo(RequestState.MAYBE_SENT);
        assertThat(script.written()).startsWith(head).doesNotContain("y");
        assertThat(script.written().length()).isLessThan(head.length() + 100_000);
        assertThat(script.isClosed()).isTrue();
        exchange.end();
        assertThat(connection.unusable()).isEqualTo(CloseReason.BODY_ABANDONED);
    }

    @Test
    void contentThatIsSmallerThanAnnouncedIsAnError() {
        ScriptedTransport script = new ScriptedTransport().swallow(1_000_000);
        Exchange exchange = Wire.connection(script).begin(Wire.LIMITS);

        assertThatThrownBy(() -> exchange.send(Wire.head("POST"), Pieces.announced(100_000, "x".repeat(99_999))))
                .hasMessage("content ended after 99999 of 100000 bytes announced");
        assertThat(script.isClosed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void smallContentOfAWrongLengthIsNotSentAtAll(int announced) {
        ScriptedTransport script = new ScriptedTransport().expect(Wire.GET).answer(OK);
        Http1Connection connection = Wire.connection(script);
        Exchange exchange = connection.begin(Wire.LIMITS);

        assertThatThrownBy(() -> exchange.send(Wire.head("POST"), Pieces.announced(announced, "hello")))
                .matches(e -> RequestState.of(e) == RequestState.NOT_SENT);
        exchange.end();

        assertThat(script.writes()).isZero();
        assertThat(connection.unusable()).isNull();
    }

    @Test
    void contentWhoseSourceFailsIsNeverCompleted() {
        ScriptedTransport script = new ScriptedTransport().swallow(1_000_000);
        Http1Connection connection = Wire.connection(script);
        Exchange exchange = connection.begin(Wire.LIMITS);
        IOException cause = new IOException("disk on fire");

        assertThatThrownBy(() -> exchange.send(
                        Wire.head("POST"),
                        Pieces.ofUnknownLength("x".repeat(100_000)).thenFail(cause)))
                .hasMessageContaining("disk on fire")
                .hasCause(cause);

        assertThat(script.written()).doesNotContain("\r\n0\r\n");
        assertThat(script.isClosed()).isTrue();
        exchange.end();
        assertThat(connection.unusable()).isEqualTo(CloseReason.BODY_ABANDONED);
    }

    @Test
    void sourceThatRunsOutOfTimeIsATimeout() {
        Exchange exchange =
                Wire.connection(new ScriptedTransport().swallow(1_000)).begin(Wire.LIMITS);

        assertThatThrownBy(() -> exchange.send(
                        Wire.head("POST"), Pieces.ofUnknownLength("x").thenFail(new HttpTimeoutException("too slow"))))
                .isInstanceOf(HttpTimeoutException.class);
    }

    @Test
    void failureThatTheSourceSwallowsIsStillOne() {
        RequestContent swallowing = new RequestContent() {
            @Override
            public long length() {
                return 3;
            }

            @Override
            public boolean isRepeatable() {
                return true;
            }

            @Override
            public void writeTo(Sink sink) {
                try {
                    sink.write(ByteBuffer.allocate(4));
                } catch (IOException e) {
                    // As if nothing had happened.
                }
            }
        };
        Exchange exchange = Wire.connection(new ScriptedTransport()).begin(Wire.LIMITS);

        assertThatThrownBy(() -> exchange.send(Wire.head("POST"), swallowing))
                .hasMessage("content has more than the 3 bytes announced");
    }

    @Test
    void earlyAnswerEndsALargeUpload() throws IOException {
        ScriptedTransport script =
                new ScriptedTransport().swallow(1).answer(TOO_LARGE).swallow(10_000_000);
        Http1Connection connection = Wire.connection(script);
        Exchange exchange = connection.begin(Wire.LIMITS);

        ResponseHead head = exchange.send(Wire.head("POST"), Pieces.of("x".repeat(1_000_000)));

        assertThat(head.statusCode()).isEqualTo(413);
        assertThat(Wire.readAll(exchange)).isEqualTo("big");
        assertThat(script.written().length()).isLessThan(200_000);
        exchange.end();
        assertThat(connection.unusable()).isEqualTo(CloseReason.BODY_ABANDONED);
    }

    @Test
    void contentGoesOnBehindAnEarlyAnswerThatAcceptsIt() throws IOException {
        ScriptedTransport script = new ScriptedTransport().swallow(1).answer(OK).swallow(requestBytes(200_000) - 1);
        Http1Connection connection = Wire.connection(script);
        Exchange exchange = connection.begin(Wire.LIMITS);

        ResponseHead head = exchange.send(Wire.head("POST"), Pieces.of("x".repeat(200_000)));
        exchange.end();

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(script.written()).hasSize(requestBytes(200_000));
        assertThat(connection.unusable()).isNull();
    }

    @Test
    void sourceThatFailsBehindAnEarlyAnswerIsStillAFailure() {
        ScriptedTransport script = new ScriptedTransport().swallow(1).answer(OK).swallow(10_000_000);
        Exchange exchange = Wire.connection(script).begin(Wire.LIMITS);

        assertThatThrownBy(() -> exchange.send(
                        Wire.head("POST"),
                        Pieces.ofUnknownLength("x".repeat(200_000)).thenFail(new IOException("the source's own"))))
                .hasMessageContaining("the source's own");
    }

    @Test
    void answerStandsIfThePeerClosesBehindIt() throws IOException {
        ScriptedTransport script =
                new ScriptedTransport().swallow(1).answer(OK).swallow(100_000).refuseWrites();
        Http1Connection connection = Wire.connection(script);
        Exchange exchange = connection.begin(Wire.LIMITS);

        ResponseHead head = exchange.send(Wire.head("POST"), Pieces.of("x".repeat(1_000_000)));
        exchange.end();

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(connection.unusable()).isEqualTo(CloseReason.BODY_ABANDONED);
    }

    @Test
    void answerThatMakesNoSenseIsNotSearchedForAnother() {
        ScriptedTransport script = new ScriptedTransport()
                .swallow(1)
                .answer("nonsense\r\n" + TOO_LARGE)
                .swallow(10_000_000);
        Exchange exchange = Wire.connection(script).begin(Wire.LIMITS);

        assertThatThrownBy(() -> exchange.send(Wire.head("POST"), Pieces.of("x".repeat(1_000_000))))
                .isInstanceOf(ProtocolException.class);
    }

    @Test
    void looksAreRare() throws IOException {
        ScriptedTransport script =
                new ScriptedTransport().swallow(requestBytes(1_048_576)).answer(OK);
        Exchange exchange = Wire.connection(script).begin(Wire.LIMITS);

        exchange.send(Wire.head("POST"), Pieces.of("x".repeat(1_048_576)));

        assertThat(script.looks()).isEqualTo(16);
        assertThat(script.isDone()).isTrue();
    }

    @Test
    void interimResponseDoesNotEndAnUpload() throws IOException {
        ScriptedTransport script = new ScriptedTransport()
                .swallow(1)
                .answer("HTTP/1.1 103 Early Hints\r\n\r\n")
                .swallow(requestBytes(200_000) - 1)
                .answer(OK);
        Http1Connection connection = Wire.connection(script);
        Exchange exchange = connection.begin(Wire.LIMITS);

        ResponseHead head = exchange.send(Wire.head("POST"), Pieces.of("x".repeat(200_000)));
        exchange.end();

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(connection.unusable()).isNull();
    }

    @Test
    void answerIsReadEvenIfTheWriteFails() throws IOException {
        ScriptedTransport script =
                new ScriptedTransport().swallow(40_000).answer(TOO_LARGE).refuseWrites();
        Http1Connection connection = Wire.connection(script);
        Exchange exchange = connection.begin(Wire.LIMITS);

        ResponseHead head = exchange.send(Wire.head("POST"), Pieces.of("x".repeat(50_000)));

        assertThat(head.statusCode()).isEqualTo(413);
        assertThat(Wire.readAll(exchange)).isEqualTo("big");
        exchange.end();
        assertThat(connection.unusable()).isNotNull();
    }

    @Test
    void failedWriteWithoutAnAnswerIsTheFailure() {
        ScriptedTransport script =
                new ScriptedTransport().swallow(40_000).refuseWrites().reset();
        Exchange exchange = Wire.connection(script).begin(Wire.LIMITS);

        IOException failure = catchThrowableOfType(
                IOException.class, () -> exchange.send(Wire.head("POST"), Pieces.of("x".repeat(50_000))));

        assertThat(failure).hasMessageEndingWith("writing the request: Broken pipe");
        assertThat(RequestState.of(failure)).isEqualTo(RequestState.MAYBE_SENT);
    }

    @Test
    void contentWaitsUntilThePeerAsksForIt() throws IOException {
        ScriptedTransport script = new ScriptedTransport()
                .expect(PUT)
                .answer("HTTP/1.1 100 Continue\r\n\r\n")
                .expect("hello")
                .answer(OK);
        Http1Connection connection = Wire.connection(script);
        Exchange exchange = connection.begin(waitingForContinue(Duration.ofSeconds(10)));

        ResponseHead head = exchange.send(Wire.expectingContinue("PUT"), Pieces.of("hello"));
        exchange.end();

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(connection.unusable()).isNull();
    }

    @Test
    void contentIsSentWhenThePeerDoesNotAskInTime() throws IOException {
        FakeTicker ticker = new FakeTicker();
        ScriptedTransport script = new ScriptedTransport()
                .expect(PUT)
                .expect("hello")
                .answer("HTTP/1.1 100 Continue\r\n\r\n" + OK)
                .beforeLook(() -> ticker.advance(Duration.ofMillis(100)));
        Http1Connection connection = Wire.connection(script, ticker);
        Exchange exchange = connection.begin(waitingForContinue(Duration.ofSeconds(1)));

        ResponseHead head = exchange.send(Wire.expectingContinue("PUT"), Pieces.of("hello"));
        exchange.end();

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(script.looks()).isBetween(9, 12);
        assertThat(connection.unusable()).isNull();
    }

    @Test
    void contentIsNotSentWhenThePeerRefusesIt() throws IOException {
        ScriptedTransport script = new ScriptedTransport()
                .expect(PUT)
                .answer("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");
        Http1Connection connection = Wire.connection(script);
        Exchange exchange = connection.begin(waitingForContinue(Duration.ofSeconds(10)));

        ResponseHead head = exchange.send(Wire.expectingContinue("PUT"), Pieces.of("hello"));
        exchange.end();

        assertThat(head.statusCode()).isEqualTo(417);
        assertThat(script.written()).doesNotContain("hello");
        assertThat(connection.unusable()).isEqualTo(CloseReason.BODY_ABANDONED);
    }

    @Test
    void nothingIsExpectedForContentOfNoBytes() throws IOException {
        ScriptedTransport script = new ScriptedTransport()
                .expect("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 0\r\n\r\n")
                .answer(OK);
        Exchange exchange = Wire.connection(script).begin(waitingForContinue(Duration.ofSeconds(10)));

        ResponseHead head = exchange.send(Wire.expectingContinue("POST"), Pieces.of());

        assertThat(head.statusCode()).isEqualTo(200);
    }

    private static int requestBytes(int content) {
        return ("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: " + content + "\r\n\r\n").length() + content;
    }

    private static ExchangeLimits waitingForContinue(Duration most) {
        return new ExchangeLimits(Deadline.never(), 0, most.toNanos(), MessageLimits.defaults(), true);
    }
}
