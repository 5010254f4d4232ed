// SPDX-License-Identifier: Apache-2.0
/** Time spans in words, and the watchdog that acts when a deadline has passed. */
@NullMarked
package io.github.pooledclient.internal.time;

import org.jspecify.annotations.NullMarked;
