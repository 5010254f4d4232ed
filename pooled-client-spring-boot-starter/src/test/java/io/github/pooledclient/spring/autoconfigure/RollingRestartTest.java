// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.testing.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/**
 * Two instances of an application, restarted in turn under load. As with any load balancer, the one that restarts gets no
 * new requests before it is told to stop; those that it has are still waiting for its upstream then.
 */
@Timeout(180)
class RollingRestartTest {

    private static final int CALLERS = 8;
    private static final int SLOW_CALLS = 3;
    private static final int RESTARTS_OF_EACH = 2;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Instance> inRotation = new CopyOnWriteArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final AtomicIntegerArray answered = new AtomicIntegerArray(CALLERS);
    private volatile boolean over;

    @Test
    void noCallFails() throws Exception {
        try (Upstream upstream = new Upstream(threads);
                PooledHttpClient client = PooledHttpClient.newHttpClient();
                Instance one = new Instance(upstream);
                Instance other = new Instance(upstream)) {
            inRotation.addAll(List.of(one, other));
            List<CompletableFuture<Void>> callers = IntStream.range(0, CALLERS)
                    .mapToObj(caller -> CompletableFuture.runAsync(() -> callOn(client, caller), threads))
                    .toList();

            for (int i = 0; i < RESTARTS_OF_EACH; i++) {
                for (Instance instance : List.of(one, other)) {
                    restart(instance, upstream, client);
                }
            }
            over = true;
            for (CompletableFuture<Void> caller : callers) {
                caller.get(20, TimeUnit.SECONDS);
            }

            assertThat(failures).isEmpty();
            assertThat(GoodBye.SAID).hasValue(2 * RESTARTS_OF_EACH);
        } finally {
            over = true;
            threads.shutdownNow();
        }
    }

    private void restart(Instance instance, Upstream upstream, PooledHttpClient client) throws Exception {
        inRotation.remove(instance);
        awaitAnswersToAll();
        List<CompletableFuture<String>> slow = new ArrayList<>();
        for (int i = 0; i < SLOW_CALLS; i++) {
            slow.add(CompletableFuture.supplyAsync(() -> order(client, instance, "slow"), threads));
        }
        upstream.arrived.acquire(SLOW_CALLS);

        CompletableFuture<Void> stopped = CompletableFuture.runAsync(instance::stop, threads);
        instance.awaitStopping();
        upstream.released.release(SLOW_CALLS);

        for (CompletableFuture<String> call : slow) {
            assertThat(call.get(20, TimeUnit.SECONDS)).isEqualTo("slow");
        }
        stopped.get(20, TimeUnit.SECONDS);
        awaitAnswersToAll();
        instance.start();
        inRotation.add(instance);
        awaitAnswersToAll();
    }

    /** Each caller has begun and ended a call since this was called. */
    private void awaitAnswersToAll() {
        int[] before = IntStream.range(0, CALLERS).map(answered::get).toArray();
        Awaitility.await()
                .atMost(20, TimeUnit.SECONDS)
                .until(() -> !failures.isEmpty()
                        || IntStream.range(0, CALLERS).allMatch(caller -> answered.get(caller) >= before[caller] + 2));
    }

    private void callOn(PooledHttpClient client, int caller) {
        for (int i = caller; !over; i++) {
            try {
                Object[] instances = inRotation.toArray();
                assertThat(order(client, (Instance) instances[i % instances.length], "fast"))
                        .isEqualTo("fast");
                answered.incrementAndGet(caller);
            } catch (RuntimeException | AssertionError e) {
                failures.add(e);
            }
        }
    }

    // Not idempotent: what fails is not repeated by anybody.
    private static String order(PooledHttpClient client, Instance instance, String kind) {
        HttpRequest request = HttpRequest.newBuilder(instance.uri("/orders/" + kind))
                .POST(BodyPublishers.ofString(kind))
                .build();
        try {
            return client.send(request, BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Answers with what it was sent; to {@code /slow} only when that is released. */
    private static final class Upstream implements AutoCloseable {

        final Semaphore arrived = new Semaphore(0);
        final Semaphore released = new Semaphore(0);
        private final HttpServer server;

        Upstream(ExecutorService threads) throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setExecutor(threads);
            server.createContext("/", this::answer);
            server.start();
        }

        private void answer(HttpExchange exchange) throws IOException {
            try (exchange) {
                byte[] body = exchange.getRequestBody().readAllBytes();
                if (exchange.getRequestURI().getPath().equals("/slow")) {
                    arrived.release();
                    released.acquireUninterruptibly();
                }
                exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
                exchange.getResponseBody().write(body);
            }
        }

        String url() {
            return "http://localhost:" + server.getAddress().getPort();
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    private static final class Instance implements AutoCloseable {

        private final int port = FreePort.any();
        private final Upstream upstream;
        private ConfigurableApplicationContext context;
        private CountDownLatch stopping;

        Instance(Upstream upstream) throws IOException {
            this.upstream = upstream;
            start();
        }

        void start() {
            context = new SpringApplicationBuilder(Application.class)
                    .web(WebApplicationType.SERVLET)
                    .registerShutdownHook(false)
                    .run("--server.port=" + port, "--upstream=" + upstream.url());
            CountDownLatch latch = new CountDownLatch(1);
            context.addApplicationListener((ApplicationListener<ContextClosedEvent>) event -> latch.countDown());
            stopping = latch;
        }

        void stop() {
            context.close();
        }

        void awaitStopping() throws InterruptedException {
            stopping.await();
        }

        URI uri(String path) {
            return URI.create("http://localhost:" + port + path);
        }

        @Override
        public void close() {
            stop();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Orders orders(RestClient.Builder upstream, @Value("${upstream}") String url) {
            return new Orders(upstream.baseUrl(url).build());
        }

        @Bean
        GoodBye goodBye(RestClient.Builder upstream, @Value("${upstream}") String url) {
            return new GoodBye(upstream.baseUrl(url).build());
        }
    }

    @RestController
    record Orders(RestClient upstream) {

        @PostMapping("/orders/{kind}")
        String order(@PathVariable String kind, @RequestBody String order) {
            return upstream.post().uri("/{kind}", kind).body(order).retrieve().body(String.class);
        }
    }

    record GoodBye(RestClient upstream) implements DisposableBean {

        static final AtomicInteger SAID = new AtomicInteger();

        @Override
        public void destroy() {
            upstream.delete().uri("/good-bye").retrieve().toBodilessEntity();
            SAID.incrementAndGet();
        }
    }
}
