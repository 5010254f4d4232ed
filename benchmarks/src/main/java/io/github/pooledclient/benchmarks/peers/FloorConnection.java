// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.peers;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** One connection of the {@link Floor}, and its loop. */
final class FloorConnection {

    private static final byte[] LENGTH = "\r\nContent-Length: ".getBytes(StandardCharsets.US_ASCII);

    /** Blocking bytes, plain or by TLS. */
    interface Bytes {

        /** Writes all. */
        void write(ByteBuffer from) throws IOException;

        int read(ByteBuffer into) throws IOException;
    }

    private final SocketChannel channel;
    private final Bytes bytes;
    private final ByteBuffer request;
    private final ByteBuffer input;
    private final boolean streams;

    private FloorConnection(SocketChannel channel, Bytes bytes, byte[] request, boolean streams) {
        this.channel = channel;
        this.bytes = bytes;
        this.request = ByteBuffer.allocateDirect(request.length).put(request).flip();
        this.input = ByteBuffer.allocateDirect(streams ? 64 * 1024 : 16 * 1024);
        this.streams = streams;
    }

    static FloorConnection to(URI target, @Nullable SSLContext tls, boolean streams) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.connect(new InetSocketAddress(target.getHost(), target.getPort()));
        Bytes bytes = tls == null ? plain(channel) : FloorTls.over(channel, tls, target);
        String request = "GET " + target.getPath() + " HTTP/1.1\r\nHost: " + target.getAuthority() + "\r\n\r\n";
        return new FloorConnection(channel, bytes, request.getBytes(StandardCharsets.US_ASCII), streams);
    }

    private static Bytes plain(SocketChannel channel) {
        return new Bytes() {
            @Override
            public void write(ByteBuffer from) throws IOException {
                while (from.hasRemaining()) {
                    channel.write(from);
                }
            }

            @Override
            public int read(ByteBuffer into) throws IOException {
                return channel.read(into);
            }
        };
    }

    /** One exchange; the length of its body. */
    long get() throws IOException {
        bytes.write(request.rewind());
        input.clear();
        int end = -1;
        while (end < 0) {
            fill();
            end = endOfHead();
        }
        int length = contentLength(end);
        return streams ? stream(end, length) : collect(end, length).length;
    }

    private void fill() throws IOException {
        if (bytes.read(input) < 0) {
            throw new EOFException();
        }
    }

    private int endOfHead() {
        for (int i = 3; i < input.position(); i++) {
            if (input.get(i) == '\n' && input.get(i - 2) == '\n') {
                return i + 1;
            }
        }
        return -1;
    }

    private int contentLength(int end) throws IOException {
        for (int i = 0; i < end - LENGTH.length; i++) {
            if (matches(i)) {
                int length = 0;
                for (int at = i + LENGTH.length; input.get(at) != '\r'; at++) {
                    length = length * 10 + input.get(at) - '0';
                }
                return length;
            }
        }
        throw new IOException("no length");
    }

    private boolean matches(int at) {
        for (int i = 0; i < LENGTH.length; i++) {
            if (input.get(at + i) != LENGTH[i]) {
                return false;
            }
        }
        return true;
    }

    private byte[] collect(int start, int length) throws IOException {
        while (input.position() < start + length) {
            fill();
        }
        byte[] body = new byte[length];
        input.get(start, body);
        return body;
    }

    private long stream(int start, int length) throws IOException {
        byte[] scratch = Job.scratch();
        input.flip().position(start);
        int left = length;
        while (true) {
            int count = input.remaining();
            input.get(scratch, 0, count);
            left -= count;
            if (left <= 0) {
                return length;
            }
            input.clear();
            fill();
            input.flip();
        }
    }

    void close() throws IOException {
        channel.close();
    }
}
