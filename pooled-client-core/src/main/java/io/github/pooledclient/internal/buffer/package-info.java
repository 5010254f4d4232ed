// SPDX-License-Identifier: Apache-2.0
/** Buffers that are lent, never owned by an idle connection. */
@NullMarked
package io.github.pooledclient.internal.buffer;

import org.jspecify.annotations.NullMarked;
