// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http;

import io.github.pooledclient.transport.Deadline;

/**
 * The time an exchange has.
 *
 * @param deadline when it must have ended, its body included: the request's own timeout
 * @param readTimeoutNanos how long the peer may be silent, or a write may make no progress; 0 = for ever
 * @param expectContinueNanos how long to wait for 100 (Continue) before the body is sent all the same
 * @param reusable false: say {@code Connection: close}, the connection is for this exchange only
 */
public record ExchangeLimits(Deadline deadline, long readTimeoutNanos, long expectContinueNanos, boolean reusable) {}
