// SPDX-License-Identifier: Apache-2.0
/**
 * From what a user sends to exchanges on connections: {@link io.github.pooledclient.internal.call.Call} runs
 * {@link io.github.pooledclient.internal.call.CallChain}, whose last link is
 * {@link io.github.pooledclient.internal.call.RoundTrip}.
 */
@NullMarked
package io.github.pooledclient.internal.call;

import org.jspecify.annotations.NullMarked;
