// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.spring.testing.EchoServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.StreamingHttpOutputMessage;
import org.springframework.http.StreamingHttpOutputMessage.Body;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.util.StreamUtils;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

class PooledClientHttpRequestFactoryTest {

    private static final byte[] HELLO = "Hello World".getBytes(UTF_8);

    private final PooledHttpClient client = PooledHttpClient.newHttpClient();
    private final PooledClientHttpRequestFactory factory = new PooledClientHttpRequestFactory(client);
    private EchoServer server;

    @BeforeEach
    void startServer() throws IOException {
        server = new EchoServer();
    }

    @AfterEach
    void stop() {
        client.shutdownNow();
        server.close();
    }

    @Test
    void requestSaysItsMethodAndUri() {
        URI uri = server.uri("/echo");

        ClientHttpRequest request = factory.createRequest(uri, HttpMethod.PUT);

        assertThat(request.getMethod()).isEqualTo(HttpMethod.PUT);
        assertThat(request.getURI()).isEqualTo(uri);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PURGE", "QUERY"})
    void methodIsSentAsItIs(String method) throws IOException {
        ClientHttpRequest request = factory.createRequest(server.uri("/echo"), HttpMethod.valueOf(method));

        try (ClientHttpResponse response = request.execute()) {
            assertThat(response.getHeaders().getFirst("Echo-Method")).isEqualTo(method);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "DELETE", "OPTIONS"})
    void requestWithoutBodySaysNothingOfOne(String method) throws IOException {
        ClientHttpRequest request = factory.createRequest(server.uri("/echo"), HttpMethod.valueOf(method));

        try (ClientHttpResponse response = request.execute()) {
            assertThat(response.getHeaders().headerNames())
                    .doesNotContain("Echo-Content-length", "Echo-Transfer-encoding");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH"})
    void methodThatHasABodySaysThatItIsEmpty(String method) throws IOException {
        ClientHttpRequest request = factory.createRequest(server.uri("/echo"), HttpMethod.valueOf(method));

        try (ClientHttpResponse response = request.execute()) {
            assertThat(response.getHeaders().getFirst("Echo-Content-Length")).isEqualTo("0");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 204, 299, 304, 400, 404, 418, 499, 500, 503, 599})
    void statusIsGivenAsItIsAndIsNoFailure(int status) throws IOException {
        ClientHttpRequest request = factory.createRequest(server.uri("/status/" + status), HttpMethod.GET);

        try (ClientHttpResponse response = request.execute()) {
            assertThat(response.getStatusCode().value()).isEqualTo(status);
        }
    }

    @Test
    void statusTextIsTheUsualPhraseOrEmpty() throws IOException {
        try (ClientHttpResponse response =
                factory.createRequest(server.uri("/status/404"), HttpMethod.GET).execute()) {
            assertThat(response.getStatusText()).isEqualTo("Not Found");
        }
        try (ClientHttpResponse response =
                factory.createRequest(server.uri("/status/499"), HttpMethod.GET).execute()) {
            assertThat(response.getStatusText()).isEmpty();
        }
    }

    @Test
    void streamedBodyAndFieldsOfSeveralValuesArrive() throws IOException {
        ClientHttpRequest request = factory.createRequest(server.uri("/echo"), HttpMethod.PUT);
        request.getHeaders().add("MyHeader", "value1");
        request.getHeaders().add("MyHeader", "value2");
        request.getHeaders().setContentLength(HELLO.length);
        stream(request, out -> StreamUtils.copy(HELLO, out));

        try (ClientHttpResponse response = request.execute()) {
            assertThat(response.getHeaders().get("Echo-MyHeader")).containsExactly("value1", "value2");
            assertThat(response.getHeaders().getFirst("Echo-Content-Length")).isEqualTo("11");
            assertThat(response.getBody().readAllBytes()).isEqualTo(HELLO);
        }
    }

    @Test
    void fieldsAreFoundInAnyCase() throws IOException {
        ClientHttpRequest request = factory.createRequest(server.uri("/echo"), HttpMethod.GET);
        request.getHeaders().set("x-ONE", "1");

        try (ClientHttpResponse response = request.execute()) {
            assertThat(response.getHeaders().getFirst("echo-x-one")).isEqualTo("1");
            assertThat(response.getHeaders().containsHeader("ECHO-X-ONE")).isTrue();
        }
    }

    @Test
    void responseFieldsCannotBeChanged() throws IOException {
        try (ClientHttpResponse response =
                factory.createRequest(server.uri("/echo"), HttpMethod.GET).execute()) {
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> response.getHeaders().add("MyHeader", "value"));
        }
    }

    @Test
    void requestFieldsCannotBeChangedOnceItIsExecuted() throws IOException {
        ClientHttpRequest request = factory.createRequest(server.uri("/status/200"), HttpMethod.POST);
        request.getHeaders().add("MyHeader", "value");
        stream(request, out -> StreamUtils.copy(HELLO, out));

        try (ClientHttpResponse response = request.execute()) {
            assertThat(response).isNotNull();
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> request.getHeaders().add("MyHeader", "value"));
        }
    }

    @Test
    void bodyCannotBeWrittenOnceItIsExecuted() throws IOException {
        ClientHttpRequest request = factory.createRequest(server.uri("/echo"), HttpMethod.POST);
        stream(request, out -> {
            StreamUtils.copy(HELLO, out);
            out.flush();
            out.close();
        });
        request.execute().close();

        assertThatIllegalStateException().isThrownBy(request::getBody);
        assertThatIllegalStateException().isThrownBy(() -> stream(request, out -> {}));
    }

    @Test
    void bufferedBodyHasALength() throws IOException {
        ClientHttpRequest request = factory.createRequest(server.uri("/echo"), HttpMethod.POST);
        request.getBody().write(HELLO);

        try (ClientHttpResponse response = request.execute()) {
            assertThat(response.getHeaders().getFirst("Echo-Content-Length")).isEqualTo("11");
            assertThat(response.getBody().readAllBytes()).isEqualTo(HELLO);
        }
    }

    @Test
    void declaredLengthThatIsNotThatOfTheBodyIsRefused() throws IOException {
        ClientHttpRequest request = factory.createRequest(server.uri("/echo"), HttpMethod.POST);
        request.getHeaders().setContentLength(5);
        request.getBody().write(HELLO);

        assertThatIllegalArgumentException()
                .isThrownBy(request::execute)
                .withMessage("Content-Length must be that of the body, 11: 5");
    }

    @Test
    void declaredLengthThatIsNoNumberIsRefused() {
        ClientHttpRequest request = factory.createRequest(server.uri("/echo"), HttpMethod.POST);
        request.getHeaders().set("Content-Length", "many");

        assertThatIllegalArgumentException()
                .isThrownBy(request::execute)
                .withMessage("Content-Length must be a number: 'many'");
    }

    @Test
    void streamedBodyThatCannotBeRepeatedLeavesInChunks() throws IOException {
        ClientHttpRequest request = factory.createRequest(server.uri("/echo"), HttpMethod.POST);
        stream(request, out -> StreamUtils.copy(HELLO, out));

        try (ClientHttpResponse response = request.execute()) {
            assertThat(response.getHeaders().getFirst("Echo-Transfer-Encoding")).isEqualTo("chunked");
            assertThat(response.getBody().readAllBytes()).isEqualTo(HELLO);
        }
    }

    @Test
    void smallBodyThatCanBeRepeatedHasALength() throws IOException {
        ClientHttpRequest request = factory.createRequest(server.uri("/echo"), HttpMethod.POST);
        stream(request, repeatable(HELLO));

        try (ClientHttpResponse response = request.execute()) {
            assertThat(response.getHeaders().getFirst("Echo-Content-Length")).isEqualTo("11");
            assertThat(response.getBody().readAllBytes()).isEqualTo(HELLO);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16 * 1024, 32 * 1024, 32 * 1024 + 1, 5 * 1024 * 1024 + 7})
    void bodyOfAnySizeArrivesWhole(int size) throws IOException {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (i * 31 + i / 251);
        }
        for (Body body : new Body[] {repeatable(bytes), out -> StreamUtils.copy(bytes, out)}) {
            ClientHttpRequest request = factory.createRequest(server.uri("/echo"), HttpMethod.POST);
            stream(request, body);

            try (ClientHttpResponse response = request.execute()) {
                assertThat(Arrays.equals(response.getBody().readAllBytes(), bytes))
                        .isTrue();
            }
        }
    }

