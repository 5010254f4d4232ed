// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.MessageLimits;
import io.github.pooledclient.internal.http.Exchange;
import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.testing.ScriptedTransport;
import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each limit, with as much as it allows, one less, and one more. */
class LimitedResponseTest {

    private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String EMPTY = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    /** A response of which one part has some size. */
    private interface Sized {
        String of(int size);
    }

    @ParameterizedTest(name = "{0} of {1}")
    @MethodSource("limits")
    void asMuchAsTheLimitIsFine(
            String setting,
            int limit,
            BiFunction<MessageLimits.Builder, Integer, MessageLimits.Builder> set,
            Sized response)
            throws IOException {
        Http1Connection connection =
                receive(set.apply(MessageLimits.builder(), limit).build(), response.of(limit));

        assertThat(connection.unusable()).isNull();
    }

    @ParameterizedTest(name = "{0} of {1}")
    @MethodSource("limits")
    void lessThanTheLimitIsFine(
            String setting,
            int limit,
            BiFunction<MessageLimits.Builder, Integer, MessageLimits.Builder> set,
            Sized response)
            throws IOException {
        Http1Connection connection =
                receive(set.apply(MessageLimits.builder(), limit).build(), response.of(limit - 1));

        assertThat(connection.unusable()).isNull();
    }

    @ParameterizedTest(name = "{0} of {1}")
    @MethodSource("limits")
    void moreThanTheLimitIsRefusedWithItsNameAndValue(
            String setting,
            int limit,
            BiFunction<MessageLimits.Builder, Integer, MessageLimits.Builder> set,
            Sized response) {
        MessageLimits limits = set.apply(MessageLimits.builder(), limit).build();

        assertThatThrownBy(() -> receive(limits, response.of(limit + 1)))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining(" than " + limit + " ")
                .hasMessageEndingWith("(" + setting + ")");
    }

    static Stream<Arguments> limits() {
        return IntStream.of(100, 3000)
                .boxed()
                .flatMap(limit -> Stream.of(
                        limit(
                                "maxResponseHeadSize",
                                limit,
                                (b, v) -> b.maxResponseHeadSize(v),
                                size -> EMPTY.replace("OK", filled("O", size - EMPTY.length() + 2))),
                        limit(
                                "maxResponseHeadSize",
                                limit,
                                (b, v) -> b.maxResponseHeadSize(v),
                                size -> interim(size) + EMPTY),
                        limit(
                                "maxResponseFields",
                                limit,
                                (b, v) -> b.maxResponseFields(v),
                                size -> EMPTY.replace("\r\n\r\n", "\r\n" + "a:b\r\n".repeat(size - 1) + "\r\n")),
                        limit(
                                "maxResponseFields",
                                limit,
                                (b, v) -> b.maxResponseFields(v),
                                size -> CHUNKED + "0\r\n" + "a:b\r\n".repeat(size) + "\r\n"),
                        limit(
                                "maxTrailerSize",
                                limit,
                                (b, v) -> b.maxTrailerSize(v),
                                size -> CHUNKED + "0\r\na:" + filled("b", size - 6) + "\r\n\r\n"),
                        limit(
                                "maxChunkExtensionSize",
                                limit,
                                (b, v) -> b.maxChunkExtensionSize(v),
                                size -> CHUNKED + "0;" + filled("b", size - 1) + "\r\n\r\n"),
                        limit(
                                "maxChunkExtensionSize",
                                limit,
                                (b, v) -> b.maxChunkExtensionSize(v),
                                size -> CHUNKED + "2;aaa\r\nxx\r\n".repeat(10) + "1;" + filled("b", size - 21)
                                        + "\r\nx\r\n0\r\n\r\n"),
                        limit(
                                "maxInterimResponses",
                                limit,
                                (b, v) -> b.maxInterimResponses(v),
                                size -> interim(25).repeat(size) + EMPTY)));
    }

    private static Arguments limit(
            String setting,
            int limit,
            BiFunction<MessageLimits.Builder, Integer, MessageLimits.Builder> set,
            Sized response) {
        return Arguments.of(setting, limit, set, response);
    }

