// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A server that gives back what it was sent: the body, each header as {@code Echo-<name>}, the method as
 * {@code Echo-Method}. {@code /status/<code>} answers with that status, {@code /held} when {@link #release} was called,
 * {@code /redirect} points to {@code /echo}.
 */
public final class EchoServer implements AutoCloseable {

    static {
        // Else each body comes 40 ms after its head.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch reached = new CountDownLatch(1);
    private final HttpServer server;

    public EchoServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    public String authority() {
        return "localhost:" + server.getAddress().getPort();
    }

    public URI uri(String path) {
        return URI.create("http://" + authority() + path);
    }

    /** Lets the requests to {@code /held} be answered. */
    public void release() {
        held.countDown();
    }

    /** Waits until a request to {@code /held} has come. */
    public void awaitHeldRequest() throws InterruptedException {
        reached.await();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            byte[] body = exchange.getRequestBody().readAllBytes();
            exchange.getRequestHeaders()
                    .forEach((name, values) -> values.forEach(
                            value -> exchange.getResponseHeaders().add("Echo-" + name, value)));
            exchange.getResponseHeaders().set("Echo-Method", exchange.getRequestMethod());
            exchange.getResponseHeaders()
                    .set("Echo-Query", String.valueOf(exchange.getRequestURI().getQuery()));
            int status = 200;
            if (path.startsWith("/status/")) {
                status = Integer.parseInt(path.substring("/status/".length()));
            } else if (path.equals("/held")) {
                reached.countDown();
                await(held);
            } else if (path.equals("/redirect")) {
                exchange.getResponseHeaders().set("Location", "/echo");
                status = 302;
            }
            boolean without = exchange.getRequestMethod().equals("HEAD") || body.length == 0;
            exchange.sendResponseHeaders(status, without ? -1 : body.length);
            if (!without) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        release();
        server.stop(0);
        threads.shutdownNow();
    }
}
