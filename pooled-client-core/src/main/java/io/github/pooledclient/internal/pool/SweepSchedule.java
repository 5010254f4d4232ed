// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

/** When pools want to be swept. Safe for use by several threads; called once an exchange, so it must be cheap. */
@FunctionalInterface
interface SweepSchedule {

    /** Asks for a sweep at this instant of the clock or before. */
    void atLatest(long instant);
}
