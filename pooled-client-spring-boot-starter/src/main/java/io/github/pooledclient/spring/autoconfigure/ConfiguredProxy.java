// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static io.github.pooledclient.spring.autoconfigure.InvalidPoolPropertyException.set;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.transport.Origin;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The proxy of {@code pool.proxy.*}: for all hosts but those of a list. Immutable. */
final class ConfiguredProxy extends ProxySelector {

    private static final List<Proxy> DIRECT = List.of(Proxy.NO_PROXY);
    // A name, a wildcard before one, or an address; IPv6 with or without brackets.
    private static final Pattern NO_PROXY = Pattern.compile(
            "(\\*\\.)?[\\p{L}\\p{N}_-]+(\\.[\\p{L}\\p{N}_-]+)*\\.?|\\[[0-9a-fA-F:.]+]|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    private final PooledClientProperties.Proxy properties;
    private final List<Proxy> proxies;
    private final List<String> noProxy;

    private ConfiguredProxy(PooledClientProperties.Proxy properties, InetSocketAddress address) {
        this.properties = properties;
        this.proxies = List.of(new Proxy(Proxy.Type.HTTP, address));
        this.noProxy = properties.noProxy().stream()
                .map(host -> plain(host.toLowerCase(Locale.ROOT)))
                .toList();
    }

    /**
     * Empty if the properties name none: the JVM's settings hold then.
     *
     * @throws InvalidPoolPropertyException for the first property that is wrong
     */
    static Optional<ConfiguredProxy> of(PooledClientProperties.Proxy from) {
        if (from.host() == null) {
            refuseWithoutHost("port", from.port());
            refuseWithoutHost("username", from.username());
            refuseWithoutHost("password", from.password() == null ? null : "******");
            return Optional.empty();
        }
        if (from.host().isBlank() || from.host().contains("/")) {
            throw new InvalidPoolPropertyException(
                    "pool.proxy.host", from.host(), "must be a name or an address, without scheme and port");
        }
        Integer port = from.port();
        if (port == null || port < 1 || port > 65_535) {
            throw new InvalidPoolPropertyException(
                    "pool.proxy.port", port, "must be 1 to 65535 where pool.proxy.host is set");
        }
        refuseUnlessBoth("username", from.username(), "password", from.password());
        refuseUnlessBoth("password", from.password(), "username", from.username());
        for (int i = 0; i < from.noProxy().size(); i++) {
            String host = from.noProxy().get(i);
            if (!NO_PROXY.matcher(host).matches()) {
                throw new InvalidPoolPropertyException(
                        "pool.proxy.no-proxy",
                        String.join(",", from.noProxy()),
                        "each entry must be a host name, an address, or *. and a domain, without scheme and port: '"
                                + host + "'");
            }
        }
        return Optional.of(new ConfiguredProxy(from, InetSocketAddress.createUnresolved(from.host(), port)));
    }

    private static void refuseWithoutHost(String name, @Nullable Object value) {
        if (value != null) {
            throw new InvalidPoolPropertyException(
                    "pool.proxy." + name, value, "has no effect without pool.proxy.host, which must be set, too");
        }
    }

    private static void refuseUnlessBoth(
            String name, @Nullable String value, String other, @Nullable String otherValue) {
        if (value == null && otherValue != null) {
            throw new InvalidPoolPropertyException(
                    "pool.proxy." + name, null, "must be set, because pool.proxy." + other + " is");
        }
    }

    void applyTo(PooledHttpClient.Builder client) {
        client.proxy(this);
        String password = properties.password();
        if (password != null) {
            set("pool.proxy.username", properties.username(), username -> client.proxyCredentials(username, password));
        }
    }

    @Override
    public List<Proxy> select(URI uri) {
        return isDirect(plain(Origin.of(uri).host())) ? DIRECT : proxies;
    }

    private boolean isDirect(String host) {
        for (String pattern : noProxy) {
            if (pattern.startsWith("*.") ? host.endsWith(pattern.substring(1)) : host.equals(pattern)) {
                return true;
            }
        }
        return false;
    }

    // [::1] and ::1, example.com. and example.com
    private static String plain(String host) {
        String name = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        // There is no other one.
    }

    @Override
    public String toString() {
        return proxies.get(0).address() + ", but not for " + noProxy;
    }
}
