// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import io.github.pooledclient.internal.call.Logins;
import io.github.pooledclient.internal.net.ChannelConnector;
import io.github.pooledclient.internal.pool.Listeners;
import io.github.pooledclient.internal.time.DeadlineWatchdog;
import io.github.pooledclient.pool.PoolListener;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.transport.Connector;
import io.github.pooledclient.transport.HostPattern;
import io.github.pooledclient.transport.Ticker;
import io.github.pooledclient.transport.TlsIdentity;
import io.github.pooledclient.transport.Transport;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.ProxySelector;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** Validates settings, and joins the floors of the client: the one place that knows them all. Confined to one thread. */
final class PooledHttpClientBuilder implements PooledHttpClient.Builder {

    // For a view, the pool that it is on.
    private final @Nullable SharedPool shared;
    private PoolSettings poolSettings = PoolSettings.defaults();
    private @Nullable Connector connector;
    private @Nullable InetAddress localAddress;
    private final List<PoolListener> listeners = new ArrayList<>();

    private Duration connectTimeout = Duration.ofSeconds(5);
    private Duration readTimeout = Duration.ofSeconds(30);
    private Redirect redirect = Redirect.NEVER;
    private Version version = Version.HTTP_2;
    private boolean decompress = true;
    private MessageLimits limits = MessageLimits.defaults();
    private @Nullable SSLContext sslContext;
    private @Nullable SSLParameters sslParameters;
    private @Nullable TlsIdentity inheritedTls;
    private @Nullable ProxySelector proxy;
    private @Nullable Predicate<InetSocketAddress> addressFilter;
    private @Nullable CookieHandler cookieHandler;
    private @Nullable Authenticator authenticator;
    private @Nullable PasswordAuthentication proxyCredentials;
    // Those of the client that a view is made of, as long as the view sets no others.
    private @Nullable Logins inheritedLogins;
    private @Nullable Executor executor;
    private @Nullable CallObserver observer;
    private final Map<HostPattern, HostSettings> hosts = new TreeMap<>();

    /** A builder of a client with a pool of its own. */
    PooledHttpClientBuilder() {
        shared = null;
    }

    /** A builder of a view. */
    PooledHttpClientBuilder(ClientSettings settings, SharedPool shared) {
        this.shared = shared;
        connectTimeout = settings.connectTimeout();
        readTimeout = settings.readTimeout();
        redirect = settings.redirect();
        version = settings.version();
        decompress = settings.decompress();
        limits = settings.limits();
        inheritedTls = settings.tls();
        proxy = settings.proxy();
        addressFilter = settings.addressFilter();
        cookieHandler = settings.cookieHandler();
        authenticator = settings.authenticator();
        proxyCredentials = settings.proxyCredentials();
        inheritedLogins = settings.logins();
        executor = settings.executor();
        observer = settings.observer();
        hosts.putAll(settings.hosts());
    }

    @Override
    public PooledHttpClientBuilder pool(PoolSettings settings) {
        refuseOnView("pool");
        poolSettings = Objects.requireNonNull(settings, "settings");
        return this;
    }

    @Override
    public PooledHttpClientBuilder connector(Connector value) {
        refuseOnView("connector");
        connector = Objects.requireNonNull(value, "connector");
        return this;
    }

    @Override
    public PooledHttpClientBuilder localAddress(@Nullable InetAddress value) {
        refuseOnView("localAddress");
        localAddress = value;
        return this;
    }

    @Override
    public PooledHttpClientBuilder listener(PoolListener listener) {
        refuseOnView("listener");
        listeners.add(Objects.requireNonNull(listener, "listener"));
        return this;
    }

    private void refuseOnView(String setting) {
        if (shared != null) {
            throw new IllegalStateException(setting
                    + " is a matter of the pool, and a builder made by toBuilder() is for a client on an existing one");
        }
    }

    @Override
    public PooledHttpClientBuilder connectTimeout(Duration timeout) {
        connectTimeout = HostSettings.requirePositive("connectTimeout", timeout);
        return viewWins(host -> host.connectTimeout(null));
    }

    @Override
    public PooledHttpClientBuilder readTimeout(Duration timeout) {
        readTimeout = HostSettings.requireNotNegative("readTimeout", timeout);
        return viewWins(host -> host.readTimeout(null));
    }

    @Override
    public PooledHttpClientBuilder decompress(boolean value) {
        decompress = value;
        return viewWins(host -> host.decompress(null));
    }

    @Override
    public PooledHttpClientBuilder limits(MessageLimits value) {
        limits = Objects.requireNonNull(value, "limits");
        return viewWins(host -> host.limits(null));
    }

    @Override
    public PooledHttpClientBuilder cookieHandler(CookieHandler value) {
        cookieHandler = Objects.requireNonNull(value, "cookieHandler");
        return this;
    }

