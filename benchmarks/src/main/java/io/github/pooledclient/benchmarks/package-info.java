// SPDX-License-Identifier: Apache-2.0
/** Measures the pool and its parts. */
@NullMarked
package io.github.pooledclient.benchmarks;

import org.jspecify.annotations.NullMarked;
