// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static io.github.pooledclient.spring.autoconfigure.InvalidPoolPropertyException.notNegative;
import static io.github.pooledclient.spring.autoconfigure.InvalidPoolPropertyException.set;

import io.github.pooledclient.HostSettings;
import io.github.pooledclient.MessageLimits;
import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.spring.BundleTls;
import io.github.pooledclient.spring.ClientViews;
import io.github.pooledclient.spring.autoconfigure.PooledClientProperties.Host;
import io.github.pooledclient.spring.autoconfigure.PooledClientProperties.Limits;
import java.time.Duration;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.util.unit.DataSize;

/** Sets what the properties say of the client, and of what it does differently for single hosts; all but the pool. */
final class ConfiguredClient {

    private final PooledClientProperties properties;
    private final BundleTls bundles;

    ConfiguredClient(PooledClientProperties properties, BundleTls bundles) {
        this.properties = properties;
        this.bundles = bundles;
    }

    /**
     * @throws InvalidPoolPropertyException for the first property that is wrong
     */
    void applyTo(PooledHttpClient.Builder client) {
        MessageLimits limits = limits("pool.", properties.limits(), MessageLimits.defaults());
        client.decompress(properties.decompress()).limits(limits);
        set("pool.connect-timeout", properties.connectTimeout(), orUnlimited(client::connectTimeout));
        set("pool.read-timeout", properties.readTimeout(), client::readTimeout);
        set("pool.ssl.bundle", properties.ssl().bundle(), name -> named(name).applyTo(client));
        ConfiguredProxy.of(properties.proxy()).ifPresent(proxy -> proxy.applyTo(client));
        new TreeMap<>(properties.hosts()).forEach((name, host) -> {
            String prefix = PropertyNames.ofHost(name);
            HostSettings settings = host(prefix, host, limits);
            set(prefix + "url", host.url(), url -> client.host(url, settings));
        });
    }

    private HostSettings host(String prefix, Host from, MessageLimits limitsOfAll) {
        HostSettings.Builder to =
                HostSettings.builder().decompress(from.decompress()).limits(limits(prefix, from.limits(), limitsOfAll));
        set(prefix + "connect-timeout", from.connectTimeout(), orUnlimited(to::connectTimeout));
        set(prefix + "read-timeout", from.readTimeout(), to::readTimeout);
        set(prefix + "ssl.bundle", from.ssl().bundle(), name -> named(name).applyTo(to));
        return to.build();
    }

    private BundleTls.Tls named(String name) {
        try {
            return bundles.named(name);
        } catch (NoSuchSslBundleException e) {
            throw new IllegalArgumentException(
                    "there is no SSL bundle of this name; under spring.ssl.bundle there are " + bundles.names(), e);
        } catch (IllegalStateException e) {
            Throwable root = NestedExceptionUtils.getMostSpecificCause(e);
            throw new IllegalArgumentException("the SSL bundle of this name cannot be used: " + root, e);
        }
    }

    private static Consumer<Duration> orUnlimited(Consumer<Duration> setter) {
        return timeout -> setter.accept(ClientViews.orUnlimited(notNegative("connectTimeout", timeout)));
    }

    private static MessageLimits limits(String prefix, Limits from, MessageLimits otherwise) {
        MessageLimits.Builder to = otherwise.toBuilder();
        String name = prefix + "limits.";
        set(name + "max-response-head-size", from.maxResponseHeadSize(), inBytes(to::maxResponseHeadSize));
        set(name + "max-response-fields", from.maxResponseFields(), to::maxResponseFields);
        set(name + "max-trailer-size", from.maxTrailerSize(), inBytes(to::maxTrailerSize));
        set(name + "max-chunk-extension-size", from.maxChunkExtensionSize(), inBytes(to::maxChunkExtensionSize));
        set(name + "max-interim-responses", from.maxInterimResponses(), to::maxInterimResponses);
        set(name + "max-decompression-ratio", from.maxDecompressionRatio(), to::maxDecompressionRatio);
        set(name + "max-drain-size", from.maxDrainSize(), inBytes(to::maxDrainSize));
        set(name + "drain-timeout", from.drainTimeout(), to::drainTimeout);
        return to.build();
    }

    private static Consumer<DataSize> inBytes(LongConsumer setter) {
        return size -> setter.accept(size.toBytes());
    }
}
