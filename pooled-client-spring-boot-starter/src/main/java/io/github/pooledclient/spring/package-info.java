// SPDX-License-Identifier: Apache-2.0
/**
 * The pooled client for Spring, usable by hand:
 * {@link io.github.pooledclient.spring.PooledClientHttpRequestFactory as request factory} of {@code RestClient},
 * {@link io.github.pooledclient.spring.PooledClientHttpRequestFactoryBuilder with the settings of Spring Boot},
 * {@link io.github.pooledclient.spring.PooledClientEndpoint in the actuator} and
 * {@link io.github.pooledclient.spring.PooledClientHealthIndicator in its health}.
 */
@NullMarked
package io.github.pooledclient.spring;

import org.jspecify.annotations.NullMarked;
