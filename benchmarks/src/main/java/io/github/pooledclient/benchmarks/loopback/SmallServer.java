// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.loopback;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import org.jspecify.annotations.Nullable;

/** A server for machines without nginx: a thread for each connection, and two answers. */
final class SmallServer {

    /** With a number behind it: answered when there are so many requests. */
    static final String TOGETHER = "/together-";

    private static final int BACKLOG = 10_000;

    private final byte[] small = answer(Server.SMALL_LENGTH);
    private final byte[] large = answer(Server.LARGE_LENGTH);
    private final Map<Integer, CyclicBarrier> together = new ConcurrentHashMap<>();

    private SmallServer() {}

    /**
     * Serves until the process ends.
     *
     * @param args the plain port, the one for TLS, and the key store
     */
    public static void main(String[] args) throws Exception {
        SmallServer server = new SmallServer();
        ServerSocket tls = ServerKey.serverContext(Path.of(args[2]))
                .getServerSocketFactory()
                .createServerSocket(Integer.parseInt(args[1]), BACKLOG);
        new Thread(() -> server.accept(tls)).start();
        server.accept(new ServerSocket(Integer.parseInt(args[0]), BACKLOG));
    }

    private static byte[] answer(int length) {
        byte[] head = ("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] answer = new byte[head.length + length];
        System.arraycopy(head, 0, answer, 0, head.length);
        return answer;
    }

    private void accept(ServerSocket listening) {
        try {
            while (true) {
                Socket socket = listening.accept();
                Thread thread = new Thread(() -> serve(socket));
                thread.setDaemon(true);
                thread.start();
            }
        } catch (IOException e) {
            throw new IllegalStateException("the server has failed", e);
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            for (byte[] answer = answerTo(in); answer != null; answer = answerTo(in)) {
                out.write(answer);
            }
        } catch (IOException e) {
            // The client has gone.
        }
    }

    private byte @Nullable [] answerTo(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            head.append((char) next);
        }
        int number = head.indexOf(TOGETHER);
        if (number >= 0) {
            awaitOthers(Integer.parseInt(head.substring(number + TOGETHER.length(), head.indexOf(" HTTP/"))));
        }
        return head.indexOf(Server.LARGE) >= 0 ? large : small;
    }

    private void awaitOthers(int number) throws IOException {
        try {
            together.computeIfAbsent(number, CyclicBarrier::new).await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new InterruptedIOException("interrupted while waiting for " + number + " requests");
        }
    }
}
