// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Watches the calls of a client, as tracing does: may add fields to a request, and hears how its call ends. What follows from
 * one call, such as redirects and repeated exchanges, is part of it. What an observer throws, the call fails with.
 *
 * <p>Safe for use by several threads.
 */
@FunctionalInterface
public interface CallObserver {

    /**
     * Somebody sends a request; called on his thread, before anything else happens.
     *
     * @return null if the call is not to be watched
     */
    @Nullable
    ObservedCall begin(HttpRequest request);

    /** One call. Both methods are called on the thread that runs it, or none if it never runs. */
    interface ObservedCall {

        /**
         * The call begins to run, on the thread on which a {@link io.github.pooledclient.pool.PoolListener} hears of its
         * connection.
         *
         * @return fields to be sent with the request, by name, unless it has them
         */
        Map<String, String> start();

        /**
         * The call has ended: once after each {@link #start}, also one that threw.
         *
         * @param response null if the call failed; its body may still come
         * @param failure null if it did not
         */
        void end(@Nullable HttpResponse<?> response, @Nullable Throwable failure);
    }
}