    private static String interim(int size) {
        return "HTTP/1.1 102 " + filled("P", size - 17) + "\r\n\r\n";
    }

    private static String filled(String letter, int size) {
        return letter.repeat(size);
    }

    @Test
    void zeroRefusesWhatThereIsToRefuse() {
        assertThatThrownBy(
                        () -> receive(MessageLimits.builder().maxTrailerSize(0).build(), CHUNKED + "0\r\na:b\r\n\r\n"))
                .hasMessageContaining("(maxTrailerSize)");
        assertThatThrownBy(() ->
                        receive(MessageLimits.builder().maxChunkExtensionSize(0).build(), CHUNKED + "0;a\r\n\r\n"))
                .hasMessageContaining("(maxChunkExtensionSize)");
        assertThatThrownBy(() ->
                        receive(MessageLimits.builder().maxInterimResponses(0).build(), interim(25) + EMPTY))
                .hasMessageContaining("(maxInterimResponses)");
    }

    @Test
    void zeroIsEnoughForWhatHasNone() throws IOException {
        MessageLimits none = MessageLimits.builder()
                .maxTrailerSize(0)
                .maxChunkExtensionSize(0)
                .maxInterimResponses(0)
                .build();

        assertThat(receive(none, CHUNKED + "1\r\nx\r\n0\r\n\r\n").unusable()).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0})
    void contentUpToTheLimitIsDrained(int over) throws IOException {
        MessageLimits limits = MessageLimits.builder().maxDrainSize(40_000).build();

        assertThat(abandon(limits, fixed(40_000 + over)).unusable()).isNull();
        assertThat(abandon(limits, chunked(40_000 + over)).unusable()).isNull();
    }

    @Test
    void contentBeyondTheLimitIsNot() throws IOException {
        MessageLimits limits = MessageLimits.builder().maxDrainSize(40_000).build();

        assertThat(abandon(limits, fixed(40_001)).unusable()).isEqualTo(CloseReason.BODY_ABANDONED);
        assertThat(abandon(limits, chunked(40_001)).unusable()).isEqualTo(CloseReason.BODY_ABANDONED);
    }

    @Test
    void nothingIsDrainedWithALimitOfZero() throws IOException {
        MessageLimits noBytes = MessageLimits.builder().maxDrainSize(0).build();
        MessageLimits noTime =
                MessageLimits.builder().drainTimeout(Duration.ZERO).build();

        assertThat(abandon(noBytes, fixed(1)).unusable()).isEqualTo(CloseReason.BODY_ABANDONED);
        assertThat(abandon(noBytes, chunked(1)).unusable()).isEqualTo(CloseReason.BODY_ABANDONED);
        assertThat(abandon(noTime, fixed(1)).unusable()).isEqualTo(CloseReason.BODY_ABANDONED);
        assertThat(abandon(noTime, chunked(1)).unusable()).isEqualTo(CloseReason.BODY_ABANDONED);
    }

    private static String fixed(int length) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n" + filled("x", length);
    }

    private static String chunked(int length) {
        return CHUNKED + Integer.toHexString(length) + "\r\n" + filled("x", length) + "\r\n0\r\n\r\n";
    }

    /** A connection on which this answer to a GET was read to its end. */
    private static Http1Connection receive(MessageLimits limits, String answer) throws IOException {
        Http1Connection connection =
                Wire.connection(new ScriptedTransport().expect(Wire.GET).answer(answer));
        Exchange exchange = connection.begin(Wire.limits(limits));
        exchange.send(Wire.head("GET"), RequestContent.NONE);
        Wire.readAll(exchange);
        exchange.end();
        return connection;
    }

    /** A connection on which this answer to a GET was left unread. */
    private static Http1Connection abandon(MessageLimits limits, String answer) throws IOException {
        Http1Connection connection =
                Wire.connection(new ScriptedTransport().expect(Wire.GET).answer(answer));
        Exchange exchange = connection.begin(Wire.limits(limits));
        exchange.send(Wire.head("GET"), RequestContent.NONE);
        exchange.end();
        return connection;
    }
}
