// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import static io.github.pooledclient.internal.net.TlsServer.resultOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.pooledclient.internal.time.DeadlineWatchdog;
import io.github.pooledclient.testing.PipeTransport;
import io.github.pooledclient.testing.TestCertificates;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.Origin;
import io.github.pooledclient.transport.Ticker;
import io.github.pooledclient.transport.TlsIdentity;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class TlsHandshakeTest {

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void speaksTheVersionOfTheServer(String version) throws Exception {
        try (TlsServer server = TlsServer.trusted(version)) {
            server.run(TlsHandshakeTest::echo);

            try (TlsTransport tls = server.handshake(TestCertificates.client())) {
                assertThat(tls.session().getProtocol()).isEqualTo(version);
                assertThat(exchange(tls)).isEqualTo("hello");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void secondConnectionResumesTheSession(String version) throws Exception {
        CountingTrust trust = new CountingTrust();
        SSLContext client = SSLContext.getInstance("TLS");
        client.init(null, new TrustManager[] {trust}, null);
        try (TlsServer server = TlsServer.trusted(version)) {
            for (int i = 0; i < 3; i++) {
                FutureTask<Void> service = server.serve(TlsHandshakeTest::echo);
                try (TlsTransport tls = server.handshake(client)) {
                    exchange(tls);
                }
                resultOf(service);
            }

            assertThat(trust.checks).as("certificates that were looked at").hasValue(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "localhost."})
    void serverIsToldTheHostName(String host) throws Exception {
        try (TlsServer server = TlsServer.trusted()) {
            FutureTask<List<SNIServerName>> names = server.serve(TlsHandshakeTest::requestedNames);

            handshakeWith(server, host).close();

            assertThat(resultOf(names)).containsExactly(new SNIHostName("localhost"));
        }
    }

    @Test
    void addressIsNotAServerName() throws Exception {
        try (TlsServer server = TlsServer.trusted()) {
            FutureTask<List<SNIServerName>> names = server.serve(TlsHandshakeTest::requestedNames);

            handshakeWith(server, "127.0.0.1").close();

            assertThat(resultOf(names)).isEmpty();
        }
    }

    @Test
    void certificateOfAnotherHostIsRefused() throws Exception {
        try (TlsServer server = new TlsServer(TestCertificates.otherHostServer())) {
            server.run(TlsHandshakeTest::echo);

            assertThatThrownBy(() -> server.handshake(TestCertificates.client()))
                    .isInstanceOf(SSLHandshakeException.class)
                    .hasMessageContaining("localhost")
                    .hasCauseInstanceOf(CertificateException.class);
        }
    }

    @Test
    void certificateOfAnUnknownAuthorityIsRefused() throws Exception {
        try (TlsServer server = TlsServer.trusted()) {
            server.run(TlsHandshakeTest::echo);

            assertThatThrownBy(() -> server.handshake(TestCertificates.untrustingClient()))
                    .isInstanceOf(SSLHandshakeException.class)
                    .hasMessageContaining("PKIX path building failed");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void refusedServerHearsWhy(String version) throws Exception {
        try (TlsServer server = TlsServer.trusted(version)) {
            String heard = "";

            // A server that is still writing when the client has gone sees that, and never reads why: so, more than
            // once.
            for (int i = 0; i < 50 && !heard.contains("certificate_unknown"); i++) {
                FutureTask<Void> service = server.serve(TlsHandshakeTest::echo);
                assertThatThrownBy(() -> server.handshake(TestCertificates.untrustingClient()))
                        .isInstanceOf(SSLHandshakeException.class);
                heard = String.valueOf(catchThrowable(() -> resultOf(service)));
            }

            assertThat(heard).contains("certificate_unknown");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void clientShowsItsCertificate(String version) throws Exception {
        try (TlsServer server = TlsServer.trusted(version)) {
            server.socket().setNeedClientAuth(true);
            FutureTask<String> name = server.serve(socket -> {
                socket.startHandshake();
                return socket.getSession().getPeerPrincipal().getName();
            });

            server.handshake(TestCertificates.clientWithCertificate()).close();

            assertThat(resultOf(name)).isEqualTo(TestCertificates.CLIENT_NAME);
        }
    }

    @Test
    void offersOnlyHttp11() throws Exception {
        assertThat(protocolChosenFrom("h2", "http/1.1")).isEqualTo("http/1.1");
    }

    @Test
    void offersWhatTheCallerSays() throws Exception {
        assertThat(protocolChosenFrom("h2", "http/1.1", "other")).isEqualTo("other");
    }

    private static String protocolChosenFrom(String... preferred) throws Exception {
        try (TlsServer server = TlsServer.trusted()) {
            boolean callers = List.of(preferred).contains("other");
            SSLParameters parameters = new SSLParameters();
            parameters.setApplicationProtocols(callers ? new String[] {"h2", "other"} : new String[0]);
            FutureTask<String> chosen = server.serve(socket -> {
                SSLParameters accepted = socket.getSSLParameters();
                accepted.setApplicationProtocols(preferred);
                socket.setSSLParameters(accepted);
                socket.startHandshake();
                return socket.getApplicationProtocol();
            });

            server.handshake(TestCertificates.client(), parameters).close();

            return resultOf(chosen);
        }
    }

    @Test
    void peerThatClosesMidHandshakeIsNamed() throws Exception {
        try (LoopbackPair pair = LoopbackPair.open()) {
            pair.server().shutdownOutput();

            assertThatThrownBy(() ->
                            TlsTransport.handshake(pair.client(), new Origin("https", "localhost", 443), identity()))
                    .isInstanceOf(SSLHandshakeException.class)
                    .hasMessage("Remote host terminated the handshake")
                    .hasCauseInstanceOf(EOFException.class);
        }
    }

    @Test
    void failedHandshakeClosesWhatIsBelow() {
        PipeTransport pipe = new PipeTransport(20_000);
        Origin origin = new Origin("https", "localhost", 443);
        pipe.peer().close();

        assertThatThrownBy(() -> TlsTransport.handshake(pipe, origin, identity()))
                .isInstanceOf(IOException.class);

        assertThat(pipe.isClosed()).isTrue();
    }

    @Test
    void parametersThatMakeNoEngineCloseWhatIsBelow() {
        PipeTransport pipe = new PipeTransport(20_000);
        TlsIdentity wrong =
                new TlsIdentity(TestCertificates.client(), new SSLParameters(new String[] {"NO_SUCH_CIPHER"}));

        assertThatThrownBy(() -> TlsTransport.handshake(pipe, new Origin("https", "localhost", 443), wrong))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(pipe.isClosed()).isTrue();
    }

    @Test
    void serverWithoutTlsIsRefused() throws Exception {
        try (LoopbackPair pair = LoopbackPair.open()) {
            pair.server()
                    .getOutputStream()
                    .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

            assertThatThrownBy(() ->
                            TlsTransport.handshake(pair.client(), new Origin("https", "localhost", 443), identity()))
                    .isInstanceOf(SSLException.class);
        }
    }

    @Test
    void silentServerIsATimeout() throws Exception {
        try (LoopbackPair pair = LoopbackPair.open()) {
            TimedTransport timed = new TimedTransport(pair.client(), DeadlineWatchdog.shared(), Ticker.system());
            timed.limits(Deadline.after(Duration.ofMillis(50), Ticker.system()), 0);

            assertThatThrownBy(() -> TlsTransport.handshake(timed, new Origin("https", "localhost", 443), identity()))
                    .isInstanceOf(TimedOutException.class);
        }
    }

    private static TlsIdentity identity() {
        return new TlsIdentity(TestCertificates.client(), new SSLParameters());
    }

    private static TlsTransport handshakeWith(TlsServer server, String host) throws IOException {
        return TlsTransport.handshake(server.connect(), server.origin(host), identity());
    }

    private static List<SNIServerName> requestedNames(SSLSocket socket) throws IOException {
        socket.startHandshake();
        return ((ExtendedSSLSession) socket.getSession()).getRequestedServerNames();
    }

    private static Void echo(SSLSocket socket) throws IOException {
        socket.getOutputStream().write(socket.getInputStream().readNBytes(5));
        return null;
    }

    private static String exchange(TlsTransport tls) throws IOException {
        tls.write(ByteBuffer.wrap("hello".getBytes(StandardCharsets.US_ASCII)));
        ByteBuffer answer = ByteBuffer.allocate(5);
        while (answer.hasRemaining() && tls.read(answer) >= 0) {
            // Until all of it is there.
        }
        return new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII);
    }

    private static final class CountingTrust extends X509ExtendedTrustManager {

        private final X509ExtendedTrustManager trusting =
                (X509ExtendedTrustManager) TestCertificates.trustManagers()[0];
        private final AtomicInteger checks = new AtomicInteger();

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            checks.incrementAndGet();
            trusting.checkServerTrusted(chain, type, engine);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            throw new CertificateException("no socket here");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("an engine is expected");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return trusting.getAcceptedIssuers();
        }
    }
}
