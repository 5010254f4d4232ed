// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import io.github.pooledclient.internal.threads.Threads;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Names to addresses. The JDK's look-up knows neither deadline nor interrupt and holds a virtual thread's carrier, so it
 * runs on a daemon thread of its own, one at a time for a name, shared by all who ask. Safe for use by several threads.
 */
final class Resolver {

    /** How a name is looked up: blocking, in the order in which the addresses should be tried. */
    @FunctionalInterface
    interface Lookup {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    private final Lookup lookup;
    private final ConcurrentMap<String, CompletableFuture<List<InetAddress>>> underWay = new ConcurrentHashMap<>();

    Resolver(Lookup lookup) {
        this.lookup = lookup;
    }

    /** The addresses of a host, by name or address; at least one. */
    List<InetAddress> resolve(String host, ConnectAttempt attempt) throws IOException, InterruptedException {
        if (IpLiteral.matches(host)) {
            return List.of(InetAddress.getByName(host));
        }
        CompletableFuture<List<InetAddress>> result = lookUp(host);
        try {
            // A look-up that nobody waits for any more goes on: its answer is in the JDK's cache for the next who asks.
            return result.get(attempt.remainingNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw attempt.timedOutIn("still resolving the name " + host);
        } catch (ExecutionException e) {
            throw unknown(host, e.getCause());
        }
    }

    private CompletableFuture<List<InetAddress>> lookUp(String host) {
        CompletableFuture<List<InetAddress>> mine = new CompletableFuture<>();
        CompletableFuture<List<InetAddress>> earlier = underWay.putIfAbsent(host, mine);
        if (earlier != null) {
            return earlier;
        }
        try {
            Threads.startPlatform(() -> lookUp(host, mine));
        } catch (Throwable noThread) {
            underWay.remove(host, mine);
            mine.completeExceptionally(noThread);
        }
        return mine;
    }

    private void lookUp(String host, CompletableFuture<List<InetAddress>> result) {
        try {
            List<InetAddress> addresses = List.of(lookup.addresses(host));
            // Before it completes: who asks after that gets a new answer, not one as old as this.
            underWay.remove(host, result);
            result.complete(addresses);
        } catch (Throwable failure) {
            underWay.remove(host, result);
            result.completeExceptionally(failure);
        }
    }

    // A new one for each who waits: an exception that several threads throw would tell the stack of none of them.
    private static UnknownHostException unknown(String host, @Nullable Throwable cause) {
        String reason = cause == null ? "unknown" : String.valueOf(cause.getMessage());
        UnknownHostException unknown =
                new UnknownHostException(reason.startsWith(host) ? reason : host + ": " + reason);
        unknown.initCause(cause);
        return unknown;
    }
}
