// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

/**
 * What every exception of a failed exchange can tell beyond its JDK type: how far the request had come. Find it through
 * frameworks that wrap exceptions with {@link RequestState#of(Throwable)}.
 */
public interface ExchangeFailure {

    /** How far the request had come when the exchange failed. */
    RequestState requestState();
}
