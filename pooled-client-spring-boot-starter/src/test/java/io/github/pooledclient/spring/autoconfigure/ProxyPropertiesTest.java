// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static io.github.pooledclient.testing.ScriptedServer.unexpected;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.testing.ForwardProxy;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.TestCertificates;
import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class ProxyPropertiesTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(PooledClientAutoConfiguration.class))
            .withBean(
                    PooledClientBuilderCustomizer.class, () -> client -> client.sslContext(TestCertificates.client()));

    @Test
    void plainRequestsGoThroughTheProxy() throws Exception {
        try (ScriptedServer origin = ScriptedServer.start(always(ok("behind it")));
                ScriptedServer proxy = ScriptedServer.start(ForwardProxy.open())) {
            through(proxy).run(context -> {
                HttpResponse<String> response = get(context.getBean(PooledHttpClient.class), origin.uri("/plain"));

                assertThat(response.body()).isEqualTo("behind it");
                assertThat(proxy.requests().get(0).line()).startsWith("GET http://localhost:" + origin.port());
            });
        }
    }

    @Test
    void secureRequestsGoThroughATunnel() throws Exception {
        try (ScriptedServer origin = ScriptedServer.startTls(TestCertificates.server(), always(ok("behind it")));
                ScriptedServer proxy = ScriptedServer.start(ForwardProxy.open())) {
            through(proxy).run(context -> {
                HttpResponse<String> response = get(context.getBean(PooledHttpClient.class), origin.uri("/"));

                assertThat(response.body()).isEqualTo("behind it");
                assertThat(proxy.requests().get(0).line()).startsWith("CONNECT localhost:" + origin.port());
            });
        }
    }

    @Test
    void proxyThatAsksIsToldTheCredentials() throws Exception {
        try (ScriptedServer plain = ScriptedServer.start(always(ok("plain")));
                ScriptedServer secure = ScriptedServer.startTls(TestCertificates.server(), always(ok("secure")));
                ScriptedServer proxy = ScriptedServer.start(ForwardProxy.asking("user", "secret"))) {
            through(proxy)
                    .withPropertyValues("pool.proxy.username=user", "pool.proxy.password=secret")
                    .run(context -> {
                        PooledHttpClient client = context.getBean(PooledHttpClient.class);
                        assertThat(get(client, plain.uri("/")).body()).isEqualTo("plain");
                        assertThat(get(client, secure.uri("/")).body()).isEqualTo("secure");
                    });
        }
    }

    @Test
    void withoutCredentialsTheRefusalIsTheAnswer() throws Exception {
        try (ScriptedServer origin = ScriptedServer.start(unexpected());
                ScriptedServer proxy = ScriptedServer.start(ForwardProxy.asking("user", "secret"))) {
            through(proxy)
                    .run(context -> assertThat(get(context.getBean(PooledHttpClient.class), origin.uri("/"))
                                    .statusCode())
                            .isEqualTo(407));
        }
    }

    @Test
    void loopbackIsSpokenToDirectlyUnlessSaidOtherwise() throws Exception {
        try (ScriptedServer origin = ScriptedServer.start(always(ok("direct")));
                ScriptedServer proxy = ScriptedServer.start(unexpected())) {
            runner.withPropertyValues("pool.proxy.host=localhost", "pool.proxy.port=" + proxy.port())
                    .run(context -> assertThat(get(context.getBean(PooledHttpClient.class), origin.uri("/"))
                                    .body())
                            .isEqualTo("direct"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "https://internal.example, DIRECT",
        "https://INTERNAL.example:8443/path, DIRECT",
        "https://internal.example./, DIRECT",
        "https://x.internal.example, HTTP",
        "https://a.corp.example, DIRECT",
        "https://a.b.corp.example, DIRECT",
        "https://corp.example, HTTP",
        "https://notcorp.example, HTTP",
        "http://10.1.2.3, DIRECT",
        "http://10.1.2.4, HTTP",
        "http://[2001:db8::1]:81, DIRECT",
        "http://192.168.1.200, DIRECT",
        "http://192.169.1.200, HTTP",
        "http://172.31.255.255:8080, DIRECT",
        "http://172.32.0.0, HTTP",
        "http://[fd12:3456:789a::1], DIRECT",
        "http://[fe80::1], HTTP",
        "http://192.168.1.200.example, HTTP",
        "http://[::ffff:192.168.1.200], DIRECT",
        "http://localhost, HTTP",
    })
    void hostsOfTheListAreSpokenToDirectly(URI uri, Proxy.Type expected) {
        runner.withPropertyValues(
                        "pool.proxy.host=proxy.example",
                        "pool.proxy.port=3128",
                        "pool.proxy.no-proxy=internal.example,*.corp.example,10.1.2.3,2001:db8:0::1,192.168.0.0/16,"
                                + "172.16.0.0/12,fd00::/8")
                .run(context -> {
                    ProxySelector selector =
                            context.getBean(PooledHttpClient.class).proxy().orElseThrow();
                    assertThat(selector.select(uri))
                            .singleElement()
                            .extracting(Proxy::type)
                            .isEqualTo(expected);
                });
    }

    @Test
    void withoutAProxyTheJvmsSettingsHold() {
        runner.run(context ->
                assertThat(context.getBean(PooledHttpClient.class).proxy()).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "10.*",
                "10.0.0.256",
                "10.0.0.1:8080",
                "10.0.0.0/33",
                "10.0.0.0/",
                "10.0.0.0/8/8",
                "fd00::/129",
                "internal.example/24",
                "https://internal.example",
                "internal.example:8443",
                ".example",
                "a b",
                "*.*.example"
            })
    void entryThatIsNoHostIsRefused(String entry) {
        runner.withPropertyValues(
                        "pool.proxy.host=proxy.example", "pool.proxy.port=3128", "pool.proxy.no-proxy=" + entry)
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining("'" + entry + "'"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "pool.proxy.port=3128 | pool.proxy.port | without pool.proxy.host",
                "pool.proxy.password=secret | pool.proxy.password | without pool.proxy.host",
                "pool.proxy.host=p | pool.proxy.port | must be 1 to 65535",
                "pool.proxy.host=p,pool.proxy.port=70000 | pool.proxy.port | must be 1 to 65535",
                "pool.proxy.host=http://p,pool.proxy.port=1 | pool.proxy.host | without scheme",
                "pool.proxy.host=p:3128,pool.proxy.port=3128 | pool.proxy.host | without scheme and port",
                "pool.proxy.host=10.0.0.1:3128,pool.proxy.port=3128 | pool.proxy.host | without scheme and port",
                "pool.proxy.host=10.0.0.0/8,pool.proxy.port=3128 | pool.proxy.host | must be a name or an address",
                "pool.proxy.host=,pool.proxy.port=3128 | pool.proxy.host | must be a name or an address",
                "pool.proxy.host=p,pool.proxy.port=1,pool.proxy.username=u | pool.proxy.password | because pool.proxy.username is",
                "pool.proxy.host=p,pool.proxy.port=1,pool.proxy.password=s | pool.proxy.username | because pool.proxy.password is",
                "pool.proxy.host=p,pool.proxy.port=1,pool.proxy.username=a:b,pool.proxy.password=s | pool.proxy.username | colon",
            })
    void whatDoesNotFitTogetherIsRefused(String properties, String property, String reason) {
        runner.withPropertyValues(properties.split(",")).run(context -> {
            InvalidPoolPropertyException invalid = InvalidPoolPropertyTest.invalid(context.getStartupFailure());
            assertThat(invalid.property()).isEqualTo(property);
            assertThat(invalid.reason()).contains(reason);
            assertThat(invalid).hasMessageNotContaining("secret");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1", "[::1]", "proxy_1.example.", "münchen.example"})
    void proxyIsANameOrAnAddress(String host) {
        runner.withPropertyValues("pool.proxy.host=" + host, "pool.proxy.port=3128")
                .run(context -> assertThat(context).hasNotFailed());
    }

    private ApplicationContextRunner through(ScriptedServer proxy) {
        return runner.withPropertyValues(
                "pool.proxy.host=localhost", "pool.proxy.port=" + proxy.port(), "pool.proxy.no-proxy=");
    }

    private static HttpResponse<String> get(PooledHttpClient client, URI uri) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
}
