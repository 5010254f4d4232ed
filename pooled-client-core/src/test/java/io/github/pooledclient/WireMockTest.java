// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static io.github.pooledclient.EndToEnd.awaitNothingInUse;
import static io.github.pooledclient.EndToEnd.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The server that the users of this client write their own tests with. */
class WireMockTest {

    private final WireMockServer server =
            new WireMockServer(WireMockConfiguration.options().dynamicPort());
    private final PooledHttpClient client = PooledHttpClient.newHttpClient();

    @BeforeEach
    void start() {
        server.start();
    }

    @AfterEach
    void stop() {
        client.close();
        server.stop();
    }

    @Test
    void jsonIsPostedAndAnswered() throws Exception {
        server.stubFor(post(urlEqualTo("/orders?dry=true"))
                .willReturn(ok("{\"id\":1}").withHeader("Content-Type", "application/json")));
        HttpRequest request = HttpRequest.newBuilder(uri("/orders?dry=true"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"item\":\"tea\"}"))
                .build();

        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(response.body()).isEqualTo("{\"id\":1}");
        server.verify(postRequestedFor(urlEqualTo("/orders?dry=true")).withRequestBody(equalTo("{\"item\":\"tea\"}")));
    }

    @Test
    void compressedResponseIsDecompressed() throws Exception {
        String text = "again and again ".repeat(1000);
        server.stubFor(any(anyUrl()).willReturn(ok(text)));

        HttpResponse<String> response = client.send(get(uri("/")), BodyHandlers.ofString());

        assertThat(response.body()).isEqualTo(text);
    }

    @Test
    void delayPastTheReadTimeoutIsATimeout() throws Exception {
        server.stubFor(any(anyUrl()).willReturn(ok().withFixedDelay(5_000)));
        PooledHttpClient impatient =
                client.toBuilder().readTimeout(Duration.ofMillis(100)).build();

        assertThatThrownBy(() -> impatient.send(get(uri("/")), BodyHandlers.discarding()))
                .isInstanceOf(HttpTimeoutException.class)
                .satisfies(e -> assertThat(RequestState.of(e)).isEqualTo(RequestState.MAYBE_SENT));

        awaitNothingInUse(client);
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void faultIsAnErrorAndCostsNoPermit(Fault fault) throws Exception {
        server.stubFor(any(anyUrl()).willReturn(aResponse().withFault(fault)));

        assertThatThrownBy(() -> client.send(get(uri("/")), BodyHandlers.ofString()))
                .isInstanceOf(IOException.class)
                .isInstanceOf(ExchangeFailure.class);

        awaitNothingInUse(client);
        assertThat(client.snapshot().totals().idle()).isZero();
    }

    private URI uri(String path) {
        return URI.create("http://localhost:" + server.port() + path);
    }
}
