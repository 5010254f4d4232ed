// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static io.github.pooledclient.testing.ScriptedServer.silence;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.MessageLimits;
import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.pool.PoolSnapshot;
import io.github.pooledclient.testing.FullBacklog;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.TestCertificates;
import io.github.pooledclient.transport.Origin;
import java.net.ProtocolException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@ExtendWith(OutputCaptureExtension.class)
class PooledClientAutoConfigurationTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(PooledClientAutoConfiguration.class));

    @Test
    void clientHasTheDefaultsOfThePool() {
        runner.run(context -> {
            PooledHttpClient client = context.getBean("pooledHttpClient", PooledHttpClient.class);
            PoolSettings defaults = PoolSettings.defaults();
            PoolSettings settings = client.poolSettings();
            assertThat(settings.enabled()).isEqualTo(defaults.enabled());
            assertThat(settings.maxConnectionsPerHost()).isEqualTo(defaults.maxConnectionsPerHost());
            assertThat(settings.maxConnections()).isEqualTo(defaults.maxConnections());
            assertThat(settings.maxIdlePerHost()).isEqualTo(defaults.maxIdlePerHost());
            assertThat(settings.maxIdle()).isEqualTo(defaults.maxIdle());
            assertThat(settings.idleTimeout()).isEqualTo(defaults.idleTimeout());
            assertThat(settings.maxLifetime()).isEqualTo(defaults.maxLifetime());
            assertThat(settings.acquireTimeout()).isEqualTo(defaults.acquireTimeout());
            assertThat(settings.maxPendingPerHost()).isEqualTo(defaults.maxPendingPerHost());
            assertThat(settings.keepAliveHints()).isEqualTo(defaults.keepAliveHints());
            assertThat(settings.leakDetectionThreshold()).isEqualTo(defaults.leakDetectionThreshold());
            assertThat(client.connectTimeout()).contains(Duration.ofSeconds(5));
            assertThat(client.readTimeout()).isEqualTo(Duration.ofSeconds(30));
        });
    }

    @Test
    void propertiesAreTheSettings() {
        runner.withPropertyValues(
                        "pool.enabled=false",
                        "pool.max-connections-per-host=1",
                        "pool.max-connections=2",
                        "pool.max-idle-per-host=3",
                        "pool.max-idle=4",
                        "pool.idle-timeout=5s",
                        "pool.max-lifetime=6m",
                        "pool.acquire-timeout=7ms",
                        "pool.max-pending-per-host=8",
                        "pool.keep-alive-hints=false",
                        "pool.leak-detection-threshold=9s",
                        "pool.connect-timeout=10s",
                        "pool.read-timeout=0")
                .run(context -> {
                    PooledHttpClient client = context.getBean(PooledHttpClient.class);
                    PoolSettings settings = client.poolSettings();
                    assertThat(settings.enabled()).isFalse();
                    assertThat(settings.maxConnectionsPerHost()).isEqualTo(1);
                    assertThat(settings.maxConnections()).isEqualTo(2);
                    assertThat(settings.maxIdlePerHost()).isEqualTo(3);
                    assertThat(settings.maxIdle()).isEqualTo(4);
                    assertThat(settings.idleTimeout()).isEqualTo(Duration.ofSeconds(5));
                    assertThat(settings.maxLifetime()).isEqualTo(Duration.ofMinutes(6));
                    assertThat(settings.acquireTimeout()).isEqualTo(Duration.ofMillis(7));
                    assertThat(settings.maxPendingPerHost()).isEqualTo(8);
                    assertThat(settings.keepAliveHints()).isFalse();
                    assertThat(settings.leakDetectionThreshold()).isEqualTo(Duration.ofSeconds(9));
                    assertThat(client.connectTimeout()).contains(Duration.ofSeconds(10));
                    assertThat(client.readTimeout()).isZero();
                });
    }

    @Test
    void limitsThatNobodySetsAreThoseOfTheClient() {
        runner.run(context -> assertThat(context.getBean(PooledHttpClient.class).limits())
                .usingRecursiveComparison()
                .isEqualTo(MessageLimits.defaults()));
    }

    @Test
    void propertiesAreTheLimits() {
        runner.withPropertyValues(
                        "pool.limits.max-response-head-size=1KB",
                        "pool.limits.max-response-fields=2",
                        "pool.limits.max-trailer-size=3",
                        "pool.limits.max-chunk-extension-size=4B",
                        "pool.limits.max-interim-responses=5",
                        "pool.limits.max-decompression-ratio=6",
                        "pool.limits.max-drain-size=7MB",
                        "pool.limits.drain-timeout=8ms")
                .run(context -> assertThat(
                                context.getBean(PooledHttpClient.class).limits())
                        .usingRecursiveComparison()
                        .isEqualTo(MessageLimits.builder()
                                .maxResponseHeadSize(1024)
                                .maxResponseFields(2)
                                .maxTrailerSize(3)
                                .maxChunkExtensionSize(4)
                                .maxInterimResponses(5)
                                .maxDecompressionRatio(6)
                                .maxDrainSize(7 * 1024 * 1024)
                                .drainTimeout(Duration.ofMillis(8))
                                .build()));
    }

    @Test
    void connectTimeoutOfZeroIsNone() {
        runner.withPropertyValues("pool.connect-timeout=0")
                .run(context -> assertThat(
                                context.getBean(PooledHttpClient.class).connectTimeout())
                        .hasValueSatisfying(timeout -> assertThat(timeout).isGreaterThan(Duration.ofDays(3650))));
    }

    @Test
    void hostHasItsOwnSettingsAndInheritsTheOthers() {
        runner.withPropertyValues(
                        "pool.max-idle-per-host=7",
                        "pool.hosts.partner.url=https://*.partner.example",
                        "pool.hosts.partner.max-connections-per-host=3")
                .run(context -> {
                    PoolSettings settings =
                            context.getBean(PooledHttpClient.class).poolSettings();
                    PoolSettings partner = settings.forOrigin(origin("https://api.partner.example"));
                    PoolSettings other = settings.forOrigin(origin("https://api.example"));
                    assertThat(partner.maxConnectionsPerHost()).isEqualTo(3);
                    assertThat(partner.maxIdlePerHost()).isEqualTo(7);
                    assertThat(other.maxConnectionsPerHost()).isEqualTo(50);
                });
    }

    @Test
    void hostHasItsOwnTimeoutsLimitsAndDecompression() throws Exception {
        try (ScriptedServer own =
                        ScriptedServer.start(always("HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\nContent-Length: 0\r\n\r\n"));
                ScriptedServer silent = ScriptedServer.start(silence());
                ScriptedServer other = ScriptedServer.start(always(ok("")))) {
            runner.withPropertyValues(
                            "pool.hosts.own.url=" + own.uri(""),
                            "pool.hosts.own.decompress=false",
                            "pool.hosts.own.limits.max-response-fields=2",
                            "pool.hosts.silent.url=" + silent.uri(""),
                            "pool.hosts.silent.read-timeout=20ms")
                    .run(context -> {
                        PooledHttpClient client = context.getBean(PooledHttpClient.class);
                        assertThatThrownBy(() -> get(client, own.uri("/")))
                                .isInstanceOf(ProtocolException.class)
                                .hasMessageContaining("maxResponseFields");
                        assertThatThrownBy(() -> get(client, silent.uri("/")))
                                .isInstanceOf(HttpTimeoutException.class)
                                .hasMessageContaining("within 20ms");
                        get(client, other.uri("/"));
                        assertThat(own.requests().get(0).field("Accept-Encoding"))
                                .isNull();
                        assertThat(other.requests().get(0).field("Accept-Encoding"))
                                .isNotNull();
                    });
        }
    }

    @Test
    void connectTimeoutOfAHostIsItsOwn() throws Exception {
        try (FullBacklog full = new FullBacklog()) {
            String url = "http://127.0.0.1:" + full.port();
            runner.withPropertyValues("pool.hosts.own.url=" + url, "pool.hosts.own.connect-timeout=30ms")
                    .run(context -> assertThatThrownBy(
                                    () -> get(context.getBean(PooledHttpClient.class), URI.create(url)))
                            .isInstanceOf(HttpConnectTimeoutException.class)
                            .hasMessageContaining("within 30ms"));
        }
    }

    private static HttpResponse<String> get(PooledHttpClient client, URI uri) throws Exception {
        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    @Test
    void connectionsAreOpenBeforeTheApplicationIsReady() throws Exception {
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(ok("warm")))) {
            runner.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
                    .withPropertyValues(
                            "spring.ssl.bundle.pem.own.truststore.certificate=" + TestCertificates.authorityPem(),
                            "pool.hosts.own.url=" + server.uri(""),
                            "pool.hosts.own.ssl.bundle=own",
                            "pool.hosts.own.min-idle-per-host=3")
                    .run(context -> {
                        PooledHttpClient client = context.getBean(PooledHttpClient.class);
                        assertThat(client.snapshot().totals().idle()).isEqualTo(3);
                        assertThat(get(client, server.uri("/")).body()).isEqualTo("warm");
                        assertThat(server.accepted()).isEqualTo(3);

                        context.stop();
                        assertThat(client.snapshot().totals().idle()).isZero();
                        context.start();
                        assertThat(client.snapshot().totals().idle()).isEqualTo(3);
                    });
        }
    }

    @Test
    void hostThatCannotBeReachedDoesNotStopTheStart(CapturedOutput output) throws Exception {
        try (FullBacklog full = new FullBacklog()) {
            runner.withPropertyValues(
                            "pool.hosts.down.url=http://127.0.0.1:" + full.port(),
                            "pool.hosts.down.min-idle-per-host=1",
                            "pool.warm-up-timeout=20ms")
                    .run(context -> assertThat(context).hasNotFailed());
        }
        assertThat(output).contains("Starting without all connections of pool.min-idle-per-host");
    }

    @Test
    void hostIsNamedAsConfigured() {
        runner.withPropertyValues("pool.hosts.partner.url=https://*.partner.example")
                .run(context -> {
                    ConfiguredPool pool = context.getBean(ConfiguredPool.class);
                    assertThat(pool.nameOf("https://api.partner.example:443")).isEqualTo("partner");
                    assertThat(pool.nameOf("https://api.example:443")).isEqualTo("https://api.example:443");
                });
    }

    @Test
    void customizersComeAfterTheProperties() {
        runner.withPropertyValues("pool.read-timeout=9s")
                .withBean(
                        PooledClientBuilderCustomizer.class,
                        () -> builder -> builder.readTimeout(Duration.ofSeconds(1)))
                .run(context -> assertThat(
                                context.getBean(PooledHttpClient.class).readTimeout())
                        .isEqualTo(Duration.ofSeconds(1)));
    }

    @Test
    void ownPooledClientReplacesIt() {
        runner.withUserConfiguration(OwnPooledClient.class)
                .run(context -> assertThat(context)
                        .hasSingleBean(PooledHttpClient.class)
                        .doesNotHaveBean("pooledHttpClient")
                        .doesNotHaveBean(ConfiguredPool.class)
                        .hasSingleBean(PooledClientLifecycle.class));
    }

    @Test
    void ownHttpClientIsTheOneThatIsInjected() {
        runner.withUserConfiguration(OwnHttpClient.class).run(context -> {
            assertThat(context).hasNotFailed().hasSingleBean(PooledHttpClient.class);
            assertThat(context.getBean(HttpClient.class)).isSameAs(context.getBean("ownHttpClient"));
            assertThat(context.getBean(NeedsHttpClient.class).client()).isSameAs(context.getBean("ownHttpClient"));
        });
    }

    @Test
    void withoutAnotherOneItIsTheHttpClientThatIsInjected() {
        runner.withBean(NeedsHttpClient.class)
                .run(context -> assertThat(
                                context.getBean(NeedsHttpClient.class).client())
                        .isSameAs(context.getBean(PooledHttpClient.class)));
    }

    @Test
    void clientIsClosedWithTheContext() {
        PooledHttpClient[] client = new PooledHttpClient[1];

        runner.run(context -> client[0] = context.getBean(PooledHttpClient.class));

        assertThat(client[0].isTerminated()).isTrue();
        assertThat(client[0].snapshot().state()).isEqualTo(PoolSnapshot.State.CLOSED);
    }

    @Test
    void stoppedContextCanBeStartedAgain() {
        runner.run(context -> {
            PooledHttpClient client = context.getBean(PooledHttpClient.class);

            context.stop();
            context.start();

            assertThat(client.snapshot().state()).isEqualTo(PoolSnapshot.State.RUNNING);
            assertThat(context.getBean(PooledClientLifecycle.class).isRunning()).isTrue();
        });
    }

    @Test
    void endOfAChildContextIsNotTheEnd() {
        runner.run(context -> {
            new ApplicationContextRunner()
                    .withParent(context)
                    .run(child -> assertThat(child).hasNotFailed());

            context.stop();

            assertThat(context.getBean(PooledHttpClient.class).snapshot().state())
                    .isEqualTo(PoolSnapshot.State.RUNNING);
        });
    }

    private static Origin origin(String uri) {
        return Origin.of(URI.create(uri));
    }

    record NeedsHttpClient(HttpClient client) {}

    @Configuration(proxyBeanMethods = false)
    static class OwnPooledClient {

        @Bean
        PooledHttpClient own() {
            return PooledHttpClient.newHttpClient();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnHttpClient {

        @Bean
        HttpClient ownHttpClient() {
            return HttpClient.newHttpClient();
        }

        @Bean
        NeedsHttpClient needsHttpClient(HttpClient client) {
            return new NeedsHttpClient(client);
        }
    }
}
