// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks;

import io.github.pooledclient.MessageLimits;
import io.github.pooledclient.internal.http.Exchange;
import io.github.pooledclient.internal.http.ExchangeLimits;
import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.internal.http.RequestHead;
import io.github.pooledclient.internal.http1.Http1Connection;
import io.github.pooledclient.internal.net.TimedTransport;
import io.github.pooledclient.internal.time.DeadlineWatchdog;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.Origin;
import io.github.pooledclient.transport.Ticker;
import io.github.pooledclient.transport.Transport;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What writing a request and parsing its response cost, without a socket: the peer is an array. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CodecBenchmark {

    private static final ExchangeLimits LIMITS = new ExchangeLimits(
            Deadline.never(),
            TimeUnit.SECONDS.toNanos(30),
            TimeUnit.SECONDS.toNanos(1),
            MessageLimits.defaults(),
            true);

    /** What the peer answers. */
    public enum Answer {
        SMALL("Content-Length: 100\r\n\r\n" + "x".repeat(100)),
        MANY_FIELDS(manyFields() + "Content-Length: 100\r\n\r\n" + "x".repeat(100)),
        CHUNKED("Transfer-Encoding: chunked\r\n\r\n" + ("400\r\n" + "x".repeat(1024) + "\r\n").repeat(12)
                + "0\r\n\r\n");

        private final String text;

        Answer(String rest) {
            this.text = "HTTP/1.1 200 OK\r\nServer: array\r\nDate: Sat, 21 Nov 2026 12:00:00 GMT\r\n"
                    + "Content-Type: text/plain\r\nConnection: keep-alive\r\n" + rest;
        }

        private static String manyFields() {
            StringBuilder fields = new StringBuilder();
            for (int i = 0; i < 20; i++) {
                fields.append("X-Field-").append(i).append(": some value of usual length\r\n");
            }
            return fields.toString();
        }
    }

    @Param
    public Answer answer = Answer.SMALL;

    private final RequestHead request = new RequestHead(
            "GET",
            new Origin("http", "api.example.com", 8080),
            "/small",
            HttpHeaders.of(Map.of(), (name, value) -> true),
            new RequestHead.Added("Accept-Encoding", "gzip, deflate", RequestHead.USER_AGENT),
            false);
    private final ByteBuffer body = ByteBuffer.allocate(16 * 1024);

    private @Nullable TimedTransport timed;
    private @Nullable Http1Connection connection;

    @Setup(Level.Trial)
    public void open() {
        TimedTransport transport = new TimedTransport(
                new ArrayTransport(answer.text.getBytes(StandardCharsets.US_ASCII)),
                DeadlineWatchdog.shared(),
                Ticker.system());
        timed = transport;
        connection = new Http1Connection(request.origin(), transport, transport, null, true, Ticker.system());
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        if (timed != null) {
            timed.close();
        }
    }

    @Benchmark
    public int exchange() throws IOException {
        if (connection == null) {
            throw new IllegalStateException("not open");
        }
        Exchange exchange = connection.begin(LIMITS);
        exchange.send(request, RequestContent.NONE);
        while (exchange.read(body.clear()) >= 0) {
            // To the end.
        }
        exchange.end();
        return body.position();
    }

    /** Answers each request with the same bytes. */
    private static final class ArrayTransport implements Transport {

        private final ByteBuffer answer;

        ArrayTransport(byte[] answer) {
            this.answer = ByteBuffer.allocateDirect(answer.length).put(answer).flip();
        }

        @Override
        public int read(ByteBuffer into) {
            int count = Math.min(into.remaining(), answer.remaining());
            into.put(into.position(), answer, answer.position(), count);
            into.position(into.position() + count);
            answer.position(answer.position() + count);
            return count;
        }

        @Override
        public int readNow(ByteBuffer into) {
            return read(into);
        }

        @Override
        public void write(ByteBuffer from) {
            from.position(from.limit());
            answer.rewind();
        }

        @Override
        public void writeNow(ByteBuffer from) {
            write(from);
        }

        @Override
        public @Nullable SocketAddress localAddress() {
            return null;
        }

        @Override
        public @Nullable SocketAddress remoteAddress() {
            return null;
        }

        @Override
        public void close() {
            // There is nothing to close.
        }
    }
}
