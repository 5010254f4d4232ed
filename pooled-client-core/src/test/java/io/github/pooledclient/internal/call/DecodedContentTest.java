// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.RequestState;
import io.github.pooledclient.internal.call.DecodedContent.Coding;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class DecodedContentTest {

    private static final int RATIO = 200;

    // What comes together is a matter of the network, and must not change what it means.
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 10_000})
    void membersThatFollowOneAnotherAreOneText(int pieceLength) throws Exception {
        FakeContent coded = inPieces(concat(gzip("one, "), gzip(""), gzip("two")), pieceLength)
                .end();

        assertThat(text(new DecodedContent(coded, Coding.GZIP, RATIO))).isEqualTo("one, two");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 10_000})
    void headerMaySayMoreThanItMust(int pieceLength) throws Exception {
        byte[] plain = gzip("text");
        byte[] fields = concat(
                new byte[] {0x1f, (byte) 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3, 2, 0, 'x', 'y'},
                "name\0comment\0".getBytes(StandardCharsets.ISO_8859_1));
        CRC32 crc = new CRC32();
        crc.update(fields);
        byte[] header = concat(fields, new byte[] {(byte) crc.getValue(), (byte) (crc.getValue() >> 8)});
        byte[] body = concat(header, Arrays.copyOfRange(plain, 10, plain.length));

        assertThat(text(new DecodedContent(inPieces(body, pieceLength).end(), Coding.GZIP, RATIO)))
                .isEqualTo("text");
    }

    @ParameterizedTest(name = "{0}, {1}, {3}")
    @MethodSource("damaged")
    void damageIsAnErrorInWhateverPiecesItComes(String what, Coding coding, byte[] body, int pieceLength) {
        DecodedContent content = new DecodedContent(inPieces(body, pieceLength).end(), coding, RATIO);

        assertThatThrownBy(() -> text(content))
                .as(what)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("content is damaged or cut short")
                .satisfies(e -> assertThat(RequestState.of(e)).isEqualTo(RequestState.RESPONSE_STARTED));
    }

    static Stream<Arguments> damaged() {
        byte[] gzip = gzip("text");
        byte[] deflate = deflate("text");
        return Stream.of(1, 10_000)
                .flatMap(pieces -> Stream.of(
                        Arguments.of("bytes behind it", Coding.GZIP, concat(gzip, new byte[] {'x'}), pieces),
                        Arguments.of("text behind it", Coding.GZIP, concat(gzip, new byte[30]), pieces),
                        Arguments.of("half a member behind it", Coding.GZIP, concat(gzip, cut(gzip, 12)), pieces),
                        Arguments.of("half a header behind it", Coding.GZIP, concat(gzip, cut(gzip, 5)), pieces),
                        Arguments.of("no trailer", Coding.GZIP, cut(gzip, gzip.length - 8), pieces),
                        Arguments.of("half a trailer", Coding.GZIP, cut(gzip, gzip.length - 1), pieces),
                        Arguments.of("half a header", Coding.GZIP, cut(gzip, 5), pieces),
                        Arguments.of("wrong length", Coding.GZIP, with(gzip, gzip.length - 1, 1), pieces),
                        Arguments.of("wrong checksum", Coding.GZIP, with(gzip, gzip.length - 8, 1), pieces),
                        Arguments.of("unknown method", Coding.GZIP, with(gzip, 2, 7), pieces),
                        Arguments.of("unknown flag", Coding.GZIP, with(gzip, 3, 0x20), pieces),
                        Arguments.of("no gzip", Coding.GZIP, "text".getBytes(StandardCharsets.UTF_8), pieces),
                        Arguments.of("bytes behind it", Coding.DEFLATE, concat(deflate, new byte[] {'x'}), pieces),
                        Arguments.of("no end", Coding.DEFLATE, cut(deflate, deflate.length - 1), pieces)));
    }

    @ParameterizedTest
    @MethodSource("codings")
    void nothingIsNothing(Coding coding) throws Exception {
        assertThat(text(new DecodedContent(new FakeContent().end(), coding, RATIO)))
                .isEmpty();
    }

    static Stream<Coding> codings() {
        return Stream.of(Coding.values());
    }

    @Test
    void textIsThereBeforeItsEnd() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        GZIPOutputStream out = new GZIPOutputStream(bytes, true);
        out.write("first".getBytes(StandardCharsets.UTF_8));
        out.flush();
        // And no end: a second read would wait for ever.
        DecodedContent content = new DecodedContent(new FakeContent().with(bytes.toByteArray()), Coding.GZIP, RATIO);
        ByteBuffer into = ByteBuffer.allocate(100);

        assertThat(content.read(into)).isEqualTo(5);
    }

    @Test
    void failureOfTheConnectionStaysWhatItIs() {
        DecodedContent content =
                new DecodedContent(new FakeContent().with(cut(gzip("text"), 14)).cutOff(), Coding.GZIP, RATIO);

        assertThatThrownBy(() -> text(content)).isInstanceOf(IOException.class).hasMessage("cut off");
    }

    @Test
    void contentMayUnfoldSoManyTimesAndNoFurther() throws Exception {
        int length = 11 * 1024 * 1024;
        byte[] body = gzip(" ".repeat(length));
        int ratio = (length + body.length - 1) / body.length;

        assertThat(unfold(body, ratio)).isEqualTo(length);
        assertThatThrownBy(() -> unfold(body, ratio - 1))
                .isInstanceOf(ProtocolException.class)
                .hasMessageMatching("gzip content has unfolded to \\d+ bytes out of \\d+: more than " + (ratio - 1)
                        + " times as many \\(maxDecompressionRatio\\)")
                .satisfies(e -> assertThat(RequestState.of(e)).isEqualTo(RequestState.RESPONSE_STARTED));
    }

    private static long unfold(byte[] body, int ratio) throws IOException {
        DecodedContent content = new DecodedContent(new FakeContent().with(body).end(), Coding.GZIP, ratio);
        ByteBuffer into = ByteBuffer.allocate(64 * 1024);
        long length = 0;
        while (content.read(into.clear()) >= 0) {
            length += into.position();
        }
        return length;
    }

    private static String text(DecodedContent content) throws IOException {
        StringBuilder text = new StringBuilder();
        ByteBuffer into = ByteBuffer.allocate(3);
        while (content.read(into.clear()) >= 0) {
            text.append(StandardCharsets.UTF_8.decode(into.flip()));
        }
        assertThat(content.remaining()).isZero();
        assertThat(content.read(into.clear())).isEqualTo(-1);
        content.close();
        return text.toString();
    }

    private static FakeContent inPieces(byte[] bytes, int length) {
        FakeContent content = new FakeContent();
        for (int at = 0; at < bytes.length; at += length) {
            content.with(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + length)));
        }
        return content;
    }

    private static byte[] gzip(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] deflate(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new DeflaterOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] cut(byte[] bytes, int length) {
        return Arrays.copyOf(bytes, length);
    }

    private static byte[] with(byte[] bytes, int index, int changed) {
        byte[] copy = bytes.clone();
        copy[index] = (byte) (copy[index] ^ changed);
        return copy;
    }
}
