// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntToLongFunction;
import java.util.zip.GZIPOutputStream;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A server that reads requests strictly, remembers which of them it received, and answers each as its path says. Now and
 * then it misbehaves in what only one who knows where a message ends can do: it says more than it was asked, or less than
 * it promised. What it says unasked is marked, so that whoever takes it for an answer can be told from one who is given
 * a wrong one. Safe for use by several threads.
 */
public final class CheckingOrigin implements AutoCloseable {

    /** On a response that nobody asked for; the value says when it was sent. */
    public static final String UNASKED = "X-Unasked";

    /** Sent while no request was under way: nothing excuses who takes it for an answer. */
    public static final String QUIET = "quiet";

    private static final String TRUSTED = "TRUSTED_IN_SPITE_OF_SURPLUS";

    // These may cross the next request.
    private static final String BEHIND = "behind an answer";
    private static final String SOON = "soon after an answer";
    private static final String LATE = "long after an answer";

    /** What a request asks for, and what it brings; its path. */
    public record Target(long id, Framing framing, boolean gzip, int length, int uploadLength) {

        /** How the end of a response is told. */
        public enum Framing {
            LENGTH,
            CHUNKED,
            UNTIL_CLOSE
        }

        public String path() {
            return "/" + id + "/" + framing + "/" + gzip + "/" + length + "/" + uploadLength;
        }

        static Target of(String path) {
            String[] parts = path.split("/", -1);
            return new Target(
                    Long.parseLong(parts[1]),
                    Framing.valueOf(parts[2]),
                    Boolean.parseBoolean(parts[3]),
                    Integer.parseInt(parts[4]),
                    Integer.parseInt(parts[5]));
        }

        /** The right body of the response. */
        public byte[] body() {
            return Payload.bytes(id, length);
        }

        /** The right body of the request. */
        public byte[] upload() {
            return Payload.bytes(~id, uploadLength);
        }
    }

    /**
     * How often a request was received.
     *
     * @param heads how many of its heads came to their end
     * @param whole how many of those were followed by a whole body
     */
    public record Reception(int heads, int whole) {

        public static final Reception NONE = new Reception(0, 0);

        Reception plus(int moreHeads, int moreWhole) {
            return new Reception(heads + moreHeads, whole + moreWhole);
        }
    }

    /** What else than the right answer may come. */
    private enum Mischief {
        NONE,
        SURPLUS_BEHIND(true),
        ANSWER_BEHIND(true),
        ANSWER_SOON(true),
        CUT_HEAD,
        CUT_BODY(true),
        CUT_GZIP,
        BROKEN_HEAD,
        NO_ANSWER,
        REFUSAL,
        INTERIM,
        SAYS_CLOSE,
        HINT,
        LATE_408,
        LATE_CLOSE,
        LATE_RESET,
        LATE_ANSWER;

        private static final Mischief[] ALL = values();

        private final boolean needsFraming;

        Mischief() {
            this(false);
        }

        Mischief(boolean needsFraming) {
            this.needsFraming = needsFraming;
        }

        static Mischief random(SplittableRandom random) {
            return random.nextInt(8) > 0 ? NONE : ALL[random.nextInt(ALL.length)];
        }
    }

    private final ServerSocket listener;
    private final long seed;
    private final ExecutorService threads = Executors.newCachedThreadPool(CheckingOrigin::thread);
    private final Map<Integer, Peer> open = new ConcurrentHashMap<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final Map<Long, Reception> receptions = new ConcurrentHashMap<>();
    private final Map<String, Long> mischief = new ConcurrentHashMap<>();
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();

    private CheckingOrigin(ServerSocket listener, long seed) {
        this.listener = listener;
        this.seed = seed;
    }

