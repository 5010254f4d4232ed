// SPDX-License-Identifier: Apache-2.0
/** Wires the pool into Spring Boot. */
@NullMarked
package io.github.pooledclient.spring.autoconfigure;

import org.jspecify.annotations.NullMarked;
