// SPDX-License-Identifier: Apache-2.0
/**
 * The pool's meters for Micrometer, an optional dependency:
 * {@link io.github.pooledclient.micrometer.PooledHttpClientMetrics}.
 */
@NullMarked
package io.github.pooledclient.micrometer;

import org.jspecify.annotations.NullMarked;
