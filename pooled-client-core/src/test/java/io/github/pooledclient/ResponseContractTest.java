// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.TestCertificates;
import java.lang.reflect.Method;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an {@link HttpResponse} says, but for its body. */
@ContractTest
class ResponseContractTest {

    private final Client client;

    ResponseContractTest(Client client) {
        this.client = client;
    }

    private HttpResponse<String> answered(String answer) throws Exception {
        return answered("GET", answer);
    }

    private HttpResponse<String> answered(String method, String answer) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send(answer);
                    peer.awaitEnd();
                });
                OpenClient open = client.open()) {
            return open.send(HttpRequest.newBuilder(server.uri("/")).method(method, BodyPublishers.noBody()));
        }
    }

    @Test
    void responseSaysWhatItAnswers() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                OpenClient open = client.open()) {
            HttpRequest request = HttpRequest.newBuilder(server.uri("/a?b#c"))
                    .header("X-A", "b")
                    .build();

            HttpResponse<String> response = open.http().send(request, BodyHandlers.ofString());

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).isEqualTo("hi");
            assertThat(response.uri()).isEqualTo(server.uri("/a?b#c"));
            assertThat(response.version()).isEqualTo(Version.HTTP_1_1);
            assertThat(response.previousResponse()).isEmpty();
            assertThat(response.sslSession()).isEmpty();
            assertThat(response.request().uri()).isEqualTo(request.uri());
            assertThat(response.request().method()).isEqualTo("GET");
            assertThat(response.request().headers().map())
                    .isEqualTo(request.headers().map());
            assertThat(response).hasToString("(GET " + request.uri() + ") 200");
        }
    }

    @Test
    void responseOverTlsHasItsSession() throws Exception {
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(ok("hi")));
                OpenClient open = client.open()) {

            HttpResponse<String> response = open.get(server.uri("/"));

            SSLSession session = response.sslSession().orElseThrow();
            assertThat(session.getProtocol()).startsWith("TLSv1.");
            assertThat(session.getPeerCertificates()).isNotEmpty();
        }
    }

    @Test
    void fieldsAreFoundInAnyCaseAndKeepTheirOrder() throws Exception {
        HttpResponse<String> response = answered(
                "HTTP/1.1 200 OK\r\nB: 1\r\na: x\r\nb:2\r\nEmpty:\r\nSpace: \t v \t \r\nN: 17\r\nContent-Length: 0\r\n\r\n");

        assertThat(response.headers().allValues("B")).containsExactly("1", "2");
        assertThat(response.headers().firstValue("A")).hasValue("x");
        assertThat(response.headers().firstValue("empty")).hasValue("");
        assertThat(response.headers().firstValue("space")).hasValue("v");
        assertThat(response.headers().firstValueAsLong("n")).hasValue(17);
        assertThat(response.headers().allValues("none")).isEmpty();
        assertThat(response.headers().map()).containsOnlyKeys("a", "b", "content-length", "empty", "n", "space");
        assertThatThrownBy(() -> response.headers().map().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, 204, ''",
        "GET, 304, ''",
        "GET, 304, 'Content-Length: 10\r\n'",
        "HEAD, 200, 'Content-Length: 10\r\n'",
        "HEAD, 200, 'Transfer-Encoding: chunked\r\n'",
        "HEAD, 404, ''",
        "GET, 200, 'Content-Length: 0\r\n'"
    })
    void responseWithoutABodyEndsWithItsHead(String method, int status, String fields) throws Exception {
        HttpResponse<String> response = answered(method, "HTTP/1.1 " + status + " X\r\n" + fields + "\r\n");

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 203, 206, 299, 400, 404, 418, 500, 503, 599})
    void anyStatusIsAResponse(int status) throws Exception {
        assertThat(answered("HTTP/1.1 " + status + " Any\r\nContent-Length: 2\r\n\r\nhi")
                        .statusCode())
                .isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 200 ", "HTTP/1.1 200 A longer reason"})
    void reasonIsOfNoMatter(String line) throws Exception {
        assertThat(answered(line + "\r\nContent-Length: 2\r\n\r\nhi").body()).isEqualTo("hi");
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 102, 103})
    void interimResponseIsPassedOver(int status) throws Exception {
        assumeTrue(status == 100 || client == Client.OURS || Runtime.version().feature() > 17, "JDK 17 knows 100 only");

        assertThat(answered("HTTP/1.1 " + status + " Wait\r\nX-A: b\r\n\r\n" + ok("hi"))
                        .body())
                .isEqualTo("hi");
    }

    @Test
    void responseOfHttp10EndsWithItsConnection() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.0 200 OK\r\n\r\nto the end");
                });
                OpenClient open = client.open()) {

            HttpResponse<String> response = open.get(server.uri("/"));

            assertThat(response.body()).isEqualTo("to the end");
            assertThat(response.version()).isEqualTo(Version.HTTP_1_1);
        }
    }

    @Test
    @Difference("decoded, and then it says neither Content-Encoding nor Content-Length; decompress(false) leaves it")
    void compressedResponseIsDecoded() throws Exception {
        byte[] packed = {31, -117, 8, 0, 0, 0, 0, 0, 0, -1, -53, -56, 4, 0, -84, 42, -109, -40, 2, 0, 0, 0};
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + packed.length
                            + "\r\n\r\n");
                    peer.send(packed);
                    peer.awaitEnd();
                });
                OpenClient open = client.open()) {

            HttpResponse<byte[]> response = open.http().send(EndToEnd.get(server), BodyHandlers.ofByteArray());

            assertThat(response.body()).isEqualTo(client.differs(packed, new byte[] {'h', 'i'}));
            assertThat(response.headers().firstValue("Content-Encoding").isPresent())
                    .isEqualTo(client.differs(true, false));
        }
    }

    @Test
    void pushHandlerIsNeverAskedOverHttp11() throws Exception {
        ConcurrentMap<HttpRequest, CompletableFuture<HttpResponse<String>>> pushed = new ConcurrentHashMap<>();
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                OpenClient open = client.open()) {

            HttpResponse<String> response = EndToEnd.get(open.http()
                    .sendAsync(
                            EndToEnd.get(server),
                            BodyHandlers.ofString(),
                            HttpResponse.PushPromiseHandler.of(request -> BodyHandlers.ofString(), pushed)));

            assertThat(response.body()).isEqualTo("hi");
            assertThat(pushed).isEmpty();
            assertThat(EndToEnd.get(open.http().sendAsync(EndToEnd.get(server), BodyHandlers.ofString(), null))
                            .body())
                    .isEqualTo("hi");
        }
    }

    @Test
    @Difference("a label would have to be kept for each connection; snapshot() and the endpoint show them")
    void connectionHasALabel() throws Exception {
        Method label = connectionLabel();

        Object given = label.invoke(answered(ok("hi")));

        assertThat(((Optional<?>) given).isPresent()).isEqualTo(client.differs(true, false));
    }

    private static Method connectionLabel() {
        for (Method method : HttpResponse.class.getMethods()) {
            if (method.getName().equals("connectionLabel")) {
                return method;
            }
        }
        return Assumptions.abort("connectionLabel came with JDK 25");
    }
}
