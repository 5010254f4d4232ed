// SPDX-License-Identifier: Apache-2.0
/**
 * The pool as its users see it: {@link io.github.pooledclient.pool.PoolSettings what it may do},
 * {@link io.github.pooledclient.pool.PoolSnapshot what it does}, {@link io.github.pooledclient.pool.PoolListener what
 * happens in it}, and a {@link io.github.pooledclient.pool.KeyedPool pool of anything}.
 */
@NullMarked
package io.github.pooledclient.pool;

import org.jspecify.annotations.NullMarked;
