// SPDX-License-Identifier: Apache-2.0
/** What every version of HTTP shares: a connection, its exchanges, and the heads and content that they carry. */
@NullMarked
package io.github.pooledclient.internal.http;

import org.jspecify.annotations.NullMarked;
