// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What {@code pool.health.*} says.
 *
 * @param outOfServiceAfter How long the pool of a host may be exhausted before the health is OUT_OF_SERVICE. 0 means for ever.
 */
@ConfigurationProperties("pool.health")
public record PooledClientHealthProperties(
        @DefaultValue("0s") Duration outOfServiceAfter) {}
