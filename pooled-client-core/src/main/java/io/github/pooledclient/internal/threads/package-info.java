// SPDX-License-Identifier: Apache-2.0
/** Where threads come from. */
@NullMarked
package io.github.pooledclient.internal.threads;

import org.jspecify.annotations.NullMarked;
