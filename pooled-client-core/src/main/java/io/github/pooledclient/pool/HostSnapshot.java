// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.pool;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * The connections of one host, or of several added up, at one moment, and what has happened since the beginning.
 *
 * @param active connections that are lent
 * @param idle connections that are not
 * @param connecting connections that are being opened
 * @param pending callers that wait for one
 * @param max how many there may be, {@code active + idle + connecting} and those being closed
 * @param suspended whether callers wait until somebody resumes
 * @param exhaustedFor for how long nobody has got a connection without waiting for another caller's; zero if one can be had at
 *     once, or if the host is suspended
 * @param opened how many connections were opened
 * @param reused how many times an idle one was lent, be it one that was opened in advance
 * @param closed how many were closed, by reason; reasons that did not occur are left out
 * @param acquireTimeouts callers that waited in vain
 * @param acquireRejections callers that were refused at once
 * @param connectFailures connections that could not be opened
 * @param retries requests that were sent again on a new connection
 * @param leaks leases that were reported as held too long, or lost
 */
public record HostSnapshot(
        int active,
        int idle,
        int connecting,
        int pending,
        int max,
        boolean suspended,
        Duration exhaustedFor,
        long opened,
        long reused,
        Map<CloseReason, Long> closed,
        long acquireTimeouts,
        long acquireRejections,
        long connectFailures,
        long retries,
        long leaks) {

    /** Nothing, of which sums begin. */
    public static final HostSnapshot NONE =
            new HostSnapshot(0, 0, 0, 0, 0, false, Duration.ZERO, 0, 0, Map.of(), 0, 0, 0, 0, 0);

    public HostSnapshot {
        closed = Map.copyOf(closed);
    }

    /** What has happened, without what is now. */
    public HostSnapshot countersOnly() {
        return new HostSnapshot(
                0,
                0,
                0,
                0,
                0,
                false,
                Duration.ZERO,
                opened,
                reused,
                closed,
                acquireTimeouts,
                acquireRejections,
                connectFailures,
                retries,
                leaks);
    }

    /** Both added up; the sum is suspended if one of them is, and exhausted for as long as one of them. */
    public HostSnapshot plus(HostSnapshot other) {
        Map<CloseReason, Long> bothClosed = new EnumMap<>(CloseReason.class);
        bothClosed.putAll(closed);
        other.closed.forEach((reason, count) -> bothClosed.merge(reason, count, Long::sum));
        return new HostSnapshot(
                active + other.active,
                idle + other.idle,
                connecting + other.connecting,
                pending + other.pending,
                max + other.max,
                suspended || other.suspended,
                exhaustedFor.compareTo(other.exhaustedFor) < 0 ? other.exhaustedFor : exhaustedFor,
                opened + other.opened,
                reused + other.reused,
                bothClosed,
                acquireTimeouts + other.acquireTimeouts,
                acquireRejections + other.acquireRejections,
                connectFailures + other.connectFailures,
                retries + other.retries,
                leaks + other.leaks);
    }
}
