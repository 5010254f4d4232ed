// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.internal.http.ResponseHead;
import java.io.IOException;
import java.net.ProtocolException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BodyFramingTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "HEAD; HTTP/1.1 200 OK~Content-Length: 5; RFC 9112, 6.3, 1",
                "HEAD; HTTP/1.1 200 OK~Transfer-Encoding: chunked; RFC 9112, 6.3, 1",
                "HEAD; HTTP/1.1 200 OK; RFC 9112, 6.3, 1",
                "GET; HTTP/1.1 204 No Content~Content-Length: 5; RFC 9112, 6.3, 1",
                "GET; HTTP/1.1 204 No Content; RFC 9112, 6.3, 1",
                "GET; HTTP/1.1 304 Not Modified~Content-Length: 5; RFC 9112, 6.3, 1",
                "GET; HTTP/1.1 304 Not Modified~Transfer-Encoding: chunked; RFC 9112, 6.3, 1",
                "GET; HTTP/1.1 103 Early Hints; RFC 9112, 6.3, 1",
            })
    void noContent(String method, String head, String rfc) throws IOException {
        assertThat(BodyFraming.of(method, parse(head))).as(rfc).isEqualTo(BodyFraming.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "HTTP/1.1 200 OK~Content-Length: 5; 5; RFC 9112, 6.3, 6",
                "HTTP/1.0 200 OK~Content-Length: 5; 5; RFC 9112, 6.3, 6",
                "HTTP/1.1 404 Not Found~Content-Length: 5; 5; RFC 9112, 6.3, 6",
                "HTTP/1.1 205 Reset Content~Content-Length: 0; 0; RFC 9110, 15.3.6",
                "HTTP/1.1 200 OK~content-length:0; 0; RFC 9110, 5.1",
                "HTTP/1.1 200 OK~Content-Length: 000; 0; RFC 9110, 8.6: 1*DIGIT",
                "HTTP/1.1 200 OK~Content-Length: 00000000000000000000000005; 5; RFC 9110, 8.6: 1*DIGIT",
                "HTTP/1.1 200 OK~Content-Length: 007; 7; RFC 9110, 8.6",
                "HTTP/1.1 200 OK~Content-Length: 9223372036854775807; 9223372036854775807; RFC 9110, 8.6",
                "HTTP/1.1 200 OK~Content-Length: 5~Content-Length: 5; 5; RFC 9112, 6.3, 5: may be read as one",
                "HTTP/1.1 200 OK~Content-Length: 5, 5; 5; RFC 9112, 6.3, 5: may be read as one",
            })
    void contentOfALength(String head, long length, String rfc) throws IOException {
        assertThat(BodyFraming.of("GET", parse(head)))
                .as(rfc)
                .isEqualTo(new BodyFraming(BodyFraming.Kind.LENGTH, length));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "HTTP/1.1 200 OK~Transfer-Encoding: chunked; RFC 9112, 6.3, 4",
                "HTTP/1.1 200 OK~transfer-encoding: Chunked; RFC 9112, 7: names of codings know no case",
                "HTTP/1.1 200 OK~Transfer-Encoding: , chunked ,; RFC 9110, 5.6.1.2: empty members count nothing",
            })
    void contentInChunks(String head, String rfc) throws IOException {
        assertThat(BodyFraming.of("GET", parse(head))).as(rfc).isEqualTo(BodyFraming.CHUNKED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "HTTP/1.1 200 OK; RFC 9112, 6.3, 8",
                "HTTP/1.0 200 OK; RFC 9112, 6.3, 8",
                "HTTP/1.1 200 OK~Connection: close; RFC 9112, 6.3, 8",
            })
    void contentUntilTheConnectionEnds(String head, String rfc) throws IOException {
        assertThat(BodyFraming.of("GET", parse(head))).as(rfc).isEqualTo(BodyFraming.UNTIL_CLOSE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "HTTP/1.1 200 OK~Content-Length: 5~Content-Length: 6; RFC 9112, 6.3, 5",
                "HTTP/1.1 200 OK~Content-Length: 5, 6; RFC 9112, 6.3, 5",
                "HTTP/1.1 200 OK~Content-Length: 5,; RFC 9112, 6.3, 5",
                "HTTP/1.1 200 OK~Content-Length:; RFC 9110, 8.6",
                "HTTP/1.1 200 OK~Content-Length: 5~Content-Length:; RFC 9112, 6.3, 5",
                "HTTP/1.1 200 OK~Content-Length: +5; RFC 9110, 8.6",
                "HTTP/1.1 200 OK~Content-Length: -5; RFC 9110, 8.6",
                "HTTP/1.1 200 OK~Content-Length: -0; RFC 9110, 8.6",
                "HTTP/1.1 200 OK~Content-Length: 5 5; RFC 9110, 8.6",
                "HTTP/1.1 200 OK~Content-Length: 0x5; RFC 9110, 8.6",
                "HTTP/1.1 200 OK~Content-Length: 5.0; RFC 9110, 8.6",
                "HTTP/1.1 200 OK~Content-Length: 5e0; RFC 9110, 8.6",
                "HTTP/1.1 200 OK~Content-Length: '5'; RFC 9110, 8.6",
                "HTTP/1.1 200 OK~Content-Length: \u0665; RFC 9110, 8.6: digits of ASCII only",
                "HTTP/1.1 200 OK~Content-Length: 9223372036854775808; RFC 9110, 8.6: overflow",
                "HTTP/1.1 200 OK~Content-Length: 18446744073709551621; RFC 9110, 8.6: 5 modulo 2^64",
                "HTTP/1.1 200 OK~Content-Length: 00018446744073709551621; RFC 9110, 8.6: zeros in front do not help",
                "HTTP/1.1 200 OK~Content-Length: 5~Transfer-Encoding: chunked; RFC 9112, 6.3, 3",
                "HTTP/1.1 200 OK~Transfer-Encoding: chunked~Content-Length: 5; RFC 9112, 6.3, 3",
                "HTTP/1.1 200 OK~Transfer-Encoding: chunked~Content-Length:; RFC 9112, 6.3, 3",
                "HTTP/1.0 200 OK~Transfer-Encoding: chunked; RFC 9112, 6.1",
                "HTTP/1.1 200 OK~Transfer-Encoding: gzip; RFC 9112, 6.3, 4",
                "HTTP/1.1 200 OK~Transfer-Encoding: gzip, chunked; RFC 9112, 6.1: not asked for",
                "HTTP/1.1 200 OK~Transfer-Encoding: chunked, gzip; RFC 9112, 6.3, 4",
                "HTTP/1.1 200 OK~Transfer-Encoding: chunked, chunked; RFC 9112, 6.1",
                "HTTP/1.1 200 OK~Transfer-Encoding: chunked~Transfer-Encoding: chunked; RFC 9112, 6.1",
                "HTTP/1.1 200 OK~Transfer-Encoding: identity; RFC 9112, 7",
                "HTTP/1.1 200 OK~Transfer-Encoding: xchunked; RFC 9112, 7",
                "HTTP/1.1 200 OK~Transfer-Encoding: chunked q=1; RFC 9112, 7.1",
                "HTTP/1.1 200 OK~Transfer-Encoding:; RFC 9112, 6.1",
                "HTTP/1.1 200 OK~Transfer-Encoding: \u000bchunked; RFC 9110, 5.5",
            })
    void unclearFramingIsRefused(String head, String rfc) {
        assertThatThrownBy(() -> BodyFraming.of("GET", parse(head)))
                .as(rfc)
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("RFC 91");
    }

    private static ResponseHead parse(String head) throws IOException {
        return Wire.parse(head.replace("~", "\r\n"));
    }
}
