// SPDX-License-Identifier: Apache-2.0
/**
 * Exchanges over loopback, client on one core and server on another, all clients in turn and in rounds, each as a ratio to the
 * bare loop of the same round. {@link io.github.pooledclient.benchmarks.loopback.Loopback} is where to start.
 */
@NullMarked
package io.github.pooledclient.benchmarks.loopback;

import org.jspecify.annotations.NullMarked;
