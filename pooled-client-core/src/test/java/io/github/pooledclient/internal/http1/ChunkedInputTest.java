// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.MessageLimits;
import io.github.pooledclient.internal.wire.WireInput;
import io.github.pooledclient.testing.ScriptedTransport;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkedInputTest {

    private static final MessageLimits LIMITS = MessageLimits.defaults();

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '|',
            value = {
                "5~hello~0~~; hello; RFC 9112, 7.1",
                "3~hel~2~lo~0~~; hello; RFC 9112, 7.1",
                "A~0123456789~0~~; 0123456789; RFC 9112, 7.1: hexadecimal",
                "a~0123456789~0~~; 0123456789; RFC 9112, 7.1: of either case",
                "0005~hello~000~~; hello; RFC 9112, 7.1: zeros in front",
                "2~~~0~~; ~; RFC 9112, 7.1: content may look like framing",
                "0~~; ||; RFC 9112, 7.1: nothing",
                "5,a=b~hello~0,c~~; hello; RFC 9112, 7.1.1: extensions",
                "5 , a = \"b,c\"~hello~0~~; hello; RFC 9112, 7.1.1: bad whitespace before an extension",
                "5~hello~0~A: b~C: d~~; hello; RFC 9112, 7.1.2: trailers",
                "5~hello~0~A: b~ c~~; hello; RFC 9112, 5.2: folded trailer",
            })
    void contentIsWhatTheChunksHold(String bytes, String content, String rfc) throws IOException {
        ScriptedTransport script = new ScriptedTransport().answer(wire(bytes));
        WireInput input = Wire.input(script);

        assertThat(readAll(new ChunkedInput(input, LIMITS))).as(rfc).isEqualTo(wire(content));
        assertThat(input.available()).isZero();
        assertThat(script.isDone()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '|',
            value = {
                "+5~hello~0~~; sign",
                "-5~hello~0~~; sign",
                "-0~~; sign",
                "0x5~hello~0~~; C's hexadecimal",
                "x5~hello~0~~; no digit",
                "| 5~hello~0~~|; blank before the size",
                "5 ~hello~0~~; blank behind the size",
                "5\u0009~hello~0~~; tab behind the size",
                "5 5~hello~0~~; two sizes",
                "5 a~hello~0~~; no semicolon before an extension",
                "~hello~0~~; no size",
                ",a=b~hello~0~~; no size before an extension",
                "g~hello~0~~; no digit",
                "5<LF>hello~0~~; lone LF behind the size",
                "5<CR>hello~0~~; lone CR behind the size",
                "5~hello<LF>0~~; lone LF behind a chunk",
                "5~hello<CR>0~~; lone CR behind a chunk",
                "5~hello0~~; nothing behind a chunk",
                "5~hello!~0~~; chunk longer than its size",
                "4~hello~0~~; chunk longer than its size",
                "6~hello~0~~; chunk shorter than its size",
                "0<LF><LF>; lone LF behind the last chunk",
                "0~<LF>; lone LF behind the trailers",
                "0~X~~; no field",
                "5~hello~0~A : b~~; trailer with a blank before the colon",
                "5~hello~0~ A: b~~; trailer that continues nothing",
                "5~hello~0~A: b<LF>~~; trailer that ends with LF",
                "5~hello~0~A: b\u0000c~~; trailer with NUL",
                "5,a<LF>b~hello~0~~; LF in an extension",
                "5,a<CR>b~hello~0~~; CR in an extension",
                "5,a\u0000b~hello~0~~; NUL in an extension",
                "8000000000000000~hello; overflow into the sign",
                "FFFFFFFFFFFFFFFF~hello; -1 in 64 bits",
                "10000000000000005~hello~0~~; 5 modulo 2^64",
                "100000005,~x; more than there is",
            })
    void framingThatBreaksTheGrammarIsRefused(String bytes, String what) {
        ScriptedTransport script = new ScriptedTransport().answer(wire(bytes)).end();

        assertThatThrownBy(() -> readAll(new ChunkedInput(Wire.input(script), LIMITS)))
                .as(what)
                .isInstanceOf(what.startsWith("more") ? EOFException.class : ProtocolException.class)
                .hasMessageContaining("RFC 91");
    }

    @Test
    void chunksThatAreHereAreReadTogether() throws IOException {
        String chunks = "1\r\nx\r\n".repeat(50) + "0a\r\n0123456789\r\n";
        BodyInput body = new ChunkedInput(Wire.input(new ScriptedTransport().answer(chunks + "0\r\n\r\n")), LIMITS);

        int count = body.read(ByteBuffer.allocate(1000));

        assertThat(count).isEqualTo(60);
        assertThat(body.read(ByteBuffer.allocate(1000))).isNegative();
    }

    @Test
    void chunksThatAreHereInPartAreNotWaitedFor() throws IOException {
        String next = "\r\n5\r\nhello";
        for (int length = 0; length < next.length() - 4; length++) {
            ScriptedTransport script = new ScriptedTransport().answer("5\r\nhello" + next.substring(0, length));

            int count = new ChunkedInput(Wire.input(script), LIMITS).read(ByteBuffer.allocate(1000));

            assertThat(count).as("%d bytes of the next chunk", length).isEqualTo(5);
        }
    }

    @Test
    void contentThatIsCutOffAnywhereIsAnError() {
        String whole = "5;a=b\r\nhello\r\n3\r\nyou\r\n0\r\nA: b\r\n\r\n";
        for (int length = 0; length < whole.length(); length++) {
            ScriptedTransport script =
                    new ScriptedTransport().answer(whole.substring(0, length)).end();

            assertThatThrownBy(() -> readAll(new ChunkedInput(Wire.input(script), LIMITS)))
                    .as("cut at %d", length)
                    .isInstanceOf(EOFException.class);
        }
    }

    @Test
    void surplusStaysInTheInput() throws IOException {
        WireInput input = Wire.input(new ScriptedTransport().answer("5\r\nhello\r\n0\r\n\r\nHTTP/1.1"));

        readAll(new ChunkedInput(input, LIMITS));

        assertThat(input.available()).isEqualTo(8);
    }

    @Test
    void extensionsOfAChunkAreBounded() {
        String bytes = "1;" + "a".repeat((int) LIMITS.maxChunkExtensionSize());

        assertThatThrownBy(() -> readAll(bytes))
                .hasMessage("chunk extensions are longer than 16384 bytes (maxChunkExtensionSize)");
    }

    @Test
    void extensionsOfAllChunksAreBounded() {
        String bytes = "1;aaaaaaaaa\r\nx\r\n".repeat((int) LIMITS.maxChunkExtensionSize() / 9 + 1);

        assertThatThrownBy(() -> readAll(bytes))
                .hasMessage("chunk extensions are longer than 16384 bytes (maxChunkExtensionSize)");
    }

    @Test
    void extensionsThatAreShorterThanTheirChunksAreFine() throws IOException {
        String bytes = "10;a=123456789\r\n0123456789abcdef\r\n".repeat(5_000) + "0\r\n\r\n";

        assertThat(readAll(bytes)).hasSize(16 * 5_000);
    }

    @Test
    void trailersAreBounded() {
        String bytes = "0\r\n" + "A: b\r\n".repeat((int) LIMITS.maxTrailerSize() / 6 + 1);

        assertThatThrownBy(() -> readAll(bytes)).isInstanceOf(ProtocolException.class);
    }

    @Test
    void trailerBytesAreBounded() {
        String bytes = "0\r\nA: " + "b".repeat((int) LIMITS.maxTrailerSize());

        assertThatThrownBy(() -> readAll(bytes))
                .hasMessage("trailer section is longer than 16384 bytes (maxTrailerSize)");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 16})
    void zerosInFrontAreBounded(int zeros) throws IOException {
        String bytes = "0".repeat(zeros) + "\r\n\r\n";

        assertThat(readAll(bytes)).isEmpty();
        assertThatThrownBy(() -> readAll("0".repeat(17) + "\r\n\r\n")).isInstanceOf(ProtocolException.class);
    }

    @Property(tries = 300)
    void contentIsTheSameHoweverItsBytesAreGrouped(
            @ForAll List<@IntRange(min = 1, max = 50) Integer> chunks,
            @ForAll @IntRange(min = 1, max = 30) int segment,
            @ForAll @IntRange(min = 1, max = 60) int piece)
            throws IOException {
        StringBuilder bytes = new StringBuilder();
        StringBuilder content = new StringBuilder();
        for (int size : chunks) {
            String chunk = "0123456789\r\n".repeat(5).substring(0, size);
            bytes.append(Integer.toHexString(size))
                    .append(";ext\r\n")
                    .append(chunk)
                    .append("\r\n");
            content.append(chunk);
        }
        bytes.append("0\r\nTrailer: value\r\n\r\n");
        ScriptedTransport script =
                new ScriptedTransport().answer(bytes.toString()).inSegmentsOf(segment);

        String read = readAll(new ChunkedInput(Wire.input(script), LIMITS), piece);

        assertThat(read).isEqualTo(content.toString());
        assertThat(script.isDone()).isTrue();
    }

    private static String readAll(String bytes) throws IOException {
        return readAll(new ChunkedInput(Wire.input(new ScriptedTransport().answer(bytes)), LIMITS));
    }

    private static String readAll(BodyInput body) throws IOException {
        return readAll(body, 1000);
    }

    private static String readAll(BodyInput body, int piece) throws IOException {
        StringBuilder text = new StringBuilder();
        ByteBuffer into = ByteBuffer.allocate(piece);
        while (body.read(into.clear()) >= 0) {
            text.append(StandardCharsets.ISO_8859_1.decode(into.flip()));
        }
        assertThat(body.isAtEnd()).isTrue();
        return text.toString();
    }

    /** Tables are written with ~ for CRLF, and a comma for the semicolon that parts their columns. */
    private static String wire(String text) {
        return text.replace("~", "\r\n")
                .replace("<CR>", "\r")
                .replace("<LF>", "\n")
                .replace(',', ';');
    }
}
