// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.pooledclient.MessageLimits;
import io.github.pooledclient.internal.http.Exchange;
import io.github.pooledclient.internal.http.ExchangeLimits;
import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.testing.FakeTicker;
import io.github.pooledclient.testing.ScriptedTransport;
import io.github.pooledclient.transport.Deadline;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Http1ConnectionTest {

    @ParameterizedTest
    @CsvSource({
        "HTTP/1.1 200 OK~Content-Length: 5~~hello!",
        "HTTP/1.1 200 OK~Content-Length: 5~~helloHTTP/1.1 200 OK~Content-Length: 0~~",
        "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~0~~~~",
        "HTTP/1.1 204 No Content~Content-Length: 5~~hello",
        "HTTP/1.1 304 Not Modified~~x",
        "HTTP/1.1 200 OK~Content-Length: 0~~~~",
    })
    void bytesBehindTheResponseCloseTheConnection(String answer) throws IOException {
        Http1Connection connection =
                Wire.connection(new ScriptedTransport().expect(Wire.GET).answer(answer.replace("~", "\r\n")));

        get(connection);

        assertThat(connection.unusable()).isEqualTo(CloseReason.SURPLUS_BYTES);
    }

    @Test
    void bytesBehindALargeBodyInAnotherSegmentAreSeenToo() throws IOException {
        String head = "HTTP/1.1 200 OK\r\nContent-Length: " + (64 * 1024) + "\r\n\r\n";
        Http1Connection connection =
                Wire.connection(new ScriptedTransport().expect(Wire.GET).answer(head + "x".repeat(64 * 1024) + "!"));

        get(connection);

        assertThat(connection.unusable()).isEqualTo(CloseReason.SURPLUS_BYTES);
    }

    @Test
    void probeOfAQuietConnectionFindsNothing() throws IOException {
        Http1Connection connection =
                connectionAfter(new ScriptedTransport().expect(Wire.GET).answer("HTTP/1.1 204 No Content\r\n\r\n"));

        assertThat(connection.probe()).isNull();
    }

    @Test
    void probeSeesTheEnd() throws IOException {
        Http1Connection connection = connectionAfter(new ScriptedTransport()
                .expect(Wire.GET)
                .answer("HTTP/1.1 204 No Content\r\n\r\n")
                .end());

        assertThat(connection.probe()).isEqualTo(CloseReason.PEER_CLOSED);
        assertThat(connection.unusable()).isEqualTo(CloseReason.PEER_CLOSED);
    }

    @Test
    void probeSeesAReset() throws IOException {
        Http1Connection connection = connectionAfter(new ScriptedTransport()
                .expect(Wire.GET)
                .answer("HTTP/1.1 204 No Content\r\n\r\n")
                .reset());

        assertThat(connection.probe()).isEqualTo(CloseReason.PEER_CLOSED);
    }

    @Test
    void probeSeesBytesThatNobodyAskedFor() throws IOException {
        Http1Connection connection = connectionAfter(new ScriptedTransport()
                .expect(Wire.GET)
                .answer("HTTP/1.1 204 No Content\r\n\r\n")
                .answer("HTTP/1.1 408 Request Timeout\r\n\r\n"));

        assertThat(connection.probe()).isEqualTo(CloseReason.SURPLUS_BYTES);
    }

    @Test
    void restOfABodyIsDrainedIfItIsLittle() throws IOException {
        Http1Connection connection = Wire.connection(new ScriptedTransport()
                .expect(Wire.GET)
                .answer("HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\n" + "x".repeat(40_000))
                .expect(Wire.GET)
                .answer("HTTP/1.1 204 No Content\r\n\r\n"));

        Wire.answered(connection).end();

        assertThat(connection.unusable()).isNull();
        get(connection);
        assertThat(connection.unusable()).isNull();
    }

    @Test
    void lastChunkIsDrained() throws IOException {
        Http1Connection connection = Wire.connection(new ScriptedTransport()
                .expect(Wire.GET)
                .answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"));
        Exchange exchange = Wire.answered(connection);

        exchange.read(ByteBuffer.allocate(5));
        exchange.end();

        assertThat(connection.unusable()).isNull();
    }

    @Test
    void bodyThatIsTooLongToDrainIsAbandonedUnread() throws IOException {
        ScriptedTransport script =
                new ScriptedTransport().expect(Wire.GET).answer("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
        Http1Connection connection = Wire.connection(script);

        Wire.answered(connection).end();

        assertThat(connection.unusable()).isEqualTo(CloseReason.BODY_ABANDONED);
        assertThat(script.reads()).isEqualTo(1);
    }

    @Test
    void chunksWithoutEndAreAbandoned() throws IOException {
        String chunk = "1000\r\n" + "x".repeat(0x1000) + "\r\n";
        ScriptedTransport script = new ScriptedTransport()
                .expect(Wire.GET)
                .answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk.repeat(1000));
        Http1Connection connection = Wire.connection(script);

        Wire.answered(connection).end();

        assertThat(connection.unusable()).isEqualTo(CloseReason.BODY_ABANDONED);
        assertThat(script.reads()).isLessThan(50);
    }

    @Test
    void bodyThatStallsIsAbandonedSoon() throws IOException {
        Http1Connection connection = Wire.connection(new ScriptedTransport()
                .expect(Wire.GET)
                .answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
                .silence());

        Wire.answered(connection).end();

        assertThat(connection.unusable()).isEqualTo(CloseReason.BODY_ABANDONED);
    }

    @Test
    void bodyThatTricklesIsAbandonedSoon() throws IOException {
        FakeTicker ticker = new FakeTicker();
        ScriptedTransport script = new ScriptedTransport()
                .expect(Wire.GET)
                .answer("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n" + "x".repeat(10_000))
                .beforeRead(() -> ticker.advance(Duration.ofMillis(30)))
                .inSegmentsOf(50);
        Http1Connection connection = Wire.connection(script, ticker);

        Wire.answered(connection).end();

        assertThat(connection.unusable()).isEqualTo(CloseReason.BODY_ABANDONED);
        assertThat(script.reads()).isLessThan(10);
    }

    @Test
    void bodyOfAConnectionThatClosesAnywayIsNotDrained() throws IOException {
        ScriptedTransport script = new ScriptedTransport()
                .expect(Wire.GET)
                .answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n");
        Http1Connection connection = Wire.connection(script);

        Wire.answered(connection).end();

        assertThat(connection.unusable()).isEqualTo(CloseReason.BODY_ABANDONED);
        assertThat(script.reads()).isEqualTo(1);
    }

    @Test
    void connectionForOneExchangeSaysClose() throws IOException {
        Http1Connection connection = Wire.connection(new ScriptedTransport()
                .expect("GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n")
                .answer("HTTP/1.1 204 No Content\r\n\r\n"));
        Exchange exchange =
                connection.begin(new ExchangeLimits(Deadline.never(), 0, 0, MessageLimits.defaults(), false));

        exchange.send(Wire.head("GET"), RequestContent.NONE);
        exchange.end();

        assertThat(connection.unusable()).isEqualTo(CloseReason.WE_SAID_CLOSE);
    }

    @Test
    void usesAreCountedDown() throws IOException {
        ScriptedTransport script = new ScriptedTransport()
                .expect(Wire.GET)
                .answer("HTTP/1.1 204 No Content\r\nKeep-Alive: timeout=7, max=2\r\n\r\n")
                .expect(Wire.GET)
                .answer("HTTP/1.1 204 No Content\r\n\r\n")
                .expect(Wire.GET)
                .answer("HTTP/1.1 204 No Content\r\n\r\n");
        Http1Connection connection = connectionAfter(script);

        assertThat(connection.idleLimit()).isEqualTo(Duration.ofSeconds(7));
        get(connection);
        assertThat(connection.unusable()).isNull();
        get(connection);
        assertThat(connection.unusable()).isEqualTo(CloseReason.KEEP_ALIVE_HINT);
    }

    @Test
    void exchangeThatSentNothingLeavesTheConnectionAsItWas() throws IOException {
        Http1Connection connection =
                Wire.connection(new ScriptedTransport().expect(Wire.GET).answer("HTTP/1.1 204 No Content\r\n\r\n"));

        connection.begin(Wire.LIMITS).end();

        assertThat(connection.unusable()).isNull();
        get(connection);
        assertThat(connection.unusable()).isNull();
    }

    @Test
    void oneExchangeAtATime() {
        Http1Connection connection = Wire.connection(new ScriptedTransport());
        connection.begin(Wire.LIMITS);

        assertThatIllegalStateException().isThrownBy(() -> connection.begin(Wire.LIMITS));
    }

    @Test
    void detailsNameTheProtocol() {
        Http1Connection connection = Wire.connection(new ScriptedTransport());

        assertThat(connection.details()).containsExactly(Map.entry("protocol", "HTTP/1.1"));
        assertThat(connection.tlsSession()).isNull();
    }

    @Test
    void closeClosesTheTransport() {
        ScriptedTransport script = new ScriptedTransport();
        Http1Connection connection = Wire.connection(script);

        connection.close(CloseReason.EVICTED);

        assertThat(script.isClosed()).isTrue();
    }

    private static Http1Connection connectionAfter(ScriptedTransport script) throws IOException {
        Http1Connection connection = Wire.connection(script);
        get(connection);
        assertThat(connection.unusable()).isNull();
        return connection;
    }

    private static void get(Http1Connection connection) throws IOException {
        Exchange exchange = Wire.answered(connection);
        Wire.readAll(exchange);
        exchange.end();
    }
}
