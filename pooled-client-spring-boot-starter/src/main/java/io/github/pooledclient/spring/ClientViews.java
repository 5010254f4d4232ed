// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import io.github.pooledclient.PooledHttpClient;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.http.HttpClient.Redirect;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.HttpCookieHandling;
import org.springframework.boot.http.client.HttpRedirects;

/**
 * Makes {@linkplain PooledHttpClient#toBuilder() views} of one client with the settings of Spring Boot. Those who share one
 * of these, and so its TLS of each SSL bundle, share connections. Settings that are null leave what the client has, except
 * redirects, which are followed then, as by all clients of Spring Boot. Timeouts of zero are no limit.
 *
 * <p>Safe for use by several threads.
 */
public final class ClientViews {

    private static final Duration UNLIMITED = Duration.ofDays(36_500);

    private final PooledHttpClient client;
    private final BundleTls tls;

    /**
     * @param client whose pool is used; stays its owner's to close
     */
    public ClientViews(PooledHttpClient client) {
        this(client, new BundleTls());
    }

    /**
     * @param client whose pool is used; stays its owner's to close
     * @param tls of SSL bundles: what views make with one of them is replaced when it is reloaded
     */
    public ClientViews(PooledHttpClient client, BundleTls tls) {
        this.client = Objects.requireNonNull(client, "client");
        this.tls = Objects.requireNonNull(tls, "tls");
        tls.retireOnReload(client);
    }

    /**
     * A view with some settings.
     *
     * @param further changes the view after the settings
     */
    PooledHttpClient view(@Nullable HttpClientSettings settings, Consumer<PooledHttpClient.Builder> further) {
        HttpClientSettings wanted = settings == null ? HttpClientSettings.defaults() : settings;
        // Spring observes these calls itself.
        PooledHttpClient.Builder view = client.toBuilder().observer(null);
        view.followRedirects(redirect(wanted.redirects()));
        if (wanted.connectTimeout() != null) {
            view.connectTimeout(orUnlimited(wanted.connectTimeout()));
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
        if (wanted.inetAddressFilter() != null) {
            view.addressFilter(new BootAddressFilter(wanted.inetAddressFilter()));
        }
        further.accept(view);
        return view.build();
    }

    /**
     * A connect timeout as properties say it, zero being no limit, in the way of client builders, which refuse zero as the
     * JDK's does.
     */
    public static Duration orUnlimited(Duration connectTimeout) {
        return connectTimeout.isZero() ? UNLIMITED : connectTimeout;
    }

    // Null means to follow as far as the client can, says HttpClientSettings; NORMAL is what Boot makes of it for the
    // JDK's.
    private static Redirect redirect(@Nullable HttpRedirects redirects) {
        return redirects == HttpRedirects.DONT_FOLLOW ? Redirect.NEVER : Redirect.NORMAL;
    }

    private void applyCookies(HttpCookieHandling cookies, PooledHttpClient.Builder view) {
        if (cookies != HttpCookieHandling.DISABLE) {
            // A store of its own for each view, as Boot's builders make one.
            view.cookieHandler(new CookieManager());
        } else if (client.cookieHandler().isPresent()) {
            view.cookieHandler(new CookieManager(null, CookiePolicy.ACCEPT_NONE));
        }
    }
}
