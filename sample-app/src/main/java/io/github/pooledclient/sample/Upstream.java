// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.sample;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The remote application, on a port of its own. */
@Component
class Upstream implements AutoCloseable {

    static {
        // Else the JDK's server sends the body 40 ms after the head: Nagle's algorithm waits for the delayed ACK.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    Upstream(@Value("${upstream.port}") int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(threads);
        for (Kind kind : Kind.values()) {
            server.createContext(kind.path(), exchange -> answer(kind, exchange));
        }
        server.start();
    }

    /** Where it answers in this way. */
    URI uri(Kind kind) {
        return URI.create("http://localhost:" + server.getAddress().getPort() + kind.path());
    }

    private static void answer(Kind kind, HttpExchange exchange) throws IOException {
        try (exchange) {
            if (kind == Kind.SLOW) {
                pause();
            }
            if (kind == Kind.CLOSING) {
                exchange.getResponseHeaders().set("Connection", "close");
            }
            byte[] body = (kind.name() + "\n").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(kind == Kind.FAILING ? 500 : 200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(1000);
        } catch (InterruptedException e) {
            // The server stops: answer now.
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
