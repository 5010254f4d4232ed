// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.PooledHttpClient;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.web.client.RestClient;

/** A pool that does not work is no reason to kill the application. */
@SpringBootTest(
        classes = LivenessTest.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"management.endpoint.health.probes.enabled=true"})
@DirtiesContext
class LivenessTest {

    @Autowired
    private PooledHttpClient client;

    @LocalServerPort
    private int port;

    @Test
    void closedPoolIsDownButTheApplicationIsAliveAndReady() {
        client.close();

        assertThat(status("")).isEqualTo(503);
        assertThat(status("/liveness")).isEqualTo(200);
        assertThat(status("/readiness")).isEqualTo(200);
    }

    private int status(String group) {
        return RestClient.create("http://localhost:" + port + "/actuator/health")
                .get()
                .uri(group)
                .exchange((request, response) -> response.getStatusCode().value());
    }

    @EnableAutoConfiguration
    static class Application {}
}
