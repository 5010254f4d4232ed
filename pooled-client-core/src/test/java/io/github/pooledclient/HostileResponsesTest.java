// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.awaitNothingInUse;
import static io.github.pooledclient.EndToEnd.send;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.ScriptedServer.Script;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a caller gets for whatever bytes a server may send, and what the next one gets: over sockets, by the public
 * interface. Tables are written with ~ for CRLF, and other bytes as in {@code <LF>} and {@code <0b>}.
 */
class HostileResponsesTest {

    private static final String OK = "HTTP/1.1 200 OK\r\n";

    /** The name of a connection is what it answers to the next request. */
    private static final String SAME = "same";

    private static final String NEW = "new";

    @ParameterizedTest(name = "{0}: {3}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "-", textBlock = """
            Content-Length: 5~~hello                             | hello | same | RFC 9110, 8.6
            Content-Length:<09>5<09>~~hello                      | hello | same | RFC 9110, 5.6.3: blanks around a value
            Content-Length: 005~~hello                           | hello | same | RFC 9110, 8.6: zeros in front
            Content-Length: 0000000000000000000000005~~hello     | hello | same | RFC 9110, 8.6: many zeros in front
            Content-Length: 5~Content-Length: 5~~hello           | hello | same | RFC 9112, 6.3, 5
            Content-Length: 5, 5~~hello                          | hello | same | RFC 9112, 6.3, 5
            Content-Length: 0~~                                  | ``    | same | RFC 9112, 6.3, 6
            Content-Length: 4~~hello                             | hell  | new  | RFC 9112, 6.3: a byte too many
            Content-Length: 0~~hello                             | ``    | new  | RFC 9112, 6.3: more than nothing
            Content-Length: 5~~hello~                            | hello | new  | RFC 9112, 6.3: a line too many
            Content-Length: 5~~helloHTTP/1.1 200 OK~Content-Length: 4~~evil | hello | new | RFC 9112, 9.2: an answer to nothing
            Connection: close~Content-Length: 5~~hello           | hello | new  | RFC 9112, 9.6
            Connection: Close~Content-Length: 5~~hello           | hello | new  | RFC 9110, 7.6.1: of either case
            Connection: x, close~Content-Length: 5~~hello        | hello | new  | RFC 9110, 7.6.1: a list
            Connection: ,close ,~Content-Length: 5~~hello        | hello | new  | RFC 9110, 5.6.1.2: empty members
            Connection: x~Connection: close~Content-Length: 5~~hello | hello | new | RFC 9110, 5.3: two lines
            Connection: keep-alive, close~Content-Length: 5~~hello | hello | new | RFC 9112, 9.3
            Connection: closed~Content-Length: 5~~hello          | hello | same | RFC 9112, 9.3: another word
            Transfer-Encoding: chunked~~5~hello~0~~              | hello | same | RFC 9112, 7.1
            Transfer-Encoding: CHUNKED~~5~hello~0~~              | hello | same | RFC 9112, 7: of either case
            Transfer-Encoding: chunked~~5;a="b;c"~hello~0;d~~    | hello | same | RFC 9112, 7.1.1
            Transfer-Encoding: chunked~~005~hello~00~~           | hello | same | RFC 9112, 7.1: 1*HEXDIG
            Transfer-Encoding: chunked~~5~hello~0~A: b~Content-Length: 1~~ | hello | same | RFC 9110, 6.5.1: trailers change nothing
            Transfer-Encoding: chunked~~5~hello~0~~X             | hello | new  | RFC 9112, 6.3: a byte too many
            Transfer-Encoding: chunked~~5~hello~0~~HTTP/1.1 200 OK~Content-Length: 4~~evil | hello | new | RFC 9112, 9.2
            A:~Content-Length: 5~~hello                          | hello | same | RFC 9110, 5.5: an empty value
            A: <80><e4><ff>~Content-Length: 5~~hello             | hello | same | RFC 9110, 5.5: obs-text
            A: b~ c~Content-Length: 5~~hello                     | hello | same | RFC 9112, 5.2: a fold
            """)
    void answerIsReadAsItIsMeant(String bytes, String body, String next, String rfc) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(once(OK + wire(bytes)), always(ok(NEW)));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            assertThat(send(client, get(server)).body()).as(rfc).isEqualTo(body);
            assertThat(send(client, get(server)).body()).as(rfc).isEqualTo(next);
        }
    }

    @ParameterizedTest(name = "{0} {1}: {4}")
    @CsvSource(delimiter = '|', textBlock = """
            GET  | HTTP/1.1 204 No Content~~                               | 204 | same | RFC 9112, 6.3, 1
            GET  | HTTP/1.1 204 No Content~Content-Length: 5~~             | 204 | same | RFC 9112, 6.3, 1
            GET  | HTTP/1.1 204 No Content~Content-Length: 5~~hello        | 204 | new  | RFC 9112, 6.3, 1: surplus
            GET  | HTTP/1.1 204 No Content~Transfer-Encoding: chunked~~0~~ | 204 | new  | RFC 9112, 6.3, 1: surplus
            GET  | HTTP/1.1 204 No Content~Content-Encoding: gzip~~        | 204 | same | RFC 9110, 8.4: nothing to decode
            GET  | HTTP/1.1 304 Not Modified~Content-Length: 5~~           | 304 | same | RFC 9110, 15.4.5
            GET  | HTTP/1.1 304 Not Modified~Content-Length: 5~~hello      | 304 | new  | RFC 9112, 6.3, 1: surplus
            GET  | HTTP/1.1 304 Not Modified~Transfer-Encoding: chunked~~  | 304 | same | RFC 9112, 6.1
            GET  | HTTP/1.1 205 Reset Content~Content-Length: 0~~          | 205 | same | RFC 9110, 15.3.6
            HEAD | HTTP/1.1 200 OK~Content-Length: 5~~                     | 200 | same | RFC 9110, 9.3.2
            HEAD | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~            | 200 | same | RFC 9112, 6.1
            HEAD | HTTP/1.1 200 OK~~                                       | 200 | same | RFC 9112, 6.3, 1
            HEAD | HTTP/1.1 200 OK~Content-Encoding: gzip~Content-Length: 20~~ | 200 | same | RFC 9110, 8.4
            HEAD | HTTP/1.1 200 OK~Content-Length: 5~~hello                | 200 | new  | RFC 9112, 6.3, 1: surplus
            GET  | HTTP/1.0 200 OK~Content-Length: 0~~                     | 200 | new  | RFC 9112, 9.3
            GET  | HTTP/1.0 200 OK~Connection: keep-alive~Content-Length: 0~~ | 200 | same | RFC 9112, 9.3
            GET  | HTTP/1.0 200 OK~Proxy-Connection: keep-alive~Content-Length: 0~~ | 200 | new | RFC 9112, C.2.2
            GET  | HTTP/1.1 408 Request Timeout~Content-Length: 0~~        | 408 | new  | RFC 9110, 15.5.9
            GET  | HTTP/1.1 100 Continue~~HTTP/1.1 200 OK~Content-Length: 0~~ | 200 | same | RFC 9110, 15.2
            GET  | HTTP/1.1 103 Early~Link: x~~HTTP/1.1 102 x~~HTTP/1.1 200 OK~Content-Length: 0~~ | 200 | same | RFC 9110, 15.2
            GET  | HTTP/1.1 199 x~Content-Length: 5~~HTTP/1.1 200 OK~Content-Length: 0~~ | 200 | same | RFC 9112, 6.3, 1
            """)
    void answerWithoutContentEndsWithItsHead(String method, String bytes, int status, String next, String rfc)
            throws Exception {
        try (ScriptedServer server = ScriptedServer.start(once(wire(bytes)), always(ok(NEW)));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(server.uri("/"))
                    .method(method, BodyPublishers.noBody())
                    .build();

            HttpResponse<String> response = send(client, request);

            assertThat(response.statusCode()).as(rfc).isEqualTo(status);
            assertThat(response.body()).as(rfc).isEmpty();
            assertThat(send(client, get(server)).body()).as(rfc).isEqualTo(next);
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            Content-Length: +5~~hello                          | RFC 9110, 8.6
            Content-Length: -5~~hello                          | RFC 9110, 8.6
            Content-Length: 5;~~hello                          | RFC 9110, 8.6
            Content-Length: 0x5~~hello                         | RFC 9110, 8.6
            Content-Length: 5 5~~hello                         | RFC 9110, 8.6
            Content-Length: "5"~~hello                         | RFC 9110, 8.6
            Content-Length:~~hello                             | RFC 9110, 8.6
            Content-Length: <d9><a5>~~hello                    | RFC 9110, 8.6
            Content-Length: 5<a0>~~hello                       | RFC 9110, 5.6.3: no blank
            Content-Length: 9223372036854775808~~hello         | RFC 9110, 8.6: 2^63
            Content-Length: 18446744073709551621~~hello        | RFC 9110, 8.6: 5 modulo 2^64
            Content-Length: 5,~~hello                          | RFC 9112, 6.3, 5
            Content-Length: 5, 6~~hello                        | RFC 9112, 6.3, 5
            Content-Length: 5~Content-Length: 6~~hello         | RFC 9112, 6.3, 5
            Content-Length:~ 5~~hello                          | RFC 9112, 5.2
            Content-Length : 5~~hello                          | RFC 9112, 5.1
            Transfer-Encoding: chunked~Content-Length: 5~~5~hello~0~~ | RFC 9112, 6.3, 3
            Content-Length: 15~Transfer-Encoding: chunked~~5~hello~0~~ | RFC 9112, 6.3, 3
            Transfer-Encoding: gzip, chunked~~0~~              | RFC 9112, 7
            Transfer-Encoding: chunked, gzip~~0~~              | RFC 9112, 6.3, 4
            Transfer-Encoding: chunked, chunked~~0~~           | RFC 9112, 6.1
            Transfer-Encoding: chunked~Transfer-Encoding: chunked~~0~~ | RFC 9112, 6.1
            Transfer-Encoding: identity~~hello                 | RFC 9112, 7
            Transfer-Encoding: xchunked~~0~~                   | RFC 9112, 7
            Transfer-Encoding: chunked;a=b~~0~~                | RFC 9112, 7.1
            Transfer-Encoding:~~0~~                            | RFC 9112, 6.1
            Transfer-Encoding: <0b>chunked~~0~~                | RFC 9110, 5.5
            Transfer-Encoding : chunked~~0~~                   | RFC 9112, 5.1
            Transfer-Encoding: chunked~~+5~hello~0~~           | RFC 9112, 7.1
            Transfer-Encoding: chunked~~0x5~hello~0~~          | RFC 9112, 7.1
            Transfer-Encoding: chunked~~ 5~hello~0~~           | RFC 9112, 7.1
            Transfer-Encoding: chunked~~5 ~hello~0~~           | RFC 9112, 7.1
            Transfer-Encoding: chunked~~~hello~0~~             | RFC 9112, 7.1
            Transfer-Encoding: chunked~~5<LF>hello~0~~         | RFC 9112, 7.1
            Transfer-Encoding: chunked~~5~hello<LF>0~~         | RFC 9112, 7.1
            Transfer-Encoding: chunked~~5~hello0~~             | RFC 9112, 7.1
            Transfer-Encoding: chunked~~4~hello~0~~            | RFC 9112, 7.1
            Transfer-Encoding: chunked~~6~hello~0~~            | RFC 9112, 7.1
            Transfer-Encoding: chunked~~8000000000000005~hello~0~~ | RFC 9112, 7.1
            Transfer-Encoding: chunked~~10000000000000005~hello~0~~ | RFC 9112, 7.1
            Transfer-Encoding: chunked~~5;a<LF>b~hello~0~~     | RFC 9112, 7.1.1
            Transfer-Encoding: chunked~~5~hello~0~A~~          | RFC 9112, 7.1.2
            Transfer-Encoding: chunked~~5~hello~0~A : b~~      | RFC 9112, 5.1
            Transfer-Encoding: chunked~~5~hello~0~A: b<LF>~    | RFC 9112, 7.1.2
            ` A: b~Content-Length: 0~~`                        | RFC 9112, 2.2
            A : b~Content-Length: 0~~                          | RFC 9112, 5.1
            A~Content-Length: 0~~                              | RFC 9112, 5
            : b~Content-Length: 0~~                            | RFC 9110, 5.1
            A b: c~Content-Length: 0~~                         | RFC 9110, 5.1
            A(: c~Content-Length: 0~~                          | RFC 9110, 5.1
            <e4>: c~Content-Length: 0~~                        | RFC 9110, 5.1
            A: b<00>c~Content-Length: 0~~                      | RFC 9110, 5.5
            A: b<CR>c~Content-Length: 0~~                      | RFC 9112, 2.2
            A: b<LF>Content-Length: 0~~                        | RFC 9112, 2.2
            """)
    void answerThatBreaksTheFramingIsRefused(String bytes, String rfc) throws Exception {
        assertRefused(OK + wire(bytes), rfc);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            HTTP/1.1  200 OK                     | RFC 9112, 4
            HTTP/1.1 2000 OK                     | RFC 9112, 4
            HTTP/1.1 20 OK                       | RFC 9112, 4
            HTTP/1.1 099 OK                      | RFC 9110, 15
            HTTP/1.1 +20 OK                      | RFC 9112, 4
            HTTP/1.1 200OK                       | RFC 9112, 4
            HTTP/1.1                             | RFC 9112, 4
            HTTP/2.0 200 OK                      | RFC 9112, 2.3
            HTTP/1.11 200 OK                     | RFC 9112, 2.3
            HTTP/01.1 200 OK                     | RFC 9112, 2.3
            http/1.1 200 OK                      | RFC 9112, 2.3
            ICY 200 OK                           | RFC 9112, 4
            ` HTTP/1.1 200 OK`                   | RFC 9112, 4
            HTTP/1.1 200 O<CR>K                  | RFC 9112, 2.2
            HTTP/1.1 200 O<00>K                  | RFC 9112, 4
            <html>hello</html>                   | RFC 9112, 4: HTTP/0.9
            HTTP/1.1 101 Switching Protocols     | RFC 9110, 15.2.2: unasked
            HTTP/1.1 100 Continue~Content-Length: 5~~hello~HTTP/1.1 200 OK | RFC 9112, 6.3, 1
            """)
    void answerThatIsNoneIsRefused(String line, String rfc) throws Exception {
        assertRefused(wire(line) + "\r\nContent-Length: 0\r\n\r\n", rfc);
    }

    private static void assertRefused(String answer, String rfc) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(once(answer), always(ok(NEW)));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            assertThatThrownBy(() -> send(client, get(server))).as(rfc).isInstanceOf(ProtocolException.class);
            assertThat(send(client, get(server)).body()).as(rfc).isEqualTo(NEW);
        }
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``                                             | HTTP/1.1 102 x~~
            HTTP/1.1 200 OK~                               | A: b~
            HTTP/1.1 200 OK~A: b~                          | ` c~`
            `HTTP/1.1 200 `                                | aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
            HTTP/1.1 200 OK~Transfer-Encoding: chunked~~0~ | A: b~
            HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5; | aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
            HTTP/1.1 200 OK~Transfer-Encoding: chunked~~   | 1;aaaaaaaaaaaaaaaaaaaaaaaaaaaa~x~
            HTTP/1.1 200 OK~Transfer-Encoding: chunked~~   | 0000
            """)
    void whatWouldGoOnForEverIsRefused(String beginning, String repeated) throws Exception {
        assertRefused(wire(beginning) + wire(repeated).repeat(20_000), "RFC 9110, 2.3 and 5.4");
    }

