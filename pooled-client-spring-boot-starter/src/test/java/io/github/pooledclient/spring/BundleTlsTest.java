// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.testing.Gate;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.TestCertificates;
import io.github.pooledclient.testing.TestCertificates.Authority;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.KeyManagementException;
import java.security.KeyStore;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.ssl.SslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class BundleTlsTest {

    private static final Authority STRANGER = new Authority("stranger");

    private final DefaultSslBundleRegistry registry = new DefaultSslBundleRegistry();
    private final BundleTls tls = new BundleTls(registry);
    private PooledHttpClient client = PooledHttpClient.newHttpClient();

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void protocolAndCipherAreThoseOfTheBundle() throws Exception {
        String cipher = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
        registry.registerBundle("api", trusting(SslOptions.of(new String[] {cipher}, new String[] {"TLSv1.2"})));
        use("api");
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(ok("")))) {
            SSLSession session = get(server).sslSession().orElseThrow();

            assertThat(session.getProtocol()).isEqualTo("TLSv1.2");
            assertThat(session.getCipherSuite()).isEqualTo(cipher);
        }
    }

    @Test
    void reloadedBundleIsForNewConnectionsAndIdleOnesAreClosed() throws Exception {
        registry.registerBundle("api", trusting(SslOptions.NONE));
        use("api");
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(ok("")))) {
            get(server);

            registry.updateBundle("api", trustingStrangers());

            assertThat(client.snapshot().totals().idle()).isZero();
            assertThat(closed(CloseReason.EVICTED)).isEqualTo(1);
            assertThatThrownBy(() -> get(server)).isInstanceOf(SSLHandshakeException.class);
        }
    }

    @Test
    void optionsOfTheReloadedBundleHold() throws Exception {
        registry.registerBundle("api", trusting(SslOptions.NONE));
        use("api");
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(ok("")))) {
            assertThat(get(server).sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");

            registry.updateBundle("api", trusting(SslOptions.of(null, new String[] {"TLSv1.2"})));

            assertThat(get(server).sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.2");
        }
    }

    @Test
    void connectionInUseIsClosedOnItsReturn() throws Exception {
        registry.registerBundle("api", trusting(SslOptions.NONE));
        use("api");
        Gate reloaded = new Gate("the bundle is reloaded");
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), peer -> {
            peer.readRequest();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
            peer.waitFor(reloaded);
            peer.send("body");
            peer.awaitEnd();
        })) {
            HttpRequest request = HttpRequest.newBuilder(server.uri("/")).build();
            try (InputStream body =
                    client.send(request, BodyHandlers.ofInputStream()).body()) {

                registry.updateBundle("api", trusting(SslOptions.NONE));
                reloaded.open();

                assertThat(body).hasContent("body");
            }

            assertThat(closed(CloseReason.RETIRED)).isEqualTo(1);
        }
    }

    @Test
    void connectionsOfOtherBundlesStay() throws Exception {
        registry.registerBundle("api", trusting(SslOptions.NONE));
        registry.registerBundle("other", trusting(SslOptions.NONE));
        use("api");
        tls.named("other");
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(ok("")))) {
            get(server);

            registry.updateBundle("other", trusting(SslOptions.NONE));

            assertThat(client.snapshot().totals().idle()).isEqualTo(1);
        }
    }

    @Test
    void bundleThatCannotBeUsedChangesNothing(CapturedOutput output) throws Exception {
        registry.registerBundle("api", trusting(SslOptions.NONE));
        use("api");
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(ok("still")))) {
            get(server);

            registry.updateBundle("api", SslBundle.of(pem("no certificate")));

            assertThat(get(server).body()).isEqualTo("still");
            assertThat(client.snapshot().totals().reused()).isEqualTo(1);
            assertThat(output).contains("SSL bundle 'api' was reloaded and cannot be used");
        }
    }

    @Test
    void ofTwoReloadsAtOnceTheBundleThatIsThereInTheEndCounts() throws Exception {
        registry.registerBundle("api", trustingStrangers());
        use("api");
        Gate begun = new Gate("the first reload has begun");
        Gate overtaken = new Gate("the bundle was replaced again");
        SslBundle slow = SslBundle.of(new PemSslStoreBundle(null, PemSslStoreDetails.forCertificate(STRANGER.pem())) {
            @Override
            public KeyStore getTrustStore() {
                begun.open();
                await(overtaken);
                return super.getTrustStore();
            }
        });
        Thread first = new Thread(() -> registry.updateBundle("api", slow));
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(ok("")))) {
            first.start();
            begun.await();

            registry.updateBundle("api", trusting(SslOptions.NONE));
            overtaken.open();
            first.join();

            assertThat(get(server).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void bundleIsKnownByItsName() {
        SslBundle bundle = trusting(SslOptions.NONE);
        registry.registerBundle("api", bundle);

        assertThat(tls.of(bundle).context()).isSameAs(tls.named("api").context());
    }

    @Test
    void bundleThatWasReplacedIsStillKnownByItsName() {
        SslBundle bundle = trusting(SslOptions.NONE);
        registry.registerBundle("api", bundle);
        BundleTls later = new BundleTls(registry);

        registry.updateBundle("api", trusting(SslOptions.NONE));

        assertThat(later.of(bundle).context()).isSameAs(later.named("api").context());
    }

    @Test
    void bundleWithoutANameHasAContextOfItsOwn() {
        SslBundle bundle = trusting(SslOptions.NONE);

        SSLContext context = tls.of(bundle).context();

        assertThat(tls.of(bundle).context()).isSameAs(context);
        assertThat(tls.of(trusting(SslOptions.NONE)).context()).isNotSameAs(context);
    }

    @Test
    void unknownNameIsRefused() {
        assertThatExceptionOfType(NoSuchSslBundleException.class).isThrownBy(() -> tls.named("api"));
    }

    @Test
    void contextIsForItsBundleOnly() {
        SSLContext context =
                tls.of(trusting(SslOptions.of(null, new String[] {"TLSv1.2"}))).context();

        assertThat(context.getDefaultSSLParameters().getProtocols()).containsExactly("TLSv1.2");
        assertThat(context.createSSLEngine().getEnabledProtocols()).containsExactly("TLSv1.2");
        assertThatExceptionOfType(KeyManagementException.class).isThrownBy(() -> context.init(null, null, null));
    }

    private static void await(Gate gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void use(String name) {
        PooledHttpClient.Builder builder = PooledHttpClient.newBuilder();
        tls.named(name).applyTo(builder);
        client = builder.build();
        tls.retireOnReload(client);
    }

    private HttpResponse<String> get(ScriptedServer server) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(server.uri("/")).build(), BodyHandlers.ofString());
    }

    private long closed(CloseReason reason) {
        return client.snapshot().totals().closed().getOrDefault(reason, 0L);
    }

    private static SslBundle trusting(SslOptions options) {
        return SslBundle.of(pem(TestCertificates.authorityPem()), SslBundleKey.NONE, options);
    }

    private static SslBundle trustingStrangers() {
        return SslBundle.of(pem(STRANGER.pem()));
    }

    private static SslStoreBundle pem(String trusted) {
        return new PemSslStoreBundle(null, PemSslStoreDetails.forCertificate(trusted));
    }
}
