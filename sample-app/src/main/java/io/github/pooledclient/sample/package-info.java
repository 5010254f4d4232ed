// SPDX-License-Identifier: Apache-2.0
/** An application that calls a remote service through the pool. */
@NullMarked
package io.github.pooledclient.sample;

import org.jspecify.annotations.NullMarked;
