// SPDX-License-Identifier: Apache-2.0
/** From a route to a connection that is ready for exchanges. */
@NullMarked
package io.github.pooledclient.internal.connect;

import org.jspecify.annotations.NullMarked;
