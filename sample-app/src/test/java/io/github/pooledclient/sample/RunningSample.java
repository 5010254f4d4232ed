// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.testing.FreePort;
import java.io.IOException;
import java.net.URI;
import org.awaitility.Awaitility;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpMethod;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The sample as its users run it, on ports that are free, driven over HTTP. */
final class RunningSample implements AutoCloseable {

    private final int upstreamPort;
    private final ConfigurableApplicationContext context;
    private final int port;
    private final RestClient http;

    /**
     * @param arguments as on the command line
     */
    RunningSample(String... arguments) throws IOException {
        upstreamPort = FreePort.any();
        String[] all = new String[arguments.length + 2];
        all[0] = "--server.port=0";
        all[1] = "--upstream.port=" + upstreamPort;
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        context = SpringApplication.run(SampleApplication.class, all);
        port = ((WebServerApplicationContext) context).getWebServer().getPort();
        http = RestClient.create("http://localhost:" + port);
    }

    int port() {
        return port;
    }

    PooledHttpClient client() {
        return context.getBean(PooledHttpClient.class);
    }

    /** An address of the upstream itself. */
    URI upstreamUri(String path) {
        return URI.create("http://localhost:" + upstreamPort + path);
    }

    URI uri(String path) {
        return URI.create("http://localhost:" + port + path);
    }

    ResponseEntity<String> get(String path) {
        return send(HttpMethod.GET, path);
    }

    ResponseEntity<String> send(HttpMethod method, String path) {
        return http.method(method)
                .uri(path)
                .retrieve()
                .onStatus(status -> true, (request, response) -> {})
                .toEntity(String.class);
    }

    /** What the endpoint says of the upstream. */
    JsonNode upstream() {
        return json("/actuator/connectionpool")
                .path("hosts")
                .path(upstreamUri("").toString());
    }

    /** Waits until all connections have been given back. */
    void awaitNoneActive() {
        Awaitility.await()
                .untilAsserted(() -> assertThat(json("/actuator/connectionpool")
                                .path("totals")
                                .path("active")
                                .asInt())
                        .isZero());
    }

    JsonNode json(String path) {
        return JsonMapper.shared().readTree(get(path).getBody());
    }

    @Override
    public void close() {
        context.close();
    }
}
