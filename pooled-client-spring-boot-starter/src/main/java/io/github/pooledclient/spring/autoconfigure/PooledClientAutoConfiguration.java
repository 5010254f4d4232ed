// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static io.github.pooledclient.spring.autoconfigure.InvalidPoolPropertyException.set;

import io.github.pooledclient.MessageLimits;
import io.github.pooledclient.PooledHttpClient;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.util.unit.DataSize;

/**
 * Auto-configuration of a {@link PooledHttpClient} from the properties {@code pool.*}, and of its end when the application
 * stops.
 *
 * <p>It is a fallback, so that an application's own {@link java.net.http.HttpClient} bean is what is injected where one is
 * asked for; an own {@code PooledHttpClient} bean replaces it.
 */
@AutoConfiguration
@EnableConfigurationProperties(PooledClientProperties.class)
public final class PooledClientAutoConfiguration {

    // Client builders refuse zero, as the JDK's does; as a property it means that there is no limit.
    private static final Duration UNLIMITED = Duration.ofDays(36_500);

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean(PooledHttpClient.class)
    static class Client {

        @Bean
        ConfiguredPool pooledClientSettings(PooledClientProperties properties) {
            return ConfiguredPool.of(properties);
        }

        // Where the context is stopped, the lifecycle below has ended calls by then; this is for one that never
        // started.
        @Bean(destroyMethod = "shutdownNow")
        @Fallback
        PooledHttpClient pooledHttpClient(
                PooledClientProperties properties,
                ConfiguredPool pool,
                ObjectProvider<PooledClientBuilderCustomizer> customizers) {
            PooledHttpClient.Builder builder = PooledHttpClient.newBuilder()
                    .pool(pool.settings())
                    .decompress(properties.decompress())
                    .limits(limits(properties.limits()));
            set(
                    "pool.connect-timeout",
                    properties.connectTimeout(),
                    timeout -> builder.connectTimeout(
                            requireNotNegative("connectTimeout", timeout).isZero() ? UNLIMITED : timeout));
            set("pool.read-timeout", properties.readTimeout(), builder::readTimeout);
            customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
            return builder.build();
        }
    }

    private static MessageLimits limits(PooledClientProperties.Limits from) {
        MessageLimits.Builder to = MessageLimits.builder();
        set("pool.limits.max-response-head-size", from.maxResponseHeadSize(), inBytes(to::maxResponseHeadSize));
        set("pool.limits.max-response-fields", from.maxResponseFields(), to::maxResponseFields);
        set("pool.limits.max-trailer-size", from.maxTrailerSize(), inBytes(to::maxTrailerSize));
        set("pool.limits.max-chunk-extension-size", from.maxChunkExtensionSize(), inBytes(to::maxChunkExtensionSize));
        set("pool.limits.max-interim-responses", from.maxInterimResponses(), to::maxInterimResponses);
        set("pool.limits.max-decompression-ratio", from.maxDecompressionRatio(), to::maxDecompressionRatio);
        set("pool.limits.max-drain-size", from.maxDrainSize(), inBytes(to::maxDrainSize));
        set("pool.limits.drain-timeout", from.drainTimeout(), to::drainTimeout);
        return to.build();
    }

    private static Consumer<DataSize> inBytes(LongConsumer setter) {
        return size -> setter.accept(size.toBytes());
    }

    @Bean
    @ConditionalOnBean(PooledHttpClient.class)
    PooledClientLifecycle pooledClientLifecycle(
            Map<String, PooledHttpClient> clients, PooledClientProperties properties) {
        set(
                "pool.shutdown-timeout",
                properties.shutdownTimeout(),
                timeout -> requireNotNegative("shutdownTimeout", timeout));
        return new PooledClientLifecycle(clients.values(), properties.shutdownTimeout());
    }

    private static Duration requireNotNegative(String name, Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException(name + " must not be negative: " + timeout);
        }
        return timeout;
    }
}
