// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.pool.PoolSnapshot;
import io.github.pooledclient.spring.testing.EchoServer;
import io.github.pooledclient.testing.FullBacklog;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.client.RestClient;

@Timeout(180)
@ExtendWith(OutputCaptureExtension.class)
class ShutdownTest {

    private static final Executor THREADS = task -> new Thread(task).start();

    private EchoServer server;

    @BeforeEach
    void startServer() throws IOException {
        server = new EchoServer();
        LateCalls.STATUS.clear();
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void callUnderWayEndsBeforeConnectionsClose(boolean ofAView) throws Exception {
        ConfigurableApplicationContext context = start();
        PooledHttpClient client = context.getBean(PooledHttpClient.class);
        CompletableFuture<Integer> call = call(context, ofAView, "/held");
        server.awaitHeldRequest();
        Probe probe = context.getBean(Probe.class);

        CompletableFuture<Void> closed = CompletableFuture.runAsync(context::close, THREADS);
        probe.stopped.await();
        assertThat(client.snapshot().state()).isEqualTo(PoolSnapshot.State.RUNNING);
        assertThat(closed).isNotDone();
        server.release();

        assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo(200);
        closed.get(10, TimeUnit.SECONDS);
        assertThat(client.isTerminated()).isTrue();
        assertThat(client.snapshot().state()).isEqualTo(PoolSnapshot.State.CLOSED);
        assertThat(client.snapshot().totals().idle()).isZero();
    }

    @Test
    void beansThatAreDestroyedCanStillSend() {
        ConfigurableApplicationContext context = start();

        context.close();

        assertThat(LateCalls.STATUS)
                .containsOnly(
                        Map.entry("lifecycle, client", 200),
                        Map.entry("lifecycle, RestClient", 200),
                        Map.entry("destroy, client", 200),
                        Map.entry("destroy, RestClient", 200));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void callThatTakesTooLongIsCancelled(boolean ofAView, CapturedOutput output) throws Exception {
        ConfigurableApplicationContext context = start("--pool.shutdown-timeout=100ms");
        CompletableFuture<Integer> call = call(context, ofAView, "/held");
        server.awaitHeldRequest();

        CompletableFuture.runAsync(context::close, THREADS).get(10, TimeUnit.SECONDS);

        assertThatThrownBy(() -> call.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        assertThat(output).contains("Calls are cancelled that did not end within pool.shutdown-timeout, PT0.1S");
    }

    @Test
    void hostThatCannotBeReachedInAdvanceDelaysNothing(CapturedOutput output) throws Exception {
        try (FullBacklog full = new FullBacklog()) {
            ConfigurableApplicationContext context = start(
                    "--pool.hosts.down.url=http://127.0.0.1:" + full.port(),
                    "--pool.hosts.down.min-idle-per-host=1",
                    "--pool.warm-up-timeout=0s",
                    "--pool.connect-timeout=5m",
                    "--pool.shutdown-timeout=5m");
            PooledHttpClient client = context.getBean(PooledHttpClient.class);
            Awaitility.await()
                    .untilAsserted(() ->
                            assertThat(client.snapshot().totals().connecting()).isEqualTo(1));

            CompletableFuture.runAsync(context::close, THREADS).get(10, TimeUnit.SECONDS);

            assertThat(LateCalls.STATUS).hasSize(4).doesNotContainValue(-1);
            assertThat(output).doesNotContain("Calls are cancelled");
        }
    }

    @Test
    void clientThatTheApplicationBuiltEndsInTheSameWay() throws Exception {
        ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class, OwnClient.class)
                .web(WebApplicationType.NONE)
                .run("--upstream=" + server.uri("/echo"), "--pool.shutdown-timeout=100ms");
        CompletableFuture<Integer> call = call(context, false, "/held");
        server.awaitHeldRequest();

        CompletableFuture.runAsync(context::close, THREADS).get(10, TimeUnit.SECONDS);

        assertThatThrownBy(() -> call.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        assertThat(LateCalls.STATUS).hasSize(4).doesNotContainValue(-1);
    }

    @Test
    void waitComesAfterTheWebServersEnd() {
        assertThat(PooledClientLifecycle.PHASE)
                .isLessThan(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE)
                .isLessThan(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE);
    }

    private ConfigurableApplicationContext start(String... arguments) {
        return new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .properties("upstream=" + server.uri("/echo"))
                .run(arguments);
    }

    private CompletableFuture<Integer> call(ConfigurableApplicationContext context, boolean ofAView, String path) {
        PooledHttpClient client = context.getBean(PooledHttpClient.class);
        RestClient restClient = context.getBean(RestClient.Builder.class).build();
        return CompletableFuture.supplyAsync(
                () -> ofAView ? status(restClient, server.uri(path)) : status(client, server.uri(path)), THREADS);
    }

    private static int status(RestClient client, URI uri) {
        return client.get()
                .uri(uri)
                .retrieve()
                .toBodilessEntity()
                .getStatusCode()
                .value();
    }

    private static int status(PooledHttpClient client, URI uri) {
        try {
            return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Probe probe() {
            return new Probe();
        }

        @Bean
        LateCalls lateCalls(PooledHttpClient client, RestClient.Builder restClient, @Value("${upstream}") URI uri) {
            return new LateCalls(client, restClient.build(), uri);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnClient {

        @Bean
        PooledHttpClient own() {
            return PooledHttpClient.newHttpClient();
        }
    }

    /** Says when the phase of the clients is about to stop. */
    static final class Probe implements SmartLifecycle {

        final CountDownLatch stopped = new CountDownLatch(1);
        private volatile boolean running;

        @Override
        public void start() {
            running = true;
        }

        @Override
        public void stop() {
            running = false;
            stopped.countDown();
        }

        @Override
        public boolean isRunning() {
            return running;
        }

        @Override
        public int getPhase() {
            return PooledClientLifecycle.PHASE + 1;
        }
    }

    /** Says goodbye to somebody when the application ends: in the very last phase, and when it is destroyed. */
    record LateCalls(PooledHttpClient client, RestClient restClient, URI uri)
            implements SmartLifecycle, DisposableBean {

        static final Map<String, Integer> STATUS = new ConcurrentHashMap<>();

        @Override
        public void start() {}

        @Override
        public void stop() {
            call("lifecycle");
        }

        @Override
        public void destroy() {
            call("destroy");
        }

        private void call(String when) {
            STATUS.put(when + ", client", status(client, uri));
            STATUS.put(when + ", RestClient", status(restClient, uri));
        }

        @Override
        public boolean isRunning() {
            return !STATUS.containsKey("lifecycle, client");
        }

        @Override
        public int getPhase() {
            return Integer.MIN_VALUE;
        }
    }
}
