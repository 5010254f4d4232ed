// SPDX-License-Identifier: Apache-2.0
/**
 * The wiring of a Spring Boot application: beans from the properties
 * {@link io.github.pooledclient.spring.autoconfigure.PooledClientProperties pool.*}.
 */
@NullMarked
package io.github.pooledclient.spring.autoconfigure;

import org.jspecify.annotations.NullMarked;
