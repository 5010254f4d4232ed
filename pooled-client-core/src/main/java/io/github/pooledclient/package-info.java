// SPDX-License-Identifier: Apache-2.0
/** The pooled HTTP client. */
@NullMarked
package io.github.pooledclient;

import org.jspecify.annotations.NullMarked;
