// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http;

import io.github.pooledclient.MessageLimits;
import io.github.pooledclient.transport.Deadline;

/**
 * What an exchange may take: time, and bytes.
 *
 * @param deadline when it must have ended, its body included: the request's own timeout
 * @param readTimeoutNanos how long the peer may be silent, or a write may make no progress; 0 = for ever
 * @param expectContinueNanos how long to wait for 100 (Continue) before the body is sent all the same
 * @param messages how much of what is not content the peer may send, and how much unread content is drained
 * @param reusable false: say {@code Connection: close}, the connection is for this exchange only
 */
public record ExchangeLimits(
        Deadline deadline, long readTimeoutNanos, long expectContinueNanos, MessageLimits messages, boolean reusable) {}
