// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.internal.buffer.BufferPool;
import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.internal.http.RequestHead;
import io.github.pooledclient.internal.wire.WireOutput;
import io.github.pooledclient.testing.ScriptedTransport;
import io.github.pooledclient.transport.Origin;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestHeadWriterTest {

    @Test
    void hostComesFirstAndTheCallersFieldsBeforeOurs() throws IOException {
        RequestHead head = new RequestHead(
                "GET",
                new Origin("https", "a.example", 8443),
                "/p?q",
                Wire.fields("X-B", "1|2", "accept", " text/plain "),
                new RequestHead.Added("Accept", "*/*", RequestHead.USER_AGENT),
                false);

        assertThat(written(head, RequestContent.NONE)).isEqualTo("""
                GET /p?q HTTP/1.1\r
                Host: a.example:8443\r
                accept: text/plain\r
                X-B: 1\r
                X-B: 2\r
                User-Agent: pooled-client\r
                \r
                """);
    }

    @ParameterizedTest
    @CsvSource({
        "http, a.example, 80, a.example",
        "http, a.example, 443, a.example:443",
        "https, a.example, 443, a.example",
        "https, a.example, 80, a.example:80",
        "http, ::1, 80, [::1]",
        "http, ::1, 8080, [::1]:8080",
        "http, fe80::1%eth0, 80, [fe80::1]",
        "http, fe80::1%eth0, 8080, [fe80::1]:8080",
    })
    void hostLeavesOutTheDefaultPortAndTheZoneOfAnAddress(String scheme, String name, int port, String host)
            throws IOException {
        RequestHead head = new RequestHead("GET", new Origin(scheme, name, port), "/", Wire.fields(), null, false);

        assertThat(written(head, RequestContent.NONE)).isEqualTo("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    }

    @Test
    void callersHostStandsForTheOrigin() throws IOException {
        assertThat(written(Wire.head("GET", "host", "b.example:1"), RequestContent.NONE))
                .isEqualTo("GET / HTTP/1.1\r\nHost: b.example:1\r\n\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, -2, ''",
        "DELETE, -2, ''",
        "POST, -2, Content-Length: 0",
        "PUT, -2, Content-Length: 0",
        "PATCH, -2, Content-Length: 0",
        "POST, 0, Content-Length: 0",
        "GET, 5, Content-Length: 5",
        "POST, 5, Content-Length: 5",
        "POST, -1, Transfer-Encoding: chunked",
        "GET, -1, Transfer-Encoding: chunked",
    })
    void framingSaysTheLengthOfTheContent(String method, long length, String framing) throws IOException {
        RequestContent content = length == -2 ? RequestContent.NONE : Pieces.announced(length);

        assertThat(written(Wire.head(method), content))
                .isEqualTo(method + " / HTTP/1.1\r\nHost: a.example\r\n" + framing + (framing.isEmpty() ? "" : "\r\n")
                        + "\r\n");
    }

    @Test
    void callersFieldsOfTheConnectionAreNotWrittenTwice() throws IOException {
        RequestHead head = Wire.head(
                "POST",
                "Content-Length",
                "5",
                "Connection",
                "keep-alive",
                "Keep-Alive",
                "timeout=5",
                "Proxy-Connection",
                "keep-alive",
                "Expect",
                "100-continue");

        assertThat(written(head, Pieces.announced(5))).isEqualTo("""
                POST / HTTP/1.1\r
                Host: a.example\r
                Content-Length: 5\r
                Connection: keep-alive\r
                \r
                """);
    }

    @Test
    void closeIsSaidInsteadOfKeepAlive() throws IOException {
        ScriptedTransport script = new ScriptedTransport().swallow(1000);
        WireOutput output = new WireOutput(script, pool());

        RequestHeadWriter.write(Wire.head("GET", "Connection", "keep-alive"), RequestContent.NONE, true, false, output);
        output.flush();

        assertThat(script.written()).endsWith("Connection: close\r\n\r\n").doesNotContain("keep-alive");
    }

    @Test
    void teIsSaidWithItsConnectionOption() throws IOException {
        assertThat(written(Wire.head("GET", "TE", "trailers"), RequestContent.NONE))
                .endsWith("TE: trailers\r\nConnection: TE\r\n\r\n");
    }

    @Test
    void headThatIsLongerThanTheBufferIsWrittenWhole() throws IOException {
        String value = "v".repeat(100_000);

        assertThat(written(Wire.head("GET", "X-Long", value), RequestContent.NONE))
                .isEqualTo("GET / HTTP/1.1\r\nHost: a.example\r\nX-Long: " + value + "\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nEvil: 1", "a\nb", "a\0b", "\u560a"})
    void valueThatNobodyCheckedStillCannotEndItsLine(String value) {
        assertThatThrownBy(() -> written(Wire.head("GET", "X-A", value), RequestContent.NONE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static String written(RequestHead head, RequestContent content) throws IOException {
        ScriptedTransport script = new ScriptedTransport().swallow(1_000_000);
        WireOutput output = new WireOutput(script, pool());
        RequestHeadWriter.write(head, content, false, false, output);
        output.flush();
        return script.written();
    }

    private static BufferPool pool() {
        return new BufferPool(16 * 1024, 1, ByteBuffer::allocate);
    }
}
