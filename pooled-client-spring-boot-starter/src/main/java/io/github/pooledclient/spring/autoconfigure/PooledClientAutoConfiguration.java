// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static io.github.pooledclient.spring.autoconfigure.InvalidPoolPropertyException.made;
import static io.github.pooledclient.spring.autoconfigure.InvalidPoolPropertyException.notNegative;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.spring.BundleTls;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.core.env.Environment;

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

    private static final Logger LOG = LoggerFactory.getLogger(PooledClientAutoConfiguration.class);

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean(PooledHttpClient.class)
    static class Client {

        @Bean
        ConfiguredPool pooledClientSettings(PooledClientProperties properties, Environment environment) {
            PropertyNames.misspelt(environment).forEach(LOG::warn);
            return ConfiguredPool.of(properties);
        }

        // By then the lifecycle below has ended it; this is for a context that has none.
        @Bean(destroyMethod = "shutdownNow")
        @Fallback
        PooledHttpClient pooledHttpClient(
                PooledClientProperties properties,
                ConfiguredPool pool,
                BundleTls bundles,
                ObjectProvider<PooledClientBuilderCustomizer> customizers) {
            PooledHttpClient.Builder builder = PooledHttpClient.newBuilder().pool(pool.settings());
            new ConfiguredClient(properties, bundles).applyTo(builder);
            QuestionableSettings.of(properties, pool.settings()).forEach(LOG::warn);
            customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
            PooledHttpClient client = builder.build();
            bundles.retireOnReload(client);
            return client;
        }
    }

    @Bean
    BundleTls pooledClientBundleTls(ObjectProvider<SslBundles> bundles) {
        return new BundleTls(bundles.getIfAvailable(DefaultSslBundleRegistry::new));
    }

    // Static and lazy, as it is made before all other beans.
    @Bean
    @ConditionalOnBean(PooledHttpClient.class)
    static PooledClientLifecycle pooledClientLifecycle(ObjectProvider<PooledClientProperties> properties) {
        return new PooledClientLifecycle(() -> {
            PooledClientProperties read = properties.getObject();
            return new PooledClientLifecycle.Timeouts(
                    made("pool.warm-up-timeout", read.warmUpTimeout(), time -> notNegative("warmUpTimeout", time)),
                    made(
                            "pool.shutdown-timeout",
                            read.shutdownTimeout(),
                            time -> notNegative("shutdownTimeout", time)));
        });
    }
}
