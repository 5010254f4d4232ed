// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** One connection of a {@link ScriptedServer}, as its script sees it. Confined to the script's thread. */
public final class Peer {

    private final Socket socket;
    private final InputStream in;
    private final List<Request> requests;
    private final CountDownLatch serverClosed;

    Peer(Socket socket, List<Request> requests, CountDownLatch serverClosed) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.requests = requests;
        this.serverClosed = serverClosed;
    }

    /**
     * A request as it was read. Its body is not to be changed.
     *
     * @param head request line and fields as they came, without the empty line
     * @param body without transfer coding
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record Request(String head, byte[] body) {

        /** The first line. */
        public String line() {
            return head.lines().findFirst().orElse("");
        }

        /** The value of the first field of a name, or null. */
        public @Nullable String field(String name) {
            return head.lines()
                    .skip(1)
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(null);
        }

        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /** Reads a request with its body. */
    public Request readRequest() throws IOException {
        Request request = readRequestOrEnd();
        if (request == null) {
            throw new EOFException("the client closed where the script expected a request");
        }
        return request;
    }

    /** Reads a request with its body, or returns null if the client closes instead. */
    public @Nullable Request readRequestOrEnd() throws IOException {
        String head = readHead();
        if (head == null) {
            return null;
        }
        Request request = new Request(head, readBody(new Request(head, new byte[0])));
        requests.add(request);
        return request;
    }

    /** Reads a head and leaves the body; null if the client closes instead. */
    public @Nullable String readHead() throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0 && head.isEmpty()) {
                return null;
            }
            if (b < 0) {
                throw new EOFException("the client closed within a head: " + head);
            }
            head.append((char) b);
        }
        return head.substring(0, head.length() - 4);
    }

    private byte[] readBody(Request head) throws IOException {
        String length = head.field("Content-Length");
        if (length != null) {
            return readBytes(Integer.parseInt(length));
        }
        return "chunked".equalsIgnoreCase(head.field("Transfer-Encoding")) ? readChunked() : new byte[0];
    }

    private byte[] readChunked() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int size = readChunkSize(); size > 0; size = readChunkSize()) {
            body.writeBytes(readBytes(size));
            readLine();
        }
        readLine();
        return body.toByteArray();
    }

    private int readChunkSize() throws IOException {
        return Integer.parseInt(readLine(), 16);
    }

    private String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        while (!line.toString().endsWith("\r\n")) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("the client closed within a chunked body");
            }
            line.append((char) b);
        }
        return line.substring(0, line.length() - 2);
    }

    /** Reads exactly so many bytes. */
    public byte[] readBytes(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("the client closed after " + bytes.length + " of " + count + " bytes");
        }
        return bytes;
    }

    /** Sends text as ISO-8859-1, in one write. */
    public void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends bytes, in one write. */
    public void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /** Closes with RST instead of FIN: what the client has not read yet is lost to it. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Waits until the client closes, and returns what it sent until then. */
    public byte[] awaitEnd() throws IOException {
        return in.readAllBytes();
    }

    /** Does nothing until the server is closed. */
    public void stall() throws InterruptedException {
        serverClosed.await();
    }

    public Socket socket() {
        return socket;
    }
}
