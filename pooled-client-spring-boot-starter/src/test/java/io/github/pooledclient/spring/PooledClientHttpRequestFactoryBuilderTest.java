// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.PooledHttpClient;
import java.net.http.HttpClient.Redirect;
import java.time.Duration;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.HttpCookieHandling;
import org.springframework.boot.http.client.HttpRedirects;
import org.springframework.boot.http.client.InetAddressFilter;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.ssl.SslStoreBundle;

class PooledClientHttpRequestFactoryBuilderTest {

    private final PooledHttpClient client = PooledHttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(3))
            .readTimeout(Duration.ofSeconds(7))
            .build();
    private final PooledClientHttpRequestFactoryBuilder builder = new PooledClientHttpRequestFactoryBuilder(client);

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void withoutSettingsTheClientsTimeoutsHold() {
        PooledHttpClient view = builder.build().client();

        assertThat(view.connectTimeout()).contains(Duration.ofSeconds(3));
        assertThat(view.readTimeout()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void timeoutsAreThoseOfTheSettings() {
        PooledHttpClient view = builder.build(
                        HttpClientSettings.defaults().withTimeouts(Duration.ofMillis(11), Duration.ofMillis(22)))
                .client();

        assertThat(view.connectTimeout()).contains(Duration.ofMillis(11));
        assertThat(view.readTimeout()).isEqualTo(Duration.ofMillis(22));
    }

    @ParameterizedTest
    @CsvSource({"FOLLOW_WHEN_POSSIBLE, NORMAL", "FOLLOW, NORMAL", "DONT_FOLLOW, NEVER", ", NORMAL"})
    void redirectsAreMappedAsForTheClientOfTheJdk(HttpRedirects redirects, Redirect expected) {
        PooledHttpClient view = builder.build(HttpClientSettings.defaults().withRedirects(redirects))
                .client();

        assertThat(view.followRedirects()).isEqualTo(expected);
    }

    @Test
    void oneBundleIsOneContextForAllViews() {
        SslBundle bundle = SslBundle.of(SslStoreBundle.NONE);
        HttpClientSettings settings = HttpClientSettings.ofSslBundle(bundle);

        PooledHttpClient first = builder.build(settings).client();
        PooledHttpClient second =
                builder.withClientCustomizer(view -> {}).build(settings).client();

        assertThat(first.sslContext()).isSameAs(second.sslContext()).isNotSameAs(client.sslContext());
    }

    @Test
    void anotherBundleIsAnotherContext() {
        PooledHttpClient first = builder.build(HttpClientSettings.ofSslBundle(SslBundle.of(SslStoreBundle.NONE)))
                .client();
        PooledHttpClient second = builder.build(HttpClientSettings.ofSslBundle(SslBundle.of(SslStoreBundle.NONE)))
                .client();

        assertThat(first.sslContext()).isNotSameAs(second.sslContext());
    }

    @Test
    void optionsOfTheBundleAreThoseOfItsEngines() {
        SslOptions options = SslOptions.of(new String[] {"TLS_AES_128_GCM_SHA256"}, new String[] {"TLSv1.3"});
        SslBundle bundle = SslBundle.of(SslStoreBundle.NONE, SslBundleKey.NONE, options);

        PooledHttpClient view =
                builder.build(HttpClientSettings.ofSslBundle(bundle)).client();

        SSLEngine engine = view.sslContext().createSSLEngine();
        assertThat(engine.getEnabledCipherSuites()).containsExactly("TLS_AES_128_GCM_SHA256");
        assertThat(engine.getEnabledProtocols()).containsExactly("TLSv1.3");
    }

    @Test
    void customizerHasTheLastWord() {
        PooledHttpClient view = builder.withClientCustomizer(custom -> custom.readTimeout(Duration.ofSeconds(1)))
                .build(HttpClientSettings.defaults().withReadTimeout(Duration.ofSeconds(2)))
                .client();

        assertThat(view.readTimeout()).isEqualTo(Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @CsvSource({"ENABLE, true", "ENABLE_WHEN_POSSIBLE, true", "DISABLE, false"})
    void cookiesAreHandledAsTheSettingSays(HttpCookieHandling cookies, boolean handled) {
        HttpClientSettings settings = HttpClientSettings.defaults().withCookieHandling(cookies);

        assertThat(builder.build(settings).client().cookieHandler().isPresent()).isEqualTo(handled);
    }

    @Test
    void addressFilterIsThatOfTheSettings() {
        InetAddressFilter filter = InetAddressFilter.externalAddresses();

        PooledHttpClient view = builder.build(HttpClientSettings.defaults().withInetAddressFilter(filter))
                .client();

        assertThat(view.addressFilter()).contains(new BootAddressFilter(filter));
    }

    @Test
    void exceptionOfBootCanBeMade() {
        assertThat(BootAddressFilter.REFUSAL).isNotNull();
    }
}
