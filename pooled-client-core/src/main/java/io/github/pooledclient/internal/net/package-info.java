// SPDX-License-Identifier: Apache-2.0
/**
 * Bytes to a peer and back: channels, TLS over any transport, the race between addresses, and closing what is overdue.
 * Knows no protocol above TLS.
 */
@NullMarked
package io.github.pooledclient.internal.net;

import org.jspecify.annotations.NullMarked;
