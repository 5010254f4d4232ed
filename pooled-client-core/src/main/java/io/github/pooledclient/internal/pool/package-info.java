// SPDX-License-Identifier: Apache-2.0
/**
 * The pool: {@link io.github.pooledclient.internal.pool.ConnectionPool} has a
 * {@link io.github.pooledclient.internal.pool.HostPool} for each key. Knows neither HTTP nor sockets.
 */
@NullMarked
package io.github.pooledclient.internal.pool;

import org.jspecify.annotations.NullMarked;
