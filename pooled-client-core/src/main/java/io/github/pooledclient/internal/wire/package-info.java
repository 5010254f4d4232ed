// SPDX-License-Identifier: Apache-2.0
/** Buffered bytes in and out of a transport, and the classes of bytes that HTTP knows; no protocol. */
@NullMarked
package io.github.pooledclient.internal.wire;

import org.jspecify.annotations.NullMarked;
