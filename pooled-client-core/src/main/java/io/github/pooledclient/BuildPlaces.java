// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import io.github.pooledclient.transport.Ticker;
import java.lang.StackWalker.StackFrame;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices who makes clients in a loop, one for each request say: none of them ever reuses a connection. Safe for use by
 * several threads.
 */
final class BuildPlaces {

    static final BuildPlaces SHARED = new BuildPlaces(Ticker.system());

    // More than an application has reason to make in one place: one for each of its upstreams, when it starts.
    static final int MANY = 50;
    private static final long WITHIN_NANOS = TimeUnit.MINUTES.toNanos(1);
    // Makes one for each application context, and closes it with that: tests start many.
    private static final String CONTAINER = "io.github.pooledclient.spring.";
    // Places are few unless code is generated.
    private static final int MOST_PLACES = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(PooledHttpClient.class);
    private static final Set<String> OURS = Set.of(
            BuildPlaces.class.getName(), PooledHttpClientBuilder.class.getName(), PooledHttpClient.class.getName());

    private final Ticker ticker;
    private final ConcurrentHashMap<String, Count> byPlace = new ConcurrentHashMap<>();

    /** How many clients a place has made since an instant. */
    private record Count(long since, int made) {

        Count oneMore(long now) {
            return now - since > WITHIN_NANOS ? new Count(now, 1) : new Count(since, made + 1);
        }
    }

    BuildPlaces(Ticker ticker) {
        this.ticker = ticker;
    }

    /** A client with a pool of its own is built by the code that called ours. */
    void built() {
        String place = StackWalker.getInstance()
                .walk(frames -> frames.filter(frame -> !OURS.contains(frame.getClassName()))
                        .findFirst()
                        .map(StackFrame::toString)
                        .orElse("an unknown place"));
        if (isTheManyth(place)) {
            LOG.warn(
                    "{} clients were made within a minute at {}: each has a pool of its own, and reuses no connection of"
                            + " another. Make one and keep it; its toBuilder() makes variants that share its pool",
                    MANY,
                    place);
        }
    }

    /** Counts one more; whether there are so many now that somebody should be told. Once for each place. */
    boolean isTheManyth(String place) {
        boolean isOneTooMany = byPlace.size() >= MOST_PLACES && !byPlace.containsKey(place);
        if (isOneTooMany || place.startsWith(CONTAINER)) {
            return false;
        }
        long now = ticker.nanos();
        Count count = byPlace.compute(place, (key, before) -> next(before, now));
        return count.made == MANY;
    }

    // One that was told of counts no further.
    private static Count next(@Nullable Count before, long now) {
        if (before == null) {
            return new Count(now, 1);
        }
        return before.made >= MANY ? new Count(before.since, MANY + 1) : before.oneMore(now);
    }
}
