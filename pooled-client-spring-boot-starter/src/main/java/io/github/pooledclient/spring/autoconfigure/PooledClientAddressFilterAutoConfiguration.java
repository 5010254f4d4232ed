// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import io.github.pooledclient.spring.BootAddressFilter;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.http.client.InetAddressFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration of the client's address filter: a bean that Spring Boot gives to its clients is for the injected one
 * too, which else would be a way around it.
 */
@AutoConfiguration(before = PooledClientAutoConfiguration.class)
@ConditionalOnClass(InetAddressFilter.class)
public final class PooledClientAddressFilterAutoConfiguration {

    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    PooledClientBuilderCustomizer pooledClientAddressFilter(ObjectProvider<InetAddressFilter> filter) {
        return builder -> filter.ifAvailable(boots -> builder.addressFilter(new BootAddressFilter(boots)));
    }
}
