// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a {@link ScriptedServer}, as its script sees it: what the client is told, and what it is expected to say.
 * Text is ISO-8859-1, one byte a character. Confined to the script's thread.
 */
public final class Peer {

    private final int number;
    private final Socket transport;
    private final Socket socket;
    private final InputStream in;
    private final Consumer<Request> log;
    private final CountDownLatch serverClosed;
    // What was read of the current request, framing included.
    private final ByteArrayOutputStream raw = new ByteArrayOutputStream();

    /**
     * @param transport the TCP connection
     * @param socket what the client's bytes come from: the same, or TLS above it
     */
    Peer(int number, Socket transport, Socket socket, Consumer<Request> log, CountDownLatch serverClosed)
            throws IOException {
        this.number = number;
        this.transport = transport;
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.log = log;
        this.serverClosed = serverClosed;
    }

    /**
     * A request as it was read. Its arrays are not to be changed.
     *
     * @param connection which connection it came on: the first is 1
     * @param head request line and fields as they came, without the empty line
     * @param body without transfer coding
     * @param raw all of its bytes as they came, chunked framing included
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record Request(int connection, String head, byte[] body, byte[] raw) {

        /** The first line. */
        public String line() {
            return head.lines().findFirst().orElse("");
        }

        public String method() {
            return part(0);
        }

        /** The request target, as it came. */
        public String target() {
            return part(1);
        }

        private String part(int index) {
            String[] parts = line().split(" ", 3);
            return index < parts.length ? parts[index] : "";
        }

        /** The value of the first field of a name, or null. */
        public @Nullable String field(String name) {
            List<String> values = fields(name);
            return values.isEmpty() ? null : values.get(0);
        }

        /** The values of all field lines of a name, in order. */
        public List<String> fields(String name) {
            return head.lines()
                    .skip(1)
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .toList();
        }

        /** The body as UTF-8. */
        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        /** All as it came. */
        @Override
        public String toString() {
            return latin1(raw);
        }
    }

    /** Which connection this is: the first that the server accepted is 1. */
    public int number() {
        return number;
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
        byte[] body = readBody(new Request(number, head, new byte[0], new byte[0]));
        Request request = new Request(number, head, body, raw.toByteArray());
        log.accept(request);
        return request;
    }

    /**
     * Reads a request with its body, which must begin so: {@code "GET /path "}, say.
     *
     * @throws AssertionError if another request comes, or none; it shows what came
     */
    public Request expectRequest(String beginning) throws IOException {
        Request request = readRequestOrEnd();
        if (request == null) {
            throw new AssertionError("expected '" + beginning + "', but the client closed");
        }
        if (!request.head().startsWith(beginning)) {
            throw new AssertionError("expected '" + beginning + "', but this came:\n" + request);
        }
        return request;
    }

    /** Reads a head and leaves the body; null if the client closes instead. */
    public @Nullable String readHead() throws IOException {
        raw.reset();
        String head = readUntil("\r\n\r\n", "a head");
        return head == null ? null : head.substring(0, head.length() - 4);
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
        String line = readUntil("\r\n", "a chunked body");
        if (line == null) {
            throw new EOFException("the client closed within a chunked body");
        }
        return line.substring(0, line.length() - 2);
    }

    /** Null if there is nothing but the end. */
    private @Nullable String readUntil(String end, String what) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.length() < end.length() || text.lastIndexOf(end) != text.length() - end.length()) {
            int b = in.read();
            if (b < 0 && text.isEmpty()) {
                return null;
            }
            if (b < 0) {
                throw new EOFException("the client closed within " + what + ": " + text);
            }
            text.append((char) b);
            raw.write(b);
        }
        return text.toString();
    }

    /** Reads exactly so many bytes. */
    public byte[] readBytes(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        raw.writeBytes(bytes);
        if (bytes.length < count) {
            throw new EOFException("the client closed after " + bytes.length + " of " + count + " bytes");
        }
        return bytes;
    }

    /** How many bytes can be read without waiting for the client. */
    public int available() throws IOException {
        return in.available();
    }

    /** Sends text, in one write. */
    public void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends bytes, in one write. */
    public void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /**
     * Sends text in pieces of so many bytes, each in a write, and over TLS in a record, of its own. TCP may join what a client
     * is slow to read: where each piece has to be seen alone, put a {@link DribblingTransport} before the client.
     */
    public void sendInPieces(String text, int size) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        for (int at = 0; at < bytes.length; at += size) {
            send(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + size)));
        }
    }

    /** Goes on once the test has opened the gate. */
    public void waitFor(Gate gate) throws InterruptedException {
        gate.await();
    }

    /** Says that nothing more comes, and goes on reading: FIN, and over TLS close_notify before it. */
    public void halfClose() throws IOException {
        socket.shutdownOutput();
    }

    /** Closes as one should: FIN, and over TLS close_notify before it. */
    public void close() throws IOException {
        socket.close();
    }

    /** Closes with FIN alone, over TLS too, as anyone on the way can. */
    public void cut() throws IOException {
        transport.shutdownOutput();
        transport.close();
    }

    /** Closes with RST instead of FIN: what the client has not read yet is lost to it. */
    public void reset() throws IOException {
        transport.setSoLinger(true, 0);
        transport.close();
    }

    /** Waits until the client closes, and returns what it sent until then. */
    public byte[] awaitEnd() throws IOException {
        return in.readAllBytes();
    }

    /**
     * Waits until the client closes.
     *
     * @throws AssertionError if it sends something before; it shows what
     */
    public void expectEnd() throws IOException {
        byte[] rest = awaitEnd();
        if (rest.length > 0) {
            throw new AssertionError("expected the client to close, but this came:\n" + latin1(rest));
        }
    }

    /** Does nothing until the server is closed. */
    public void stall() throws InterruptedException {
        serverClosed.await();
    }

    /** For what the methods here do not say. */
    public Socket socket() {
        return socket;
    }

    private static String latin1(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
