// SPDX-License-Identifier: Apache-2.0
/** The pool for Spring: request factory, endpoint and health, usable without auto-configuration. */
@NullMarked
package io.github.pooledclient.spring;

import org.jspecify.annotations.NullMarked;