    /** Starts a server on a free port of the loopback address, for TLS if there is a context. */
    public static CheckingOrigin start(long seed, @Nullable SSLContext context) throws IOException {
        ServerSocketFactory factory =
                context == null ? ServerSocketFactory.getDefault() : context.getServerSocketFactory();
        CheckingOrigin origin =
                new CheckingOrigin(factory.createServerSocket(0, 512, InetAddress.getLoopbackAddress()), seed);
        origin.threads.execute(origin::accept);
        return origin;
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "checking-origin");
        thread.setDaemon(true);
        return thread;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                Peer peer = new Peer(socket, accepted.incrementAndGet());
                open.put(socket.getPort(), peer);
                threads.execute(peer);
            } catch (IOException e) {
                // The listener was closed.
            }
        }
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** How many connections are open. */
    public int open() {
        return open.size();
    }

    /** Whether each connection waits for a request. */
    public boolean isQuiet() {
        return open.values().stream().allMatch(peer -> peer.isIdle);
    }

    /** What was received of a request. */
    public Reception reception(long id) {
        return receptions.getOrDefault(id, Reception.NONE);
    }

    /** Forgets which requests were received. */
    public void forget() {
        receptions.clear();
    }

    /** How often each misbehaviour occurred. */
    public Map<String, Long> mischief() {
        return mischief;
    }

    /** How many answers were followed by bytes that nobody had asked for, in the same write. */
    public long answersWithSurplus() {
        return mischief.getOrDefault(Mischief.SURPLUS_BEHIND.name(), 0L)
                + mischief.getOrDefault(Mischief.ANSWER_BEHIND.name(), 0L);
    }

    /** After how many of them the connection was used again. */
    public long trustedInSpiteOfSurplus() {
        return mischief.getOrDefault(TRUSTED, 0L);
    }

    /** What requests there were that no client may send. */
    public Queue<String> violations() {
        return violations;
    }

    /**
     * Says something unasked on each connection that waits for a request, while none is under way.
     *
     * @param delivered how many bytes the client has received on a connection, by the port of its other end
     * @return how many it will have received when it has received this
     */
    public Map<Integer, Long> speakUnasked(SplittableRandom random, IntToLongFunction delivered) {
        Map<Integer, Long> spoken = new ConcurrentHashMap<>();
        open.forEach((port, peer) -> {
            try {
                long before = delivered.applyAsLong(port);
                spoken.put(port, before + peer.speakUnasked(random));
            } catch (IOException e) {
                // Closed meanwhile.
            }
        });
        return spoken;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Peer peer : open.values()) {
            peer.socket.close();
        }
        threads.shutdownNow();
    }

    private record Request(String method, Target target, List<String> fields) {

        @Nullable
        String field(String name) {
            String prefix = name.toLowerCase(Locale.ROOT) + ":";
            for (String field : fields) {
                if (field.toLowerCase(Locale.ROOT).startsWith(prefix)) {
                    return field.substring(prefix.length()).strip();
                }
            }
            return null;
        }
    }

    /** A connection. Confined to its thread, but for {@link #speakUnasked}. */
    private final class Peer implements Runnable {

        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;
        private SplittableRandom random;
        private int lateMillis;
        private Mischief late = Mischief.NONE;
        private int answers;
        private boolean hasSaidMore;
        private volatile boolean hasSpokenUnasked;
        private volatile boolean isIdle;

        Peer(Socket socket, int ordinal) throws IOException {
            this.socket = socket;
            this.in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
            this.out = socket.getOutputStream();
            this.random = new SplittableRandom(seed + ordinal);
        }

        @Override
        public void run() {
            try (socket) {
                boolean goesOn = true;
                while (goesOn) {
                    Request request = readHead();
                    goesOn = request != null && serve(request);
                }
            } catch (IOException | InterruptedException e) {
                // The client has gone, or a fault has struck.
            } catch (RuntimeException e) {
                violations.add("not a request that anybody sent: " + e);
            } finally {
                open.remove(socket.getPort(), this);
            }
        }

        private int firstByte() throws IOException, InterruptedException {
            socket.setSoTimeout(lateMillis);
            isIdle = true;
            try {
                return in.read();
            } catch (SocketTimeoutException e) {
                isIdle = false;
                misbehaveLate();
                return -1;
            } finally {
                isIdle = false;
                socket.setSoTimeout(0);
            }
        }

        private void misbehaveLate() throws IOException, InterruptedException {
            switch (late) {
                case LATE_408 -> out.write(unasked("408 Request Timeout", LATE, "Connection: close\r\n"));
                case LATE_RESET -> socket.setSoLinger(true, 0);
                case LATE_ANSWER -> {
                    out.write(unasked("200 OK", LATE, ""));
                    TimeUnit.MILLISECONDS.sleep(50);
                }
                default -> {}
            }
        }

        private @Nullable Request readHead() throws IOException, InterruptedException {
            int first = firstByte();
            if (first < 0) {
                return null;
            }
            if (hasSpokenUnasked) {
                violations.add("on a connection on which something had come unasked, long before");
            }
            if (hasSaidMore) {
                // The request may have crossed it; as a rule it does not.
                count(TRUSTED);
            }
            hasSaidMore = false;
            String line = (char) first + readLine();
            List<String> fields = new ArrayList<>();
            for (String field = readLine(); !field.isEmpty(); field = readLine()) {
                fields.add(field);
            }
            String[] parts = line.split(" ", -1);
            return new Request(parts[0], Target.of(parts[1]), fields);
        }

        private String readLine() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int b = in.read(); b != '\n'; b = in.read()) {
                if (b < 0) {
                    throw new EOFException();
                }
                if (b != '\r') {
                    line.append((char) b);
                }
            }
            return line.toString();
        }

        /** Returns whether the connection goes on. */
        private boolean serve(Request request) throws IOException, InterruptedException {
            Target target = request.target();
            Reception received = receptions.merge(
                    target.id(), new Reception(1, 0), (before, more) -> before.plus(more.heads(), more.whole()));
            // Where this seed has led once it leads again, whichever connection the request comes on.
            random = new SplittableRandom(seed ^ (target.id() * 31 + received.heads()));
            Mischief done = Mischief.random(random);
            if (done.needsFraming && target.framing() == Target.Framing.UNTIL_CLOSE) {
                // Nobody could tell where the body ends.
                done = Mischief.NONE;
            }
            if (done == Mischief.REFUSAL && "POST".equals(request.method())) {
                count(done);
                out.write(head("413 Content Too Large", target, "Content-Length: 0\r\nConnection: close\r\n"));
                lingerBriefly();
                return false;
            }
            if (request.field("Expect") != null && random.nextInt(10) > 0) {
                out.write(ascii("HTTP/1.1 100 Continue\r\n\r\n"));
            }
            readBody(request);
            return answer(target, done);
        }

        // So that the client can read what it was told before it meets the reset.
        private void lingerBriefly() throws IOException {
            socket.setSoTimeout(100);
            try {
                in.transferTo(OutputStream.nullOutputStream());
            } catch (SocketTimeoutException e) {
                // It still sends.
            }
        }

        private void readBody(Request request) throws IOException {
            String length = request.field("Content-Length");
            byte[] body = new byte[0];
            if (length != null) {
                body = readBytes(Integer.parseInt(length));
            } else if (request.field("Transfer-Encoding") != null) {
                body = readChunked();
            }
            Target target = request.target();
            if (!Arrays.equals(body, target.upload())) {
                violations.add("request " + target.id() + ": a whole body of " + body.length + " bytes, but not the "
                        + target.uploadLength() + " that were sent");
            }
            receptions.computeIfPresent(target.id(), (id, before) -> before.plus(0, 1));
        }

        private byte[] readBytes(int count) throws IOException {
            byte[] bytes = in.readNBytes(count);
            if (bytes.length < count) {
                throw new EOFException();
            }
            return bytes;
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

        private boolean answer(Target target, Mischief done) throws IOException, InterruptedException {
            byte[] answer = whole(target, done);
            // Whoever is misled by a cut body fails, and is not known to be misled: he should leave no answer behind.
            boolean isLast = target.framing() == Target.Framing.UNTIL_CLOSE
                    || done == Mischief.SAYS_CLOSE
                    || done == Mischief.CUT_GZIP;
            count(done);
            answers++;
            hasSaidMore = done == Mischief.SURPLUS_BEHIND || done == Mischief.ANSWER_BEHIND;
            lateMillis = 0;
            switch (done) {
                case NO_ANSWER -> isLast = true;
                case CUT_HEAD -> {
                    out.write(answer, 0, 1 + random.nextInt(30));
                    isLast = true;
                }
                case CUT_BODY -> {
                    out.write(answer, 0, 1 + random.nextInt(answer.length));
                    isLast = true;
                }
                case BROKEN_HEAD -> {
                    answer[random.nextInt(9)] = (byte) random.nextInt();
                    out.write(answer);
                    isLast = true;
                }
                case SURPLUS_BEHIND -> out.write(joined(answer, Payload.bytes(random.nextLong(), 9)));
                case ANSWER_BEHIND -> out.write(joined(answer, unasked("200 OK", BEHIND, "")));
                case ANSWER_SOON -> {
                    out.write(answer);
                    out.write(unasked("200 OK", SOON, ""));
                }
                case INTERIM -> out.write(joined(ascii("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"), answer));
                case LATE_408, LATE_CLOSE, LATE_RESET, LATE_ANSWER -> {
                    late = done;
                    lateMillis = 1 + random.nextInt(20);
                    out.write(answer);
                }
                default -> out.write(answer);
            }
            out.flush();
            return !isLast;
        }

        private byte[] whole(Target target, Mischief done) throws IOException {
            byte[] body = target.body();
            String fields = "";
            if (target.gzip()) {
                body = gzipped(body);
                body = done == Mischief.CUT_GZIP ? Arrays.copyOf(body, 1 + random.nextInt(body.length - 1)) : body;
                fields = "Content-Encoding: gzip\r\n";
            }
            if (done == Mischief.SAYS_CLOSE) {
                fields += "Connection: close\r\n";
            }
            if (done == Mischief.HINT) {
                fields += "Keep-Alive: timeout=" + (1 + random.nextInt(3)) + ", max=" + random.nextInt(5) + "\r\n";
            }
            return switch (target.framing()) {
                case LENGTH -> joined(head("200 OK", target, fields + "Content-Length: " + body.length + "\r\n"), body);
                case CHUNKED ->
                    joined(head("200 OK", target, fields + "Transfer-Encoding: chunked\r\n"), chunked(body));
                case UNTIL_CLOSE -> joined(head("200 OK", target, fields), body);
            };
        }

        private byte[] chunked(byte[] body) {
            ByteArrayOutputStream chunks = new ByteArrayOutputStream(body.length + 100);
            for (int at = 0; at < body.length; ) {
                int size = Math.min(body.length - at, 1 + random.nextInt(1 + random.nextInt(20_000)));
                chunks.writeBytes(ascii(Integer.toHexString(size) + "\r\n"));
                chunks.write(body, at, size);
                chunks.writeBytes(ascii("\r\n"));
                at += size;
            }
            chunks.writeBytes(ascii(random.nextBoolean() ? "0\r\n\r\n" : "0\r\nX-Trailer: 1\r\n\r\n"));
            return chunks.toByteArray();
        }

        /** From another thread, while this one waits for a request. */
        int speakUnasked(SplittableRandom chance) throws IOException {
            if (!isIdle || answers == 0 || chance.nextBoolean()) {
                return 0;
            }
            byte[] bytes = switch (chance.nextInt(6)) {
                case 0 -> unasked("408 Request Timeout", QUIET, "Connection: close\r\n");
                case 1 -> ascii("\r\n");
                case 2 -> ascii("HTTP/1.1 100 Continue\r\n\r\n");
                case 3, 4 -> unasked("200 OK", QUIET, "");
                default -> new byte[0];
            };
            count("QUIET_UNASKED");
            hasSpokenUnasked = bytes.length > 0;
            out.write(bytes);
            return bytes.length;
        }
    }

    private void count(Mischief done) {
        if (done != Mischief.NONE) {
            count(done.name());
        }
    }

    private void count(String done) {
        mischief.merge(done, 1L, Long::sum);
    }

    private static byte[] head(String status, Target target, String fields) {
        return ascii("HTTP/1.1 " + status + "\r\nX-Id: " + target.id() + "\r\n" + fields + "\r\n");
    }

    private static byte[] unasked(String status, String when, String fields) {
        return ascii("HTTP/1.1 " + status + "\r\n" + UNASKED + ": " + when + "\r\n" + fields
                + "Content-Length: 7\r\n\r\nunasked");
    }

    private static byte[] gzipped(byte[] body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(body);
        }
        return bytes.toByteArray();
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
