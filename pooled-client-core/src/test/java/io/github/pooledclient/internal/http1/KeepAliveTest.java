// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.internal.http.ResponseHead;
import io.github.pooledclient.pool.CloseReason;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeepAliveTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "HTTP/1.1 200 OK~Content-Length: 0; ; RFC 9112, 9.3: persistent by default",
                "HTTP/1.1 200 OK~Content-Length: 0~Connection: keep-alive; ; RFC 9112, 9.3",
                "HTTP/1.1 200 OK~Content-Length: 0~Connection: foo; ; RFC 9110, 7.6.1",
                "HTTP/1.1 200 OK~Content-Length: 0~Connection: closed; ; RFC 9110, 7.6.1: another option",
                "HTTP/1.1 200 OK~Content-Length: 0~Connection: close; PEER_SAID_CLOSE; RFC 9112, 9.3",
                "HTTP/1.1 200 OK~Content-Length: 0~connection: CLOSE; PEER_SAID_CLOSE; RFC 9110, 7.6.1: no case",
                "HTTP/1.1 200 OK~Content-Length: 0~Connection: foo, close; PEER_SAID_CLOSE; RFC 9110, 7.6.1: a list",
                "HTTP/1.1 200 OK~Content-Length: 0~Connection: foo~Connection: close; PEER_SAID_CLOSE; RFC 9110, 5.3",
                "HTTP/1.1 200 OK~Content-Length: 0~Connection: keep-alive, close; PEER_SAID_CLOSE; RFC 9112, 9.3: close first",
                "HTTP/1.0 200 OK~Content-Length: 0; PEER_SAID_CLOSE; RFC 9112, 9.3",
                "HTTP/1.0 200 OK~Content-Length: 0~Connection: Keep-Alive; ; RFC 9112, 9.3",
                "HTTP/1.0 200 OK~Content-Length: 0~Connection: keep-alive, close; PEER_SAID_CLOSE; RFC 9112, 9.3",
                "HTTP/1.1 200 OK; PEER_CLOSED; RFC 9112, 6.3, 8: the end of the connection was the end of the body",
                "HTTP/1.1 200 OK~Connection: close; PEER_SAID_CLOSE; RFC 9112, 9.3",
                "HTTP/1.1 408 Request Timeout~Content-Length: 0; PEER_SAID_CLOSE; RFC 9110, 15.5.9",
                "HTTP/1.1 200 OK~Content-Length: 0~Keep-Alive: timeout=0; KEEP_ALIVE_HINT; RFC 2068, 19.7.1.1",
                "HTTP/1.1 200 OK~Content-Length: 0~Keep-Alive: max=0; KEEP_ALIVE_HINT; RFC 2068, 19.7.1.1",
                "HTTP/1.1 200 OK~Content-Length: 0~Keep-Alive: timeout=5, max=100; ; RFC 2068, 19.7.1.1",
            })
    void reasonToCloseBehindAResponse(String head, CloseReason reason, String rfc) throws IOException {
        assertThat(keepAlive(head, true).closes()).as(rfc).isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "timeout=5; 5; -1",
                "timeout=5, max=100; 5; 100",
                "max=100,timeout=5; 5; 100",
                "Timeout = 5 , MAX = 7; 5; 7",
                "timeout=5~Keep-Alive: timeout=3; 3; -1",
                "max=1; ; 1",
                "timeout=x; ; -1",
                "timeout=-1; ; -1",
                "timeout; ; -1",
                "300; ; -1",
                "''; ; -1",
                "timeout=99999999999; 2147483647; -1",
                "timeout=5, foo=bar; 5; -1",
            })
    void hintsOfThePeer(String hint, Long seconds, int usesLeft) throws IOException {
        KeepAlive keepAlive = keepAlive("HTTP/1.1 200 OK~Content-Length: 0~Keep-Alive: " + hint, true);

        assertThat(keepAlive.idleLimit()).isEqualTo(seconds == null ? null : Duration.ofSeconds(seconds));
        assertThat(keepAlive.usesLeft()).isEqualTo(usesLeft);
    }

    @Test
    void hintsMayBeIgnored() throws IOException {
        KeepAlive keepAlive = keepAlive("HTTP/1.1 200 OK~Content-Length: 0~Keep-Alive: timeout=5, max=0", false);

        assertThat(keepAlive).isEqualTo(new KeepAlive(null, null, -1));
    }

    @Test
    void connectionThatWeSaidWeWouldCloseIsClosed() throws IOException {
        ResponseHead head = Wire.parse("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive");

        assertThat(KeepAlive.of(true, head, BodyFraming.of("GET", head), true).closes())
                .isEqualTo(CloseReason.WE_SAID_CLOSE);
    }

    private static KeepAlive keepAlive(String text, boolean hints) throws IOException {
        ResponseHead head = Wire.parse(text.replace("~", "\r\n"));
        return KeepAlive.of(false, head, BodyFraming.of("GET", head), hints);
    }
}
