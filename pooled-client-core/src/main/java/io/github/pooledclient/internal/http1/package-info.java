// SPDX-License-Identifier: Apache-2.0
/**
 * HTTP/1.1 (RFC 9112) and its peers of HTTP/1.0, on blocking transports. The door is
 * {@link io.github.pooledclient.internal.http1.Http1Connection}; what is decided ({@code BodyFraming}, {@code KeepAlive},
 * {@code Diagnosis}) is pure, what acts on it ({@code Http1Exchange}) thin.
 */
@NullMarked
package io.github.pooledclient.internal.http1;

import org.jspecify.annotations.NullMarked;