    @Test
    void bodyWrittenByteByByteArrivesWhole() throws IOException {
        ClientHttpRequest request = factory.createRequest(server.uri("/echo"), HttpMethod.POST);
        stream(request, out -> {
            for (int i = 0; i < 40_000; i++) {
                out.write(i);
            }
        });

        try (ClientHttpResponse response = request.execute()) {
            byte[] received = response.getBody().readAllBytes();
            assertThat(received).hasSize(40_000);
            assertThat(received[39_999]).isEqualTo((byte) 39_999);
        }
    }

    @Test
    void failureOfTheBodyIsTheCauseOfTheFailure() {
        ClientHttpRequest request = factory.createRequest(server.uri("/echo"), HttpMethod.POST);
        IOException broken = new IOException("disk broken");
        stream(request, out -> {
            out.write(HELLO);
            throw broken;
        });

        assertThatThrownBy(request::execute)
                .isInstanceOf(IOException.class)
                .satisfies(e -> assertThat(causes(e)).contains(broken));
    }

    @Test
    void uncheckedFailureOfTheBodyComesAsItIs() {
        ClientHttpRequest request = factory.createRequest(server.uri("/echo"), HttpMethod.POST);
        IllegalStateException broken = new IllegalStateException("cannot be written");
        stream(request, out -> {
            throw broken;
        });

        assertThatThrownBy(request::execute).isSameAs(broken);
    }

