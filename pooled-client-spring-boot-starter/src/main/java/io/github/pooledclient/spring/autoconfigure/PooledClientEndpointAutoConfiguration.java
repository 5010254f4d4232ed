// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.spring.PooledClientEndpoint;
import io.github.pooledclient.spring.PooledClientEndpointWebExtension;
import java.util.Map;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of the actuator's endpoint {@code connectionpool}, if it is exposed over HTTP or JMX. */
@AutoConfiguration(after = PooledClientAutoConfiguration.class)
@ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
@ConditionalOnAvailableEndpoint(PooledClientEndpoint.class)
public final class PooledClientEndpointAutoConfiguration {

    @Bean
    @ConditionalOnBean(PooledHttpClient.class)
    @ConditionalOnMissingBean
    PooledClientEndpoint pooledClientEndpoint(Map<String, PooledHttpClient> clients) {
        return new PooledClientEndpoint(clients);
    }

    @Bean
    @ConditionalOnBean(PooledClientEndpoint.class)
    @ConditionalOnMissingBean
    @ConditionalOnAvailableEndpoint(endpoint = PooledClientEndpoint.class, exposure = EndpointExposure.WEB)
    PooledClientEndpointWebExtension pooledClientEndpointWebExtension(PooledClientEndpoint endpoint) {
        return new PooledClientEndpointWebExtension(endpoint);
    }
}