    @Override
    public PooledHttpClientBuilder authenticator(Authenticator value) {
        authenticator = Objects.requireNonNull(value, "authenticator");
        inheritedLogins = null;
        return this;
    }

    @Override
    public PooledHttpClientBuilder proxyCredentials(String userName, String password) {
        if (userName.indexOf(':') >= 0) {
            // RFC 7617, 2; Digest could say it, but who asks is not known before.
            throw new IllegalArgumentException("userName must not contain a colon: " + userName);
        }
        proxyCredentials = new PasswordAuthentication(userName, password.toCharArray());
        inheritedLogins = null;
        return this;
    }

    @Override
    public PooledHttpClientBuilder sslContext(SSLContext value) {
        sslContext = Objects.requireNonNull(value, "sslContext");
        return viewWins(host -> host.tls(null));
    }

    @Override
    public PooledHttpClientBuilder sslParameters(SSLParameters value) {
        sslParameters = Objects.requireNonNull(value, "sslParameters");
        return viewWins(host -> host.tls(null));
    }

    @Override
    public PooledHttpClientBuilder host(String pattern, HostSettings settings) {
        hosts.put(HostPattern.parse(pattern), Objects.requireNonNull(settings, "settings"));
        return this;
    }

    /** What a view sets for all hosts holds for those too that have settings of their own. */
    private PooledHttpClientBuilder viewWins(UnaryOperator<HostSettings.Builder> unset) {
        if (shared != null) {
            hosts.replaceAll((pattern, host) -> unset.apply(host.toBuilder()).build());
        }
        return this;
    }

    @Override
    public PooledHttpClientBuilder executor(Executor value) {
        executor = Objects.requireNonNull(value, "executor");
        return this;
    }

    @Override
    public PooledHttpClientBuilder observer(@Nullable CallObserver value) {
        observer = value;
        return this;
    }

    @Override
    public PooledHttpClientBuilder followRedirects(Redirect policy) {
        redirect = Objects.requireNonNull(policy, "policy");
        return this;
    }

    @Override
    public PooledHttpClientBuilder version(Version value) {
        version = Objects.requireNonNull(value, "version");
        return this;
    }

    @Override
    public PooledHttpClientBuilder priority(int priority) {
        if (priority < 1 || priority > 256) {
            throw new IllegalArgumentException("priority must be 1 to 256: " + priority);
        }
        return this;
    }

    @Override
    public PooledHttpClientBuilder proxy(ProxySelector selector) {
        proxy = Objects.requireNonNull(selector, "proxySelector");
        return this;
    }

    @Override
    public PooledHttpClientBuilder addressFilter(Predicate<InetSocketAddress> allowed) {
        addressFilter = Objects.requireNonNull(allowed, "allowed");
        return this;
    }

    @Override
    public PooledHttpClient build() {
        ClientSettings settings = new ClientSettings(
                connectTimeout,
                readTimeout,
                redirect,
                version,
                decompress,
                limits,
                tls(),
                proxy,
                addressFilter,
                cookieHandler,
                authenticator,
                proxyCredentials,
                logins(),
                executor,
                observer,
                new TreeMap<>(hosts));
        if (shared != null) {
            return new PooledHttpClient(settings, shared, false);
        }
        BuildPlaces.SHARED.built();
        Listeners told = new Listeners();
        listeners.forEach(told::add);
        Connector opener = connector == null
                ? new ChannelConnector(Ticker.system(), DeadlineWatchdog.shared(), localAddress, told)
                : telling(connector, told);
        SharedPool pool = SharedPool.of(poolSettings, opener, limits, told);
        return new PooledHttpClient(settings, pool, true);
    }

    private static Connector telling(Connector connector, Listeners listeners) {
        return (route, deadline) -> {
            long start = Ticker.system().nanos();
            Transport connected = connector.connect(route, deadline);
            listeners.connected(route.origin().toString(), Ticker.system().nanos() - start);
            return connected;
        };
    }

    private @Nullable Logins logins() {
        if (inheritedLogins != null) {
            return inheritedLogins;
        }
        if (proxyCredentials != null) {
            return new Logins(new ProxyAuthenticator(proxyCredentials, authenticator));
        }
        return authenticator == null ? null : new Logins(authenticator);
    }

    private TlsIdentity tls() {
        TlsIdentity otherwise = inheritedTls == null ? TlsIdentity.ofTheJvm() : inheritedTls;
        if (sslContext == null && sslParameters == null) {
            return otherwise;
        }
        SSLContext context = sslContext == null ? otherwise.context() : sslContext;
        return new TlsIdentity(context, sslParameters == null ? context.getDefaultSSLParameters() : sslParameters);
    }
}
