// SPDX-License-Identifier: Apache-2.0
/** Time spans in words. */
@NullMarked
package io.github.pooledclient.internal.time;

import org.jspecify.annotations.NullMarked;
