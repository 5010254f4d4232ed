// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A server on a real socket that does to its clients what a script says, byte by byte: the n-th connection gets the n-th
 * script, and those after the last one get the last.
 *
 * <pre>{@code
 * try (ScriptedServer server = ScriptedServer.start(peer -> {
 *     peer.expectRequest("GET / ");
 *     peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
 *     peer.expectEnd();
 * })) { ... }
 * }</pre>
 *
 * <p>When a script ends, its connection is closed. What a script fails with is thrown by {@link #check()} and
 * {@link #close()}, unless the client had gone: that is part of many a test. After {@link #close()} no connection is open, and
 * no thread left. Safe for use by several threads.
 */
public final class ScriptedServer implements AutoCloseable {

    // For a script whose client has just gone, to see that before its own connection is taken away.
    private static final Duration TO_SEE_THE_END = Duration.ofMillis(100);
    // For a script that is about to end by itself, now that its connection is closed.
    private static final Duration GRACE = Duration.ofMillis(500);

    /** What happens on one connection. */
    @FunctionalInterface
    public interface Script {

        void play(Peer peer) throws Exception;

        /** First this, then another one, on the same connection. */
        default Script then(Script next) {
            return peer -> {
                play(peer);
                next.play(peer);
            };
        }
    }

    private final ServerSocket listener;
    private final @Nullable SSLContext tls;
    private final List<Script> scripts;
    private final Thread acceptor;
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final List<Connection> players = new CopyOnWriteArrayList<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger mostOpen = new AtomicInteger();
    private final List<Peer.Request> requests = new CopyOnWriteArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    // For those who wait for requests and ends.
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition happened = lock.newCondition();

    private ScriptedServer(ServerSocket listener, @Nullable SSLContext tls, List<Script> scripts) {
        this.listener = listener;
        this.tls = tls;
        this.scripts = scripts;
        this.acceptor = daemon("scripted-" + listener.getLocalPort(), this::accept);
    }

    /** Starts a server for plain connections on a free port of the loopback address. */
    public static ScriptedServer start(Script... scripts) throws IOException {
        return start((SSLContext) null, scripts);
    }

    /** Starts a server for TLS on a free port of the loopback address. */
    public static ScriptedServer startTls(SSLContext context, Script... scripts) throws IOException {
        return start(context, scripts);
    }

    private static ScriptedServer start(@Nullable SSLContext tls, Script... scripts) throws IOException {
        // A plain socket also for TLS, which is put on top of it: else nobody could close without a goodbye.
        ServerSocket listener = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
        ScriptedServer server = new ScriptedServer(listener, tls, List.of(scripts));
        server.acceptor.start();
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

    /** A script that answers so many requests, one after the other, and then expects the client to close. */
    public static Script answers(String... answers) {
        return peer -> {
            for (String answer : answers) {
                peer.readRequest();
                peer.send(answer);
            }
            peer.expectEnd();
        };
    }

    /** A script that reads a request and never answers. */
    public static Script silence() {
        return peer -> {
            peer.readRequest();
            peer.stall();
        };
    }

    /** A script for the connection that must not be: the test fails, and says what was sent on it. */
    public static Script unexpected() {
        return peer -> {
            Peer.Request request = peer.readRequestOrEnd();
            throw new AssertionError("nobody should have connected again, but "
                    + (request == null ? "somebody did, and sent nothing" : "this came:\n" + request));
        };
    }

    /** A 200 answer with a body and its length. */
    public static String ok(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    /** A 200 answer with a body in these chunks. */
    public static String chunked(String... chunks) {
        return Arrays.stream(chunks)
                .map(chunk -> Integer.toHexString(chunk.length()) + "\r\n" + chunk + "\r\n")
                .collect(Collectors.joining("", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "0\r\n\r\n"));
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                accept(listener.accept());
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    failures.add(e);
                }
            }
        }
    }

    private void accept(Socket transport) throws IOException {
        transport.setTcpNoDelay(true);
        int number = accepted.incrementAndGet();
        Script script = scripts.get(Math.min(number, scripts.size()) - 1);
        // TLS shakes hands with the first byte, on the script's thread.
        Socket socket =
                tls == null ? transport : tls.getSocketFactory().createSocket(transport, (InputStream) null, true);
        Connection connection = new Connection(number, transport, socket, script);
        open.add(connection);
        mostOpen.accumulateAndGet(open.size(), Math::max);
        players.add(connection);
        connection.thread.start();
    }

    /** A connection, and the thread that plays its script. */
    private final class Connection {

        private final int number;
        private final Socket transport;
        private final Socket socket;
        private final Script script;
        private final Thread thread;
        // From then on a script fails with what closing the server does to it.
        private volatile boolean abandoned;

        Connection(int number, Socket transport, Socket socket, Script script) {
            this.number = number;
            this.transport = transport;
            this.socket = socket;
            this.script = script;
            this.thread = daemon("scripted-" + port() + "-" + number, this::play);
        }

        private void play() {
            try (transport;
                    socket) {
                playScript();
            } catch (IOException clientHasGone) {
                // There was nobody any more to say goodbye to.
            } finally {
                open.remove(this);
                tellWaiting();
            }
        }

        // Fails before the connection is closed: a test that has seen the end finds the failure.
        private void playScript() {
            try {
                script.play(new Peer(number, transport, socket, this::read, closed));
            } catch (SocketException | SSLException | InterruptedException clientHasGone) {
                // Part of many a script.
            } catch (Throwable failure) {
                if (!abandoned) {
                    failures.add(new AssertionError(
                            "the script of connection " + number + " failed: " + failure.getMessage(), failure));
                }
            }
        }

        private void read(Peer.Request request) {
            requests.add(request);
            tellWaiting();
        }

        /** @throws AssertionError if the script goes on all the same */
        private void end() throws InterruptedException {
            thread.join(GRACE.toMillis());
            if (thread.isAlive()) {
                abandoned = true;
                thread.interrupt();
                thread.join(Gate.PATIENCE.toMillis());
            }
            if (thread.isAlive()) {
                AssertionError stuck = new AssertionError("the script of connection " + number + " does not end");
                stuck.setStackTrace(thread.getStackTrace());
                throw stuck;
            }
        }
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** The address of a path that begins with a slash. */
    public URI uri(String path) {
        return URI.create((tls == null ? "http" : "https") + "://localhost:" + port() + path);
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

    /**
     * Waits until scripts have read so many requests in all, and returns them.
     *
     * @throws AssertionError if they do not come, or a script failed; it shows what came
     */
    public List<Peer.Request> awaitRequests(int count) throws InterruptedException {
        boolean came = await(() -> requests.size() >= count || !failures.isEmpty(), Gate.PATIENCE);
        if (requests.size() < count) {
            check();
        }
        if (!came) {
            throw new AssertionError("expected " + count + " requests, but these came: "
                    + requests.stream().map(Peer.Request::line).toList());
        }
        return requests;
    }

    /** Closes all connections, as a restart does, but goes on accepting. */
    public void closeConnections() {
        open.forEach(connection -> close(connection.socket));
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
        return await(open::isEmpty, timeout);
    }

    private boolean await(BooleanSupplier condition, Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (!condition.getAsBoolean() && left > 0) {
                left = happened.awaitNanos(left);
            }
            return condition.getAsBoolean();
        } finally {
            lock.unlock();
        }
    }

    private void tellWaiting() {
        lock.lock();
        try {
            happened.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Fails the test if a script has failed: what it had expected, and what came.
     *
     * @throws AssertionError with the failure as its cause, and those of other connections suppressed
     */
    public void check() {
        if (failures.isEmpty()) {
            return;
        }
        Throwable first = failures.get(0);
        AssertionError failure =
                new AssertionError(first.getMessage(), first.getCause() == null ? first : first.getCause());
        failures.stream().skip(1).forEach(failure::addSuppressed);
        throw failure;
    }

    /**
     * Stops: closes all connections, and waits until all scripts have ended.
     *
     * @throws AssertionError if a script had failed, or does not end
     */
    @Override
    public void close() throws IOException {
        listener.close();
        closed.countDown();
        try {
            acceptor.join();
            awaitNoneOpen(TO_SEE_THE_END);
            // Without a goodbye of TLS, which would wait for a script that is stuck in a write.
            open.forEach(connection -> close(connection.transport));
            for (Connection connection : players) {
                connection.end();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        check();
    }
}
