// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.MessageLimits;
import io.github.pooledclient.internal.http.ResponseHead;
import io.github.pooledclient.internal.wire.WireInput;
import io.github.pooledclient.testing.ScriptedTransport;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseHeadReaderTest {

    @Test
    void headHasVersionStatusAndFields() throws IOException {
        ResponseHead head = read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A:  b c\t\r\nx-a:\r\n\r\n");

        assertThat(head.minorVersion()).isEqualTo(1);
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.fields()).hasToString("Content-Length: 5, X-A: b c, x-a: ");
    }

    @Test
    void bytesBehindTheHeadStayInTheInput() throws IOException {
        WireInput input = Wire.input(new ScriptedTransport().answer("HTTP/1.1 200 OK\r\n\r\nhello"));

        new ResponseHeadReader().read(input, MessageLimits.defaults());

        assertThat(input.available()).isEqualTo(5);
        assertThat(input.read()).isEqualTo('h');
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "HTTP/1.1 200 OK; 1; 200",
                "HTTP/1.0 200 OK; 0; 200",
                "HTTP/1.2 200 OK; 1; 200",
                "HTTP/1.1 200 ; 1; 200",
                "HTTP/1.1 200; 1; 200",
                "HTTP/1.1 200 \u00fc\u0009x; 1; 200",
                "HTTP/1.1 100 Continue; 1; 100",
                "HTTP/1.1 999 ?; 1; 999",
            })
    void statusLines(String line, int minorVersion, int status) throws IOException {
        ResponseHead head = read(line + "\r\n\r\n");

        assertThat(head.minorVersion()).isEqualTo(minorVersion);
        assertThat(head.statusCode()).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/2.0 200 OK",
                "HTTP/0.9 200 OK",
                "HTTP/11 200 OK",
                "HTTP/1.10 200 OK",
                "HTTP/1. 200 OK",
                "http/1.1 200 OK",
                "HTTP /1.1 200 OK",
                " HTTP/1.1 200 OK",
                "ICY 200 OK",
                "SSH-2.0-OpenSSH",
                "<html>",
                "HTTP/1.1",
                "HTTP/1.1 ",
                "HTTP/1.1  200 OK",
                "HTTP/1.1\t200 OK",
                "HTTP/1.1 20 OK",
                "HTTP/1.1 2000 OK",
                "HTTP/1.1 20x OK",
                "HTTP/1.1 -20 OK",
                "HTTP/1.1 +20 OK",
                "HTTP/1.1 200OK",
                "HTTP/1.1 099 OK",
                "HTTP/1.1 000 OK",
                "HTTP/1.1 200 O\rK",
                "HTTP/1.1 200 O\0K",
                "HTTP/1.1 200 OK\r",
                "",
            })
    void otherStatusLinesAreRefused(String line) {
        assertThatThrownBy(() -> read(line + "\r\nA: b\r\n\r\n"))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("RFC 91");
    }

    @ParameterizedTest
    @ValueSource(strings = {"S", "HTTP/2", "\r", "\r\nHTTP/1.1 200 OK\r\n", "\u0015\u0003\u0001"})
    void peerThatSpeaksSomethingElseIsRefusedBeforeItsLineEnds(String beginning) {
        assertThatThrownBy(() -> read(beginning)).isInstanceOf(ProtocolException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "A : b; RFC 9112, 5.1: blank before the colon",
                "A\u0009: b; RFC 9112, 5.1: tab before the colon",
                ": b; RFC 9110, 5.1: no name",
                "A; RFC 9112, 5: no colon",
                "A b: c; RFC 9110, 5.1: blank in the name",
                "A(b): c; RFC 9110, 5.1: no token",
                "\u00e4: b; RFC 9110, 5.1: no token",
                "A\u0000: b; RFC 9110, 5.1: NUL in the name",
                "A: b\u0000c; RFC 9110, 5.5: NUL",
                "A: b<CR>c; RFC 9110, 5.5: bare CR",
                "A: b<CR>; RFC 9110, 5.5: CR before CRLF",
                "A: b\u0001c; RFC 9110, 5.5: control",
                "A: b\u007f; RFC 9110, 5.5: delete",
                "A: b<LF>C: d; RFC 9112, 2.2: lone LF among CRLFs",
                "A: b~ c\u0000d; RFC 9110, 5.5: NUL in a fold",
                "Content-Length: 1~ 0; RFC 9112, 5.2: folded length",
                "Transfer-Encoding:~ chunked; RFC 9112, 5.2: folded coding",
            })
    void fieldLinesThatBreakTheGrammarAreRefused(String lines, String rfc) {
        String bytes = lines.replace("~", "\r\n").replace("<CR>", "\r").replace("<LF>", "\n");

        assertThatThrownBy(() -> read("HTTP/1.1 200 OK\r\n" + bytes + "\r\n\r\n"))
                .as(rfc)
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("RFC 91");
    }

    @ParameterizedTest
    @ValueSource(strings = {" A: b", "\tA: b", " "})
    void firstFieldLineMustNotBeginWithABlank(String line) {
        assertThatThrownBy(() -> read("HTTP/1.1 200 OK\r\n" + line + "\r\n\r\n"))
                .hasMessageContaining("first field line must not begin with a blank (RFC 9112, 2.2)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "A: b~_c; b_c",
                "A: b_~__c_; b_c",
                "A: b~\u0009c~__d; b_c_d",
                "A: b~_c_d~_e; b_c_d_e",
                "A:~_b; b",
                "A:~_~_b; b",
                "A: b~_; b",
                "A: b~_~_c; b_c"
            })
    void foldIsReadAsOneBlank(String lines, String value) throws IOException {
        ResponseHead head =
                read("HTTP/1.1 200 OK\r\n" + lines.replace("~", "\r\n").replace('_', ' ') + "\r\nZ: z\r\n\r\n");

        assertThat(head.fields().value(0)).isEqualTo(value.replace('_', ' '));
        assertThat(head.fields().first("Z")).isEqualTo("z");
    }

    @Test
    void headOfAServerThatKnowsOnlyLineFeedsIsRead() throws IOException {
        ResponseHead head = read("HTTP/1.0 200 OK\nA: b\nC: d\n\n");

        assertThat(head.fields()).hasToString("A: b, C: d");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\nA: b\r\n\r\n",
                "HTTP/1.1 200 OK\r\nA: b\n\r\n",
                "HTTP/1.1 200 OK\r\n\n",
                "HTTP/1.1 200 OK\n\r\n"
            })
    void lineEndsMustNotBeMixed(String head) {
        assertThatThrownBy(() -> read(head)).hasMessageContaining("(RFC 9112, 2.2)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "H", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n"})
    void headThatIsCutOffIsNoHead(String head) {
        assertThatThrownBy(() -> read(new ScriptedTransport().answer(head).end()))
                .isInstanceOf(EOFException.class);
    }

    @Test
    void headIsBounded() {
        String head = "HTTP/1.1 200 OK\r\nA: "
                + "x".repeat((int) MessageLimits.defaults().maxResponseHeadSize());

        assertThatThrownBy(() -> read(head))
                .hasMessage("response head is longer than 65536 bytes (maxResponseHeadSize)");
    }

    @Test
    void headMayBeAsLongAsTheLimit() throws IOException {
        String rest = "HTTP/1.1 200 OK\r\nA: \r\n\r\n";
        String value = "x".repeat((int) MessageLimits.defaults().maxResponseHeadSize() - rest.length());

        ResponseHead head = read(rest.replace("A: ", "A: " + value));

        assertThat(head.fields().first("A")).isEqualTo(value);
    }

    @Test
    void fieldsAreBounded() {
        String head = "HTTP/1.1 200 OK\r\n"
                + "A: b\r\n".repeat(MessageLimits.defaults().maxResponseFields() + 1) + "\r\n";

        assertThatThrownBy(() -> read(head)).hasMessage("more than 500 fields (maxResponseFields)");
    }

    @Test
    @Timeout(20) // it would be hours if each fold were looked at again for the next
    void foldsCostNoMoreThanTheirBytes() throws IOException {
        MessageLimits limits =
                MessageLimits.builder().maxResponseHeadSize(4 * 1024 * 1024).build();
        String folds = "\r\n ".repeat(600_000);

        ResponseHead head = new ResponseHeadReader()
                .read(
                        Wire.input(new ScriptedTransport()
                                .answer("HTTP/1.1 200 OK\r\nA:" + folds + "b" + folds + "c\r\n\r\n")),
                        limits);

        assertThat(head.fields().first("A")).startsWith("b ").endsWith(" c");
    }

    @Property(tries = 200)
    void headIsTheSameHoweverItsBytesAreGrouped(
            @ForAll("fields") List<String> fields, @ForAll @IntRange(min = 1, max = 40) int segment)
            throws IOException {
        String lines = String.join("\r\n", fields);
        String text = "HTTP/1.1 200 OK\r\n" + lines + (lines.isEmpty() ? "" : "\r\n") + "\r\n";

        ResponseHead head = read(new ScriptedTransport().answer(text).inSegmentsOf(segment));

        assertThat(head.fields()).hasToString(String.join(", ", fields));
    }

    @Provide
    Arbitrary<List<String>> fields() {
        Arbitrary<String> name = Arbitraries.strings()
                .withChars("!#$%&'*+-.^_`|~")
                .alpha()
                .numeric()
                .ofMinLength(1)
                .ofMaxLength(20);
        Arbitrary<String> value = Arbitraries.strings()
                .withCharRange(' ', '~')
                .withCharRange('\u00a1', '\u00ff')
                .ofMaxLength(30)
                .map(String::strip);
        return Combinators.combine(name, value)
                .as((n, v) -> n + ": " + v)
                .list()
                .ofMaxSize(40);
    }

    private static ResponseHead read(String text) throws IOException {
        return read(new ScriptedTransport().answer(text));
    }

    private static ResponseHead read(ScriptedTransport script) throws IOException {
        return new ResponseHeadReader().read(Wire.input(script), MessageLimits.defaults());
    }
}
