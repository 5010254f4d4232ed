// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.pooledclient.testing.FakeTransport;
import io.github.pooledclient.testing.TestCertificates;
import io.github.pooledclient.transport.Origin;
import io.github.pooledclient.transport.TlsIdentity;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;

/** TLS over a stream that somebody changes on its way: what is read was written, or nothing is. */
class TlsFuzzTest {

    private static final SSLContext SERVER = TestCertificates.server();
    private static final TlsIdentity CLIENT = new TlsIdentity(TestCertificates.client(), new SSLParameters());
    private static final Origin ORIGIN = new Origin("https", "localhost", 443);
    private static final String CONTENT = "what the server says, in a few records";
    private static final int RECORD = 10;

    /**
     * Groups of four bytes: two say where in what the server sends, one what happens there, and the last with which byte.
     * The first byte says how many bytes come at a time.
     */
    @FuzzTest
    void contentIsWhatTheServerSaidOrMissing(byte[] changes) throws IOException {
        forgetSessions();
        Server server = new Server(changes);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        boolean isWhole = false;
        try (TlsTransport tls = TlsTransport.handshake(server, ORIGIN, CLIENT)) {
            tls.write(ByteBuffer.wrap(new byte[] {'?'}));
            ByteBuffer into = ByteBuffer.allocate(7);
            while (tls.read(into.clear()) >= 0) {
                assertThat(into.position()).isPositive();
                content.write(into.array(), 0, into.position());
            }
            isWhole = tls.endedCleanly();
        } catch (IOException e) {
            assertThat(server.hasChanged).as("failed untouched: " + e).isTrue();
        }

        assertThat(server.closed).isTrue();
        assertThat(CONTENT).startsWith(content.toString(StandardCharsets.US_ASCII));
        if (isWhole || !server.hasChanged) {
            assertThat(content.toString(StandardCharsets.US_ASCII)).isEqualTo(CONTENT);
        }
    }

    // Each handshake is a whole one, whatever was before.
    private static void forgetSessions() {
        SSLSessionContext sessions = CLIENT.context().getClientSessionContext();
        for (byte[] id : Collections.list(sessions.getIds())) {
            SSLSession session = sessions.getSession(id);
            if (session != null) {
                session.invalidate();
            }
        }
    }

    /** A server in memory, which is asked on the thread of the client, and whose words are changed on their way. */
    private static final class Server extends FakeTransport {

        private final SSLEngine engine = SERVER.createSSLEngine();
        private final byte[] changes;
        private ByteBuffer received = ByteBuffer.allocate(0);
        private ByteBuffer sent = ByteBuffer.allocate(0);
        private int sentBefore;
        private int said;
        boolean hasChanged;
        boolean closed;

        Server(byte[] changes) {
            this.changes = changes;
            engine.setUseClientMode(false);
        }

        @Override
        public void write(ByteBuffer from) throws IOException {
            requireOpen();
            byte[] bytes = new byte[from.remaining()];
            from.get(bytes);
            received = join(received, ByteBuffer.wrap(bytes));
            try {
                work();
            } catch (SSLException e) {
                // The peer has made something of changed bytes that this one does not understand.
                assertThat(hasChanged).as("failed untouched: " + e).isTrue();
                sayGoodbye();
            }
        }

        private void work() throws SSLException {
            ByteBuffer plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
            while (true) {
                switch (engine.getHandshakeStatus()) {
                    case NEED_TASK -> engine.getDelegatedTask().run();
                    case NEED_WRAP -> wrap(ByteBuffer.allocate(0));
                    default -> {
                        SSLEngineResult result = engine.unwrap(received, plain.clear());
                        if (plain.position() > 0 && said == 0) {
                            speak();
                        }
                        if (result.bytesConsumed() == 0
                                && result.getHandshakeStatus() != HandshakeStatus.NEED_TASK
                                && result.getHandshakeStatus() != HandshakeStatus.NEED_WRAP) {
                            return;
                        }
                    }
                }
            }
        }

        private void speak() throws SSLException {
            while (said < CONTENT.length()) {
                int end = Math.min(said + RECORD, CONTENT.length());
                wrap(StandardCharsets.US_ASCII.encode(CONTENT.substring(said, end)));
                said = end;
            }
            sayGoodbye();
        }

        private void sayGoodbye() throws SSLException {
            engine.closeOutbound();
            for (int tries = 0; tries < 4 && !engine.isOutboundDone(); tries++) {
                wrap(ByteBuffer.allocate(0));
            }
        }

        private void wrap(ByteBuffer from) throws SSLException {
            ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            engine.wrap(from, record);
            byte[] changed = changed(Arrays.copyOf(record.array(), record.position()));
            sentBefore += record.position();
            sent = join(sent, ByteBuffer.wrap(changed));
        }

        /** A record as it arrives. */
        private byte[] changed(byte[] record) {
            byte[] changed = record;
            for (int i = 1; i + 3 < changes.length; i += 4) {
                int at = (((changes[i] & 0xff) << 8) | (changes[i + 1] & 0xff)) - sentBefore;
                if (at >= 0 && at < record.length) {
                    changed = change(changed, Math.min(at, changed.length), changes[i + 2] & 3, changes[i + 3]);
                }
            }
            hasChanged |= !Arrays.equals(changed, record);
            return changed;
        }

        private static byte[] change(byte[] bytes, int at, int how, byte with) {
            byte[] head = Arrays.copyOf(bytes, at);
            byte[] tail = Arrays.copyOfRange(bytes, at, bytes.length);
            switch (how) {
                case 0 -> {
                    if (tail.length > 0) {
                        tail[0] ^= with;
                    }
                }
                case 1 -> tail = Arrays.copyOfRange(tail, Math.min(tail.length, with & 0xff), tail.length);
                case 2 -> head = bytes(join(ByteBuffer.wrap(head), ByteBuffer.wrap(new byte[] {with})));
                default -> head = bytes(join(ByteBuffer.wrap(head), ByteBuffer.wrap(bytes)));
            }
            return bytes(join(ByteBuffer.wrap(head), ByteBuffer.wrap(tail)));
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            int count = readNow(into);
            return count == 0 ? -1 : count;
        }

        @Override
        public int readNow(ByteBuffer into) throws IOException {
            requireOpen();
            int most = changes.length == 0 || changes[0] == 0 ? Integer.MAX_VALUE : changes[0] & 0xff;
            int count = Math.min(Math.min(most, into.remaining()), sent.remaining());
            into.put(sent.slice().limit(count));
            sent.position(sent.position() + count);
            return count;
        }

        private void requireOpen() throws IOException {
            if (closed) {
                throw new ClosedChannelException();
            }
        }

        private static ByteBuffer join(ByteBuffer first, ByteBuffer second) {
            return ByteBuffer.allocate(first.remaining() + second.remaining())
                    .put(first)
                    .put(second)
                    .flip();
        }

        private static byte[] bytes(ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return bytes;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
