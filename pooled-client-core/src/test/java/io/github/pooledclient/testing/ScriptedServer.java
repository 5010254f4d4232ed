// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A server on a real socket that does to its clients what a script says, byte by byte: the n-th connection gets the n-th
 * script, and those after the last one get the last.
 *
 * <pre>{@code
 * try (ScriptedServer server = ScriptedServer.start(peer -> {
 *     peer.readRequest();
 *     peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
 * })) { ... }
 * }</pre>
 *
 * <p>When a script ends, its connection is closed. What a script fails with is thrown by {@link #close()}, unless the client
 * had gone: that is part of many a test. Safe for use by several threads.
 */
public final class ScriptedServer implements AutoCloseable {

    /** What happens on one connection. */
    @FunctionalInterface
    public interface Script {

        void play(Peer peer) throws Exception;
    }

    private final ServerSocket listener;
    private final boolean secure;
    private final List<Script> scripts;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger mostOpen = new AtomicInteger();
    private final List<Peer.Request> requests = new CopyOnWriteArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    private ScriptedServer(ServerSocket listener, boolean secure, List<Script> scripts) {
        this.listener = listener;
        this.secure = secure;
        this.scripts = scripts;
    }

    /** Starts a server for plain connections on a free port of the loopback address. */
    public static ScriptedServer start(Script... scripts) throws IOException {
        return start(ServerSocketFactory.getDefault(), false, scripts);
    }

    /** Starts a server for TLS on a free port of the loopback address. */
    public static ScriptedServer startTls(SSLContext context, Script... scripts) throws IOException {
        return start(context.getServerSocketFactory(), true, scripts);
    }

    private static ScriptedServer start(ServerSocketFactory factory, boolean secure, Script... scripts)
            throws IOException {
        ServerSocket listener = factory.createServerSocket(0, 512, InetAddress.getLoopbackAddress());
        ScriptedServer server = new ScriptedServer(listener, secure, List.of(scripts));
        daemon("scripted-server", server::accept);
        return server;
    }

    /** A script that answers each request on a connection with the same bytes, until the client closes. */
    public static Script always(String answer) {
        return peer -> {
            while (peer.readRequestOrEnd() != null) {
                peer.send(answer);
            }
        };
    }

    /** A 200 answer with a body and its length. */
    public static String ok(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                open.add(socket);
                mostOpen.accumulateAndGet(open.size(), Math::max);
                Script script = scripts.get(Math.min(accepted.getAndIncrement(), scripts.size() - 1));
                daemon("scripted-peer", () -> play(script, socket));
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    failures.add(e);
                }
            }
        }
    }

    private void play(Script script, Socket socket) {
        try (socket) {
            script.play(new Peer(socket, requests, closed));
        } catch (SocketException | SSLException | InterruptedException clientHasGone) {
            // Part of many a script.
        } catch (Throwable failure) {
            failures.add(failure);
        } finally {
            open.remove(socket);
        }
    }

    private static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** The address of a path that begins with a slash. */
    public URI uri(String path) {
        return URI.create((secure ? "https" : "http") + "://localhost:" + port() + path);
    }

    /** How many connections were accepted. */
    public int accepted() {
        return accepted.get();
    }

    /** How many connections are open now, as far as this end knows. */
    public int open() {
        return open.size();
    }

    /** How many connections were open at once. */
    public int mostOpen() {
        return mostOpen.get();
    }

    /** All requests that scripts have read, in order. */
    public List<Peer.Request> requests() {
        return requests;
    }

    /** The request that was read last. */
    public Peer.@Nullable Request lastRequest() {
        return requests.isEmpty() ? null : requests.get(requests.size() - 1);
    }

    /** Closes all connections, as a restart does, but goes on accepting. */
    public void closeConnections() {
        open.forEach(ScriptedServer::close);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the last connection has been closed. */
    public boolean awaitNoneOpen(Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        while (!open.isEmpty() && System.nanoTime() - end < 0) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
        return open.isEmpty();
    }

    /**
     * Stops.
     *
     * @throws AssertionError if a script had failed
     */
    @Override
    public void close() throws IOException {
        listener.close();
        closed.countDown();
        closeConnections();
        if (!failures.isEmpty()) {
            throw new AssertionError("a script failed", failures.get(0));
        }
    }
}