    @Test
    void answerIsTheSameWhereverItIsCutIntoSegments() throws Exception {
        String answer = "HTTP/1.1 103 x\r\nA: b\r\n\r\n" + OK
                + "Transfer-Encoding: chunked\r\nB: c\r\n d\r\n\r\n3;x\r\nhel\r\n2\r\nlo\r\n0\r\nT: t\r\n\r\n";
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    for (int cut = 0; peer.readRequestOrEnd() != null; cut++) {
                        peer.send(answer.substring(0, cut % answer.length()));
                        peer.send(answer.substring(cut % answer.length()));
                    }
                });
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            for (int cut = 0; cut < answer.length(); cut++) {
                HttpResponse<String> response = send(client, get(server));

                assertThat(response.body()).as("cut at %d", cut).isEqualTo("hello");
                assertThat(response.headers().firstValue("b"))
                        .as("cut at %d", cut)
                        .hasValue("c d");
            }
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("handlers")
    void answerThatIsCutOffIsAnErrorForEachHandler(String name, Reader reader) throws Exception {
        String counted = OK + "Content-Length: 5\r\n\r\nhello";
        String chunked = OK + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
        for (String whole : new String[] {counted, chunked}) {
            for (int length = 0; length < whole.length(); length += 3) {
                String part = whole.substring(0, length);
                try (ScriptedServer server = ScriptedServer.start(peer -> {
                            peer.readRequest();
                            peer.send(part);
                        });
                        PooledHttpClient client = PooledHttpClient.newHttpClient()) {
                    assertThatThrownBy(() -> reader.read(client, get(server)))
                            .as(part)
                            .satisfiesAnyOf(
                                    failure -> assertThat(failure).isInstanceOf(IOException.class),
                                    failure -> assertThat(failure).hasCauseInstanceOf(IOException.class));
                    awaitNothingInUse(client);
                }
            }
        }
    }

    private interface Reader {
        void read(PooledHttpClient client, HttpRequest request) throws Exception;
    }

    static Stream<Arguments> handlers(@TempDir Path directory) {
        Reader stream = (client, request) -> {
            try (InputStream body =
                    client.send(request, BodyHandlers.ofInputStream()).body()) {
                body.readAllBytes();
            }
        };
        Reader lines = (client, request) ->
                client.send(request, BodyHandlers.ofLines()).body().forEach(line -> {});
        return Stream.of(
                Arguments.of("ofString", whole(BodyHandlers.ofString())),
                Arguments.of("ofByteArray", whole(BodyHandlers.ofByteArray())),
                Arguments.of("ofFile", whole(BodyHandlers.ofFile(directory.resolve("body")))),
                Arguments.of("discarding", whole(BodyHandlers.discarding())),
                Arguments.of("buffering", whole(BodyHandlers.buffering(BodyHandlers.ofString(), 3))),
                Arguments.of("ofInputStream", stream),
                Arguments.of("ofLines", lines));
    }

    private static Reader whole(BodyHandler<?> handler) {
        return (client, request) -> client.send(request, handler);
    }

    private static HttpRequest get(ScriptedServer server) {
        return EndToEnd.get(server);
    }

    /** Answers the first request on a connection with these bytes, and the next ones with the name of the connection. */
    private static Script once(String bytes) {
        return peer -> {
            peer.readRequest();
            peer.send(bytes);
            while (peer.readRequestOrEnd() != null) {
                peer.send(ok(SAME));
            }
        };
    }

    private static String wire(String text) {
        StringBuilder bytes = new StringBuilder();
        String lines = text.replace("~", "\r\n").replace("<CR>", "\r").replace("<LF>", "\n");
        for (int i = 0; i < lines.length(); i++) {
            boolean isHex = lines.startsWith(">", Math.min(i + 3, lines.length())) && lines.charAt(i) == '<';
            bytes.append(isHex ? (char) Integer.parseInt(lines.substring(i + 1, i + 3), 16) : lines.charAt(i));
            i += isHex ? 3 : 0;
        }
        return bytes.toString();
    }
}
