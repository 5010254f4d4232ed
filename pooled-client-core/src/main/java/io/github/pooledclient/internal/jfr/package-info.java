// SPDX-License-Identifier: Apache-2.0
/** Events for the JDK's flight recorder, which not every runtime image has. */
@NullMarked
package io.github.pooledclient.internal.jfr;

import org.jspecify.annotations.NullMarked;
