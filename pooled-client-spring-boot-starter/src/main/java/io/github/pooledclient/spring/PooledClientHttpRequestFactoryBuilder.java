// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import io.github.pooledclient.PooledHttpClient;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.http.HttpClient.Redirect;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.HttpCookieHandling;
import org.springframework.boot.http.client.HttpRedirects;
import org.springframework.boot.http.client.InetAddressFilter;

/**
 * Builds request factories with the settings of Spring Boot, all over the pool of one client: what
 * {@code spring.http.clients.*}, service groups and {@code RestTemplateBuilder} say becomes a
 * {@linkplain PooledHttpClient#toBuilder() view} of that client. Settings that are null leave what the client has.
 *
 * <p>Immutable. Safe for use by several threads.
 */
public final class PooledClientHttpRequestFactoryBuilder
        implements ClientHttpRequestFactoryBuilder<PooledClientHttpRequestFactory> {

    private final PooledHttpClient client;
    private final BundleTls tls;
    private final Consumer<PooledHttpClient.Builder> customizer;

    /**
     * @param client whose pool is used; stays its owner's to close
     */
    public PooledClientHttpRequestFactoryBuilder(PooledHttpClient client) {
        this(Objects.requireNonNull(client, "client"), new BundleTls(), view -> {});
    }

    private PooledClientHttpRequestFactoryBuilder(
            PooledHttpClient client, BundleTls tls, Consumer<PooledHttpClient.Builder> customizer) {
        this.client = client;
        this.tls = tls;
        this.customizer = customizer;
    }

    /** A builder that changes each view further, after the settings; {@code pool(...)} is an error there. */
    public PooledClientHttpRequestFactoryBuilder withClientCustomizer(Consumer<PooledHttpClient.Builder> further) {
        return new PooledClientHttpRequestFactoryBuilder(client, tls, customizer.andThen(further));
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if a setting asks for what this client does not do; the message names it
     */
    @Override
    public PooledClientHttpRequestFactory build(@Nullable HttpClientSettings settings) {
        HttpClientSettings wanted = settings == null ? HttpClientSettings.defaults() : settings;
        if (wanted.inetAddressFilter() != null) {
            throw unsupported(wanted.inetAddressFilter());
        }
        PooledHttpClient.Builder view = client.toBuilder();
        view.followRedirects(redirect(wanted.redirects()));
        if (wanted.connectTimeout() != null) {
            view.connectTimeout(wanted.connectTimeout());
        }
        if (wanted.readTimeout() != null) {
            view.readTimeout(wanted.readTimeout());
        }
        if (wanted.sslBundle() != null) {
            tls.of(wanted.sslBundle()).applyTo(view);
        }
        if (wanted.cookieHandling() != null) {
            applyCookies(wanted.cookieHandling(), view);
        }
        customizer.accept(view);
        return new PooledClientHttpRequestFactory(view.build());
    }

    // Null means to follow as far as the client can, says HttpClientSettings; NORMAL is what Boot makes of it for the
    // JDK's.
    private static Redirect redirect(@Nullable HttpRedirects redirects) {
        return redirects == HttpRedirects.DONT_FOLLOW ? Redirect.NEVER : Redirect.NORMAL;
    }

    private void applyCookies(HttpCookieHandling cookies, PooledHttpClient.Builder view) {
        if (cookies != HttpCookieHandling.DISABLE) {
            // A store of its own for each factory, as Boot's builders make one.
            view.cookieHandler(new CookieManager());
        } else if (client.cookieHandler().isPresent()) {
            view.cookieHandler(new CookieManager(null, CookiePolicy.ACCEPT_NONE));
        }
    }

    private static IllegalArgumentException unsupported(InetAddressFilter filter) {
        return new IllegalArgumentException(
                "the pooled client does not support HttpClientSettings.inetAddressFilter = " + filter
                        + " yet: remove the InetAddressFilter bean, or choose another client with"
                        + " spring.http.clients.imperative.factory");
    }
}
