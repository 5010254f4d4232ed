// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import org.springframework.web.client.RestClient;

@SpringBootTest(
        classes = ReadOnlyEndpointTest.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "management.endpoints.web.exposure.include=connectionpool",
            "management.endpoint.connectionpool.access=read-only"
        })
class ReadOnlyEndpointTest {

    @LocalServerPort
    private int port;

    @Test
    void readOnlyAccessOnlyReads() {
        String host = "/api.example.com:443";

        assertThat(status(HttpMethod.GET, "")).isEqualTo(200);
        assertThat(status(HttpMethod.DELETE, "")).isEqualTo(405);
        assertThat(status(HttpMethod.GET, host)).isEqualTo(404);
        assertThat(status(HttpMethod.DELETE, host)).isEqualTo(405);
        assertThat(status(HttpMethod.POST, host)).isEqualTo(405);
    }

    private int status(HttpMethod method, String path) {
        return RestClient.create()
                .method(method)
                .uri("http://localhost:" + port + "/actuator/connectionpool" + path)
                .exchange((request, response) -> response.getStatusCode().value());
    }

    @EnableAutoConfiguration
    static class Application {}
}
