// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import static io.github.pooledclient.internal.net.TlsServer.resultOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.pooledclient.testing.TestCertificates;
import io.github.pooledclient.transport.Origin;
import io.github.pooledclient.transport.TlsIdentity;
import io.github.pooledclient.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class TlsEndTest {

    private final CountDownLatch testEnds = new CountDownLatch(1);
    private final ByteBuffer buffer = ByteBuffer.allocate(16 * 1024);

    @AfterEach
    void end() {
        testEnds.countDown();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void closeNotifyIsACleanEnd(String version) throws Exception {
        try (TlsServer server = TlsServer.trusted(version)) {
            server.run(socket -> write(socket, "hello"));

            try (TlsTransport tls = server.handshake(TestCertificates.client())) {
                readToEnd(tls);

                assertThat(tls.endedCleanly()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void endOfTheConnectionAloneIsNot(String version) throws Exception {
        try (RawTlsServer server = new RawTlsServer(version)) {
            server.serve((raw, socket) -> {
                write(socket, "hello");
                raw.shutdownOutput();
                testEnds.await();
            });

            try (TlsTransport tls = server.handshake()) {
                readToEnd(tls);

                assertThat(tls.endedCleanly()).isFalse();
            }
        }
    }

    @Test
    void recordThatIsForgedIsAnErrorAndStaysOne() throws Exception {
        try (RawTlsServer server = new RawTlsServer("TLSv1.3")) {
            server.serve((raw, socket) -> {
                write(socket, "x");
                raw.getOutputStream().write(new byte[] {23, 3, 3, 0, 32});
                raw.getOutputStream().write(new byte[32]);
                testEnds.await();
            });

            try (TlsTransport tls = server.handshake()) {
                assertThat(tls.read(buffer)).isEqualTo(1);

                assertThatThrownBy(() -> tls.read(buffer)).isInstanceOf(SSLException.class);
                assertThatThrownBy(() -> tls.read(buffer)).isInstanceOf(SSLException.class);
                assertThat(tls.endedCleanly()).isFalse();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void closeSaysSo(String version) throws Exception {
        try (TlsServer server = TlsServer.trusted(version)) {
            CountDownLatch ticketsSent = new CountDownLatch(1);
            FutureTask<Integer> end = server.serve(socket -> {
                socket.startHandshake();
                ticketsSent.countDown();
                return socket.getInputStream().read();
            });
            TlsTransport tls = server.handshake(TestCertificates.client());
            ticketsSent.await();
            // Left unread, they would make a reset of the close.
            tls.readNow(buffer);

            tls.close();

            // Without close_notify the JDK's socket would throw.
            assertThat(resultOf(end)).isEqualTo(-1);
        }
    }

    @Test
    void closeDoesNotWaitForAPeerThatDoesNotRead() throws Exception {
        try (TlsServer server = TlsServer.trusted()) {
            server.run(this::handshakeAndWait);
            TlsTransport tls = server.handshake(TestCertificates.client());
            ByteBuffer bytes = ByteBuffer.allocate(64 << 20);
            tls.writeNow(bytes);
            assertThat(bytes.hasRemaining()).isTrue();

            tls.close();

            assertThatThrownBy(() -> tls.write(bytes)).isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void whatWriteNowLeftIsCompletedByTheNextWrite() throws Exception {
        try (TlsServer server = TlsServer.trusted()) {
            CountDownLatch full = new CountDownLatch(1);
            FutureTask<byte[]> received = server.serve(socket -> {
                socket.startHandshake();
                full.await();
                return socket.getInputStream().readNBytes(16 << 20);
            });
            byte[] content = new byte[16 << 20];
            content[content.length - 1] = 1;
            try (TlsTransport tls = server.handshake(TestCertificates.client())) {
                ByteBuffer bytes = ByteBuffer.wrap(content);
                tls.writeNow(bytes);
                full.countDown();

                tls.write(bytes);
                readToEnd(tls);
            }

            assertThat(resultOf(received)).isEqualTo(content);
        }
    }

    @Test
    void closeByAnotherThreadFreesAReader() throws Exception {
        try (TlsServer server = TlsServer.trusted()) {
            server.run(this::handshakeAndWait);
            TlsTransport tls = server.handshake(TestCertificates.client());
            FutureTask<Integer> reading = new FutureTask<>(() -> tls.read(buffer));
            new Thread(reading).start();

            tls.close();

            assertThatThrownBy(() -> reading.get(10, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void pendingTicketsAreNotDeath() throws Exception {
        try (TlsServer server = TlsServer.trusted("TLSv1.3")) {
            CountDownLatch ticketsSent = new CountDownLatch(1);
            server.run(socket -> {
                socket.startHandshake();
                ticketsSent.countDown();
                testEnds.await();
                return null;
            });

            try (TlsTransport tls = server.handshake(TestCertificates.client())) {
                ticketsSent.await();

                assertThat(tls.readNow(buffer)).isZero();
            }
        }
    }

    @Test
    void readNowFindsWhatCameUnasked() throws Exception {
        try (TlsServer server = TlsServer.trusted()) {
            server.run(socket -> {
                write(socket, "hello");
                testEnds.await();
                return null;
            });

            try (TlsTransport tls = server.handshake(TestCertificates.client())) {
                assertThat(awaitReadNow(tls)).isEqualTo(5);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void readNowFindsCloseNotify(String version) throws Exception {
        try (TlsServer server = TlsServer.trusted(version)) {
            server.run(socket -> {
                socket.startHandshake();
                return null;
            });

            try (TlsTransport tls = server.handshake(TestCertificates.client())) {
                assertThat(awaitReadNow(tls)).isEqualTo(-1);
            }
        }
    }

    @Test
    void readNowFindsTheEndOfTheConnectionBehindTickets() throws Exception {
        try (RawTlsServer server = new RawTlsServer("TLSv1.3")) {
            server.serve((raw, socket) -> {
                socket.startHandshake();
                raw.shutdownOutput();
                testEnds.await();
            });

            try (TlsTransport tls = server.handshake()) {
                assertThat(awaitReadNow(tls)).isEqualTo(-1);
            }
        }
    }

    @Test
    void idleTransportHoldsNoBuffer() throws Exception {
        CountingBuffers buffers = new CountingBuffers();
        try (TlsServer server = TlsServer.trusted("TLSv1.3")) {
            server.run(socket -> {
                write(socket, "hello".repeat(20_000));
                testEnds.await();
                return null;
            });
            try (TlsTransport tls = server.handshake(TestCertificates.client(), buffers.pool())) {
                for (int rest = 100_000; rest > 0; ) {
                    rest -= tls.read(buffer.clear());
                }

                assertThat(buffers.lent()).isZero();
            }
        }
    }

    @Test
    void unreadRestHoldsItsBuffer() throws Exception {
        CountingBuffers buffers = new CountingBuffers();
        try (TlsServer server = TlsServer.trusted("TLSv1.3")) {
            server.run(socket -> {
                write(socket, "hello");
                testEnds.await();
                return null;
            });
            try (TlsTransport tls = server.handshake(TestCertificates.client(), buffers.pool())) {
                tls.read(buffer.limit(2));
                assertThat(buffers.lent()).isEqualTo(1);

                tls.read(buffer.clear());
                assertThat(buffers.lent()).isZero();
            }
        }
    }

    @Test
    void closeGivesBackWhatIsLent() throws Exception {
        CountingBuffers buffers = new CountingBuffers();
        try (TlsServer server = TlsServer.trusted("TLSv1.3")) {
            server.run(socket -> {
                write(socket, "hello");
                testEnds.await();
                return null;
            });
            TlsTransport tls = server.handshake(TestCertificates.client(), buffers.pool());
            tls.read(buffer.limit(2));

            tls.close();
            tls.close();

            assertThat(buffers.lent()).isZero();
        }
    }

    @Test
    void readerThatIsFreedByACloseGivesBackWhatIsLent() throws Exception {
        CountingBuffers buffers = new CountingBuffers();
        try (TlsServer server = TlsServer.trusted()) {
            server.run(this::handshakeAndWait);
            TlsTransport tls = server.handshake(TestCertificates.client(), buffers.pool());
            FutureTask<Integer> reading = new FutureTask<>(() -> tls.read(buffer));
            new Thread(reading).start();

            tls.close();

            assertThatThrownBy(() -> reading.get(10, TimeUnit.SECONDS)).isNotNull();
            assertThat(buffers.lent()).isZero();
        }
    }

    @Test
    void failedHandshakeGivesBackWhatWasLent() throws Exception {
        CountingBuffers buffers = new CountingBuffers();
        try (TlsServer server = TlsServer.trusted()) {
            server.run(this::handshakeAndWait);

            assertThatThrownBy(() -> server.handshake(TestCertificates.untrustingClient(), buffers.pool()))
                    .isInstanceOf(SSLException.class);

            assertThat(buffers.lent()).isZero();
        }
    }

    private Void handshakeAndWait(SSLSocket socket) throws Exception {
        socket.startHandshake();
        testEnds.await();
        return null;
    }

    private static Void write(SSLSocket socket, String content) throws IOException {
        socket.getOutputStream().write(content.getBytes(StandardCharsets.US_ASCII));
        return null;
    }

    private void readToEnd(TlsTransport tls) throws IOException {
        while (tls.read(buffer.clear()) >= 0) {
            // What it was is not the question.
        }
    }

    private int awaitReadNow(TlsTransport tls) {
        AtomicInteger count = new AtomicInteger();
        await().until(() -> {
            count.set(tls.readNow(buffer.clear()));
            return count.get() != 0;
        });
        return count.get();
    }

    /** A TLS server that can also misbehave below TLS. */
    private static final class RawTlsServer implements AutoCloseable {

        private interface Service {
            void serve(Socket raw, SSLSocket socket) throws Exception;
        }

        private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        private final String version;

        RawTlsServer(String version) throws IOException {
            this.version = version;
        }

        void serve(Service service) {
            SSLSocketFactory factory = TestCertificates.server().getSocketFactory();
            Thread thread = new Thread(() -> {
                try (Socket raw = server.accept();
                        SSLSocket socket = (SSLSocket) factory.createSocket(raw, null, false)) {
                    socket.setEnabledProtocols(new String[] {version});
                    service.serve(raw, socket);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        TlsTransport handshake() throws IOException {
            Transport below = new ChannelTransport(SocketChannel.open(server.getLocalSocketAddress()));
            return TlsTransport.handshake(
                    below,
                    new Origin("https", "localhost", server.getLocalPort()),
                    new TlsIdentity(TestCertificates.client(), new SSLParameters()));
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
