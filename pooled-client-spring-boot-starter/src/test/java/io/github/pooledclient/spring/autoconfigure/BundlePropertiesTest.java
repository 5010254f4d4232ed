// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.TestCertificates;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** SSL bundles by their names, for all hosts and for single ones. */
class BundlePropertiesTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(PooledClientAutoConfiguration.class, SslAutoConfiguration.class));

    @Test
    void poolAndHostHaveTheTlsOfTheirBundles() throws Exception {
        try (ScriptedServer own = ScriptedServer.startTls(TestCertificates.server(), always(ok("")));
                ScriptedServer other = ScriptedServer.startTls(TestCertificates.server(), always(ok("")))) {
            runner.withPropertyValues(
                            "spring.ssl.bundle.pem.all.truststore.certificate=" + TestCertificates.authorityPem(),
                            "spring.ssl.bundle.pem.own.truststore.certificate=" + TestCertificates.authorityPem(),
                            "spring.ssl.bundle.pem.own.options.enabled-protocols=TLSv1.2",
                            "pool.ssl.bundle=all",
                            "pool.hosts.own.url=" + own.uri(""),
                            "pool.hosts.own.ssl.bundle=own")
                    .run(context -> {
                        PooledHttpClient client = context.getBean(PooledHttpClient.class);
                        assertThat(protocol(get(client, own.uri("/")))).isEqualTo("TLSv1.2");
                        assertThat(protocol(get(client, other.uri("/")))).isEqualTo("TLSv1.3");
                    });
        }
    }

    @Test
    void reloadedBundleOfAHostIsForThatHost() throws Exception {
        try (ScriptedServer own = ScriptedServer.startTls(TestCertificates.server(), always(ok("")));
                ScriptedServer other = ScriptedServer.startTls(TestCertificates.server(), always(ok("")))) {
            String trusted = TestCertificates.authorityPem();
            runner.withPropertyValues(
                            "spring.ssl.bundle.pem.all.truststore.certificate=" + trusted,
                            "spring.ssl.bundle.pem.own.truststore.certificate=" + trusted,
                            "pool.ssl.bundle=all",
                            "pool.hosts.own.url=" + own.uri(""),
                            "pool.hosts.own.ssl.bundle=own")
                    .run(context -> {
                        PooledHttpClient client = context.getBean(PooledHttpClient.class);
                        get(client, own.uri("/"));
                        get(client, other.uri("/"));

                        SslBundleRegistry bundles = context.getBean(SslBundleRegistry.class);
                        bundles.updateBundle(
                                "own",
                                SslBundle.of(
                                        new PemSslStoreBundle(null, PemSslStoreDetails.forCertificate(trusted)),
                                        SslBundleKey.NONE,
                                        SslOptions.of(null, new String[] {"TLSv1.2"})));

                        assertThat(protocol(get(client, own.uri("/")))).isEqualTo("TLSv1.2");
                        assertThat(protocol(get(client, other.uri("/")))).isEqualTo("TLSv1.3");
                        assertThat(own.accepted()).isEqualTo(2);
                        assertThat(other.accepted()).isEqualTo(1);
                    });
        }
    }

    private static String protocol(HttpResponse<?> response) {
        return response.sslSession().orElseThrow().getProtocol();
    }

    private static HttpResponse<String> get(PooledHttpClient client, URI uri) throws Exception {
        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
}
