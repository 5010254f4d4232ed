// SPDX-License-Identifier: Apache-2.0
/**
 * The words below everything, and the SPI of what carries bytes: {@link io.github.pooledclient.transport.Origin},
 * {@link io.github.pooledclient.transport.Route}, {@link io.github.pooledclient.transport.Connector},
 * {@link io.github.pooledclient.transport.Transport}.
 */
@NullMarked
package io.github.pooledclient.transport;

import org.jspecify.annotations.NullMarked;
