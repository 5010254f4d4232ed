// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static io.github.pooledclient.spring.autoconfigure.InvalidPoolPropertyException.made;
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
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The proxy of {@code pool.proxy.*}: for all hosts but those of a list. Immutable. */
final class ConfiguredProxy extends ProxySelector {

    private static final List<Proxy> DIRECT = List.of(Proxy.NO_PROXY);
    // No name ends in a number: that would be an address, and a wrong one.
    private static final Pattern NAME = Pattern.compile("(?!(.*\\.)?\\d+$)[\\p{L}\\p{N}_-]+(\\.[\\p{L}\\p{N}_-]+)*");

    private final PooledClientProperties.Proxy properties;
    private final List<Proxy> proxies;
    private final List<Predicate<String>> noProxy;

    private ConfiguredProxy(
            PooledClientProperties.Proxy properties, InetSocketAddress address, List<Predicate<String>> noProxy) {
        this.properties = properties;
        this.proxies = List.of(new Proxy(Proxy.Type.HTTP, address));
        this.noProxy = noProxy;
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
        if (!isHost(from.host())) {
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
        return Optional.of(new ConfiguredProxy(
                from,
                InetSocketAddress.createUnresolved(from.host(), port),
                made("pool.proxy.no-proxy", from.noProxy(), ConfiguredProxy::hosts)));
    }

    private static boolean isHost(String text) {
        String host = plain(text);
        return NAME.matcher(host).matches() || (!host.contains("/") && AddressBlock.parse(host) != null);
    }

    private static List<Predicate<String>> hosts(List<String> entries) {
        return entries.stream().map(ConfiguredProxy::hosts).toList();
    }

    /** Which hosts an entry of the list stands for. */
    private static Predicate<String> hosts(String entry) {
        String host = plain(entry.toLowerCase(Locale.ROOT));
        AddressBlock addresses = AddressBlock.parse(host);
        if (addresses != null) {
            return addresses::contains;
        }
        boolean wildcard = host.startsWith("*.");
        String name = wildcard ? host.substring(2) : host;
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("each entry must be a host name, *. and a domain, an address, or a block"
                    + " such as 10.0.0.0/8, without scheme and port: '" + entry + "'");
        }
        return wildcard ? candidate -> candidate.endsWith("." + name) : name::equals;
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
        String host = plain(Origin.of(uri).host());
        return noProxy.stream().anyMatch(hosts -> hosts.test(host)) ? DIRECT : proxies;
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
        return proxies.get(0).address() + ", but not for " + properties.noProxy();
    }
}
