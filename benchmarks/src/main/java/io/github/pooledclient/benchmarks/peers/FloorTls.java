// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.peers;

import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;

/** A bare loop around an {@link SSLEngine}. */
final class FloorTls implements FloorConnection.Bytes {

    private final SocketChannel channel;
    private final SSLEngine engine;
    private final ByteBuffer out;
    private final ByteBuffer in;
    private final ByteBuffer plain;

    private FloorTls(SocketChannel channel, SSLEngine engine) {
        this.channel = channel;
        this.engine = engine;
        this.out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        this.in = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        this.plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize())
                .flip();
    }

    static FloorTls over(SocketChannel channel, SSLContext context, URI target) throws IOException {
        SSLEngine engine = context.createSSLEngine(target.getHost(), target.getPort());
        engine.setUseClientMode(true);
        FloorTls tls = new FloorTls(channel, engine);
        tls.handshake();
        return tls;
    }

    private void handshake() throws IOException {
        engine.beginHandshake();
        HandshakeStatus status = engine.getHandshakeStatus();
        while (status != HandshakeStatus.NOT_HANDSHAKING && status != HandshakeStatus.FINISHED) {
            status = switch (status) {
                case NEED_WRAP -> wrap(ByteBuffer.allocate(0)).getHandshakeStatus();
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrap().getHandshakeStatus();
                case NEED_TASK -> {
                    engine.getDelegatedTask().run();
                    yield engine.getHandshakeStatus();
                }
                case FINISHED, NOT_HANDSHAKING -> status;
            };
        }
    }

    private SSLEngineResult wrap(ByteBuffer from) throws IOException {
        SSLEngineResult result = engine.wrap(from, out);
        out.flip();
        while (out.hasRemaining()) {
            channel.write(out);
        }
        out.clear();
        return result;
    }

    /** Unwraps one record, after reading as much as it takes. */
    private SSLEngineResult unwrap() throws IOException {
        plain.clear();
        in.flip();
        SSLEngineResult result = engine.unwrap(in, plain);
        in.compact();
        while (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
            if (channel.read(in) < 0) {
                throw new EOFException();
            }
            in.flip();
            result = engine.unwrap(in, plain);
            in.compact();
        }
        plain.flip();
        return result;
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
        while (from.hasRemaining()) {
            wrap(from);
        }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        while (!plain.hasRemaining()) {
            if (unwrap().getStatus() == SSLEngineResult.Status.CLOSED) {
                return -1;
            }
        }
        int count = Math.min(plain.remaining(), into.remaining());
        into.put(into.position(), plain, plain.position(), count);
        into.position(into.position() + count);
        plain.position(plain.position() + count);
        return count;
    }
}
