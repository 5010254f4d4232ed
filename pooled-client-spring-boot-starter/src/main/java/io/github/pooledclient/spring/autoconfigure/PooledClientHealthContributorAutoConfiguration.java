// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static io.github.pooledclient.spring.autoconfigure.InvalidPoolPropertyException.made;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.spring.PooledClientHealthIndicator;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.CompositeHealthContributorConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of the health contributor {@code connectionPool}: with several clients, one for each. */
@AutoConfiguration(after = PooledClientAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
// In canonical form, or the property could not be written in any other.
@ConditionalOnEnabledHealthIndicator("connectionpool")
@EnableConfigurationProperties(PooledClientHealthProperties.class)
public final class PooledClientHealthContributorAutoConfiguration
        extends CompositeHealthContributorConfiguration<PooledClientHealthIndicator, PooledHttpClient> {

    PooledClientHealthContributorAutoConfiguration(PooledClientHealthProperties properties) {
        super(client -> made(
                "pool.health.out-of-service-after",
                properties.outOfServiceAfter(),
                time -> new PooledClientHealthIndicator(client, time)));
    }

    @Bean
    @ConditionalOnBean(PooledHttpClient.class)
    @ConditionalOnMissingBean(name = {"connectionPoolHealthIndicator", "connectionPoolHealthContributor"})
    HealthContributor connectionPoolHealthContributor(ConfigurableListableBeanFactory beans) {
        return createContributor(beans, PooledHttpClient.class);
    }
}
