// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import io.github.pooledclient.internal.call.CallSettings;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.HostPattern;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connections that are opened before anybody asks for them. */
final class WarmUp {

    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

    private final List<CompletableFuture<Boolean>> openings = new ArrayList<>();

    private WarmUp() {}

    /** Begins for all hosts, at once. */
    static WarmUp begin(PoolSettings settings, CallSettings calls) {
        WarmUp warmUp = new WarmUp();
        for (Map.Entry<HostPattern, PoolSettings> host : settings.hosts().entrySet()) {
            int wanted = host.getValue().minIdlePerHost();
            // What a wildcard stands for is not known.
            if (wanted > 0 && !host.getKey().wildcard()) {
                warmUp.add(host.getKey(), wanted, calls);
            }
        }
        return warmUp;
    }

    private void add(HostPattern host, int wanted, CallSettings calls) {
        try {
            openings.addAll(calls.keepIdle(host.origin(), wanted));
        } catch (IOException e) {
            LOG.warn("No connections to {} are opened in advance: {}", host, e.toString());
            openings.add(CompletableFuture.completedFuture(false));
        }
    }

    /** Whether all have been opened within a time. */
    boolean await(Duration timeout) throws InterruptedException {
        CompletableFuture<Void> all = CompletableFuture.allOf(openings.toArray(CompletableFuture[]::new));
        try {
            all.get(Deadline.toNanos(timeout), TimeUnit.NANOSECONDS);
            return openings.stream().allMatch(CompletableFuture::join);
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a connection could not be opened in advance", e.getCause());
        }
    }
}
