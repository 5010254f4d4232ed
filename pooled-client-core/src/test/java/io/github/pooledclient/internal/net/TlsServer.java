// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import io.github.pooledclient.internal.buffer.BufferPool;
import io.github.pooledclient.testing.TestCertificates;
import io.github.pooledclient.transport.Origin;
import io.github.pooledclient.transport.TlsIdentity;
import io.github.pooledclient.transport.Transport;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** A TLS server of the JDK's on loopback, that serves one connection after the other with what it is told. */
final class TlsServer implements Closeable {

    /** What the server does with a connection; its result is for the test. */
    @FunctionalInterface
    interface Service<T> {
        T serve(SSLSocket socket) throws Exception;
    }

    private final SSLServerSocket server;

    TlsServer(SSLContext context, String... protocols) throws IOException {
        server = (SSLServerSocket) context.getServerSocketFactory().createServerSocket();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        if (protocols.length > 0) {
            server.setEnabledProtocols(protocols);
        }
    }

    static TlsServer trusted(String... protocols) throws IOException {
        return new TlsServer(TestCertificates.server(), protocols);
    }

    SSLServerSocket socket() {
        return server;
    }

    /** Serves the next connection in the background, and then closes it. */
    <T> FutureTask<T> serve(Service<T> service) {
        FutureTask<T> task = new FutureTask<>(() -> {
            try (SSLSocket socket = (SSLSocket) server.accept()) {
                return service.serve(socket);
            }
        });
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    /** As {@link #serve}, where nobody asks for the result. */
    void run(Service<?> service) {
        FutureTask<?> unused = serve(service);
    }

    static <T> T resultOf(FutureTask<T> service) throws Exception {
        return service.get(10, TimeUnit.SECONDS);
    }

    Transport connect() throws IOException {
        return new ChannelTransport(SocketChannel.open(server.getLocalSocketAddress()));
    }

    TlsTransport handshake(SSLContext client) throws IOException {
        return handshake(client, new SSLParameters());
    }

    TlsTransport handshake(SSLContext client, SSLParameters parameters) throws IOException {
        return TlsTransport.handshake(connect(), origin("localhost"), new TlsIdentity(client, parameters));
    }

    TlsTransport handshake(SSLContext client, BufferPool records) throws IOException {
        TlsIdentity identity = new TlsIdentity(client, new SSLParameters());
        return TlsTransport.handshake(connect(), origin("localhost"), identity, records);
    }

    Origin origin(String host) {
        return new Origin("https", host, server.getLocalPort());
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