    @Test
    void queryIsSentAsItIs() throws IOException {
        ClientHttpRequest request = factory.createRequest(server.uri("/echo?a=1&b=x&b=y"), HttpMethod.GET);

        try (ClientHttpResponse response = request.execute()) {
            assertThat(response.getHeaders().getFirst("Echo-Query")).isEqualTo("a=1&b=x&b=y");
        }
    }

    @Test
    void interruptEndsTheCallAndIsKept() throws Exception {
        ClientHttpRequest request = factory.createRequest(server.uri("/held"), HttpMethod.GET);
        Thread caller = Thread.currentThread();
        Thread interrupter = new Thread(() -> {
            try {
                server.awaitHeldRequest();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            caller.interrupt();
        });
        interrupter.start();

        assertThatExceptionOfType(InterruptedIOException.class).isThrownBy(request::execute);
        assertThat(Thread.interrupted()).isTrue();
        interrupter.join();
    }

    @Test
    void refusedConnectionIsAnIoException() {
        int port = server.uri("/").getPort();
        server.close();

        assertThatThrownBy(() -> restClient()
                        .get()
                        .uri("http://localhost:" + port + "/")
                        .retrieve()
                        .toBodilessEntity())
                .isInstanceOf(ResourceAccessException.class)
                .hasRootCauseInstanceOf(IOException.class);
    }

    @Test
    void restClientReusesTheConnection() {
        for (int i = 0; i < 5; i++) {
            String echoed = restClient()
                    .post()
                    .uri(server.uri("/echo"))
                    .contentType(MediaType.TEXT_PLAIN)
                    .body("hello " + i)
                    .retrieve()
                    .body(String.class);
            assertThat(echoed).isEqualTo("hello " + i);
        }

        assertThat(client.snapshot().totals().opened()).isEqualTo(1);
        assertThat(client.snapshot().totals().reused()).isEqualTo(4);
    }

    @Test
    void errorStatusIsSpringsToHandle() {
        HttpStatus status = restClient().get().uri(server.uri("/status/503")).exchange((request, response) ->
                (HttpStatus) response.getStatusCode());

        assertThat(status).isEqualTo(HttpStatus.SERVICE_UNAVAILABLE);
    }

    @Test
    void headResponseHasAnEmptyBody() throws IOException {
        try (ClientHttpResponse response = factory.createRequest(server.uri("/echo"), HttpMethod.HEAD)
                        .execute();
                InputStream body = response.getBody()) {
            assertThat(body.readAllBytes()).isEmpty();
        }
    }

    private RestClient restClient() {
        return RestClient.builder().requestFactory(factory).build();
    }

    private static void stream(ClientHttpRequest request, Body body) {
        ((StreamingHttpOutputMessage) request).setBody(body);
    }

    private static Iterable<Throwable> causes(Throwable failure) {
        List<Throwable> causes = new ArrayList<>();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            causes.add(cause);
        }
        return causes;
    }

    private static Body repeatable(byte[] bytes) {
        return new Body() {
            @Override
            public void writeTo(OutputStream out) throws IOException {
                StreamUtils.copy(bytes, out);
            }

            @Override
            public boolean repeatable() {
                return true;
            }
        };
    }
}
