// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.spring.testing.EchoServer;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

class ShutdownTest {

    private static final Executor THREADS = task -> new Thread(task).start();

    private EchoServer server;

    @BeforeEach
    void startServer() throws IOException {
        server = new EchoServer();
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    @Test
    void callUnderWayEndsAndNewOnesAreRefused() throws Exception {
        ConfigurableApplicationContext context = start("--pool.shutdown-timeout=20s");
        PooledHttpClient client = context.getBean(PooledHttpClient.class);
        CompletableFuture<Integer> call = CompletableFuture.supplyAsync(() -> status(client), THREADS);
        server.awaitHeldRequest();

        CompletableFuture<Void> closed = CompletableFuture.runAsync(context::close, THREADS);
        Awaitility.await()
                .untilAsserted(() -> assertThatThrownBy(() -> client.send(request("/echo"), BodyHandlers.discarding()))
                        .isInstanceOf(IOException.class));
        assertThat(closed).isNotDone();
        server.release();

        assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo(200);
        closed.get(10, TimeUnit.SECONDS);
        assertThat(client.isTerminated()).isTrue();
    }

    @Test
    void callThatTakesTooLongIsCancelled() throws Exception {
        ConfigurableApplicationContext context = start("--pool.shutdown-timeout=100ms");
        PooledHttpClient client = context.getBean(PooledHttpClient.class);
        CompletableFuture<Integer> call = CompletableFuture.supplyAsync(() -> status(client), THREADS);
        server.awaitHeldRequest();

        CompletableFuture.runAsync(context::close, THREADS).get(10, TimeUnit.SECONDS);

        assertThatThrownBy(() -> call.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
    }

    @Test
    void drainComesAfterTheWebServersEnd() {
        assertThat(PooledClientLifecycle.PHASE)
                .isLessThan(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE)
                .isLessThan(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE);
    }

    private static ConfigurableApplicationContext start(String... arguments) {
        return new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .run(arguments);
    }

    private int status(PooledHttpClient client) {
        try {
            HttpResponse<Void> response = client.send(request("/held"), BodyHandlers.discarding());
            return response.statusCode();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpRequest request(String path) {
        return HttpRequest.newBuilder(server.uri(path)).build();
    }

    @ImportAutoConfiguration(PooledClientAutoConfiguration.class)
    static class Application {}
}
