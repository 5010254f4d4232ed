// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import static io.github.pooledclient.internal.net.TlsServer.resultOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.testing.DribblingTransport;
import io.github.pooledclient.testing.TestCertificates;
import io.github.pooledclient.transport.TlsIdentity;
import io.github.pooledclient.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.FutureTask;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class TlsStreamTest {

    private final byte[] large = new byte[1 << 20];

    TlsStreamTest() {
        new Random(42).nextBytes(large);
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2, 16384", "TLSv1.3, 16384", "TLSv1.3, 65536", "TLSv1.3, 1000"})
    void largeContentArrivesAsItWasSent(String version, int bufferSize) throws Exception {
        try (TlsServer server = TlsServer.trusted(version)) {
            server.run(socket -> send(socket, large));

            try (TlsTransport tls = server.handshake(TestCertificates.client())) {
                assertThat(readAll(tls, ByteBuffer.allocate(bufferSize))).isEqualTo(large);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void largeContentLeavesAsItIs(String version) throws Exception {
        try (TlsServer server = TlsServer.trusted(version)) {
            FutureTask<byte[]> received =
                    server.serve(socket -> socket.getInputStream().readNBytes(large.length));

            try (TlsTransport tls = server.handshake(TestCertificates.client())) {
                tls.write(ByteBuffer.wrap(large));
                // A close with unread tickets would be a reset, and take back what the server has not read.
                readAll(tls, ByteBuffer.allocate(16 * 1024));
            }

            assertThat(resultOf(received)).isEqualTo(large);
        }
    }

    @Test
    void directBuffersServeAsWell() throws Exception {
        try (TlsServer server = TlsServer.trusted()) {
            server.run(socket -> send(socket, socket.getInputStream().readNBytes(large.length)));

            try (TlsTransport tls = server.handshake(TestCertificates.client())) {
                tls.write(ByteBuffer.allocateDirect(large.length).put(large).flip());

                assertThat(readAll(tls, ByteBuffer.allocateDirect(16 * 1024))).isEqualTo(large);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.2, 1", "TLSv1.3, 1", "TLSv1.3, 2", "TLSv1.3, 3", "TLSv1.3, 5", "TLSv1.3, 4096"})
    void recordsMayArriveInPieces(String version, int most) throws Exception {
        byte[] content = "in pieces ".repeat(3000).getBytes(StandardCharsets.US_ASCII);
        try (TlsServer server = TlsServer.trusted(version)) {
            server.run(socket -> send(socket, content));
            Transport dribbling = new DribblingTransport(server.connect(), most);

            try (TlsTransport tls = TlsTransport.handshake(dribbling, server.origin("localhost"), identity())) {
                assertThat(readAll(tls, ByteBuffer.allocate(16 * 1024))).isEqualTo(content);
            }
        }
    }

    @Test
    void restOfARecordIsForTheNextRead() throws Exception {
        try (TlsServer server = TlsServer.trusted()) {
            server.run(socket -> send(socket, "0123456789".getBytes(StandardCharsets.US_ASCII)));

            try (TlsTransport tls = server.handshake(TestCertificates.client())) {
                assertThat(tls.read(ByteBuffer.allocate(4))).isEqualTo(4);
                assertThat(tls.read(ByteBuffer.allocate(4))).isEqualTo(4);
                assertThat(tls.read(ByteBuffer.allocate(4))).isEqualTo(2);
            }
        }
    }

    @Test
    void knowsWhetherItHoldsWhatNobodyHasRead() throws Exception {
        try (TlsServer server = TlsServer.trusted()) {
            server.run(socket -> {
                socket.getOutputStream().write("0123456789".getBytes(StandardCharsets.US_ASCII));
                // Without the close_notify of an end, until the client closes.
                return socket.getInputStream().read();
            });

            try (TlsTransport tls = server.handshake(TestCertificates.client())) {
                tls.read(ByteBuffer.allocate(4));
                assertThat(tls.mayHideBytes()).isTrue();

                tls.read(ByteBuffer.allocate(6));
                assertThat(tls.mayHideBytes()).isFalse();
            }
        }
    }

    // With TLS 1.3 a second handshake is a key update that asks for one in return, with 1.2 a renegotiation.
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void newKeysAreAgreedUponInBetween(String version) throws Exception {
        try (TlsServer server = TlsServer.trusted(version)) {
            FutureTask<String> echoed = server.serve(socket -> {
                String first = readFive(socket);
                socket.startHandshake();
                send(socket, "after".getBytes(StandardCharsets.US_ASCII));
                return first + readFive(socket);
            });

            try (TlsTransport tls = server.handshake(TestCertificates.client())) {
                tls.write(ByteBuffer.wrap("hello".getBytes(StandardCharsets.US_ASCII)));
                assertThat(readFive(tls)).isEqualTo("after");
                tls.write(ByteBuffer.wrap("again".getBytes(StandardCharsets.US_ASCII)));

                assertThat(resultOf(echoed)).isEqualTo("helloagain");
            }
        }
    }

    @Test
    void renegotiationIsAnsweredByWhoeverReads() throws Exception {
        try (TlsServer server = TlsServer.trusted("TLSv1.2")) {
            FutureTask<String> received = server.serve(socket -> {
                socket.startHandshake();
                socket.addHandshakeCompletedListener(again -> {
                    try {
                        send(socket, "after".getBytes(StandardCharsets.US_ASCII));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
                socket.startHandshake();
                return readFive(socket);
            });

            try (TlsTransport tls = server.handshake(TestCertificates.client())) {
                assertThat(readFive(tls)).isEqualTo("after");
                tls.write(ByteBuffer.wrap("again".getBytes(StandardCharsets.US_ASCII)));

                assertThat(resultOf(received)).isEqualTo("again");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void newKeysThatAProbeSawAreAgreedUponByTheNextWrite(String version) throws Exception {
        try (TlsServer server = TlsServer.trusted(version)) {
            FutureTask<Void> updated = new FutureTask<>(() -> null);
            FutureTask<String> echoed = server.serve(socket -> {
                readFive(socket);
                socket.startHandshake();
                updated.run();
                return readFive(socket);
            });

            try (TlsTransport tls = server.handshake(TestCertificates.client())) {
                tls.write(ByteBuffer.wrap("hello".getBytes(StandardCharsets.US_ASCII)));
                resultOf(updated);
                assertThat(tls.readNow(ByteBuffer.allocate(100))).isZero();
                tls.write(ByteBuffer.wrap("again".getBytes(StandardCharsets.US_ASCII)));

                assertThat(resultOf(echoed)).isEqualTo("again");
            }
        }
    }

    @Test
    void oneThreadMayReadWhileAnotherWrites() throws Exception {
        try (TlsServer server = TlsServer.trusted()) {
            server.run(socket -> {
                socket.startHandshake();
                byte[] chunk = new byte[5000];
                for (int count = socket.getInputStream().read(chunk);
                        count > 0;
                        count = socket.getInputStream().read(chunk)) {
                    socket.getOutputStream().write(chunk, 0, count);
                }
                return null;
            });

            try (TlsTransport tls = server.handshake(TestCertificates.client())) {
                FutureTask<Void> writing = new FutureTask<>(() -> {
                    tls.write(ByteBuffer.wrap(large));
                    return null;
                });
                new Thread(writing).start();
                ByteArrayOutputStream echoed = new ByteArrayOutputStream();
                ByteBuffer buffer = ByteBuffer.allocate(16 * 1024);
                while (echoed.size() < large.length && tls.read(buffer.clear()) > 0) {
                    echoed.write(buffer.array(), 0, buffer.position());
                }

                assertThat(echoed.toByteArray()).isEqualTo(large);
                resultOf(writing);
            }
        }
    }

    private static TlsIdentity identity() {
        return new TlsIdentity(TestCertificates.client(), new SSLParameters());
    }

    private static Void send(SSLSocket socket, byte[] content) throws IOException {
        socket.getOutputStream().write(content);
        return null;
    }

    private static String readFive(SSLSocket socket) throws IOException {
        return new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII);
    }

    private static String readFive(TlsTransport tls) throws IOException {
        ByteBuffer five = ByteBuffer.allocate(5);
        while (five.hasRemaining() && tls.read(five) >= 0) {
            // Until all of it is there.
        }
        return new String(five.array(), 0, five.position(), StandardCharsets.US_ASCII);
    }

    private static byte[] readAll(TlsTransport tls, ByteBuffer buffer) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        while (tls.read(buffer.clear()) >= 0) {
            byte[] bytes = new byte[buffer.flip().remaining()];
            buffer.get(bytes);
            content.writeBytes(bytes);
        }
        return content.toByteArray();
    }
}
