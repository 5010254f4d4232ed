// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import io.github.pooledclient.PooledHttpClient;

/**
 * Changes the builder of the auto-configured client, after the properties have been applied to it. Beans of this type are
 * asked in their order.
 */
@FunctionalInterface
public interface PooledClientBuilderCustomizer {

    /** Changes the builder. */
    void customize(PooledHttpClient.Builder builder);
}
