// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import io.github.pooledclient.CallObserver;
import io.github.pooledclient.pool.PoolListener;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.RequestReplySenderContext;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.http.client.observation.ClientHttpObservationDocumentation;
import org.springframework.http.client.observation.ClientRequestObservationContext;
import org.springframework.http.client.observation.ClientRequestObservationConvention;
import org.springframework.http.client.observation.DefaultClientRequestObservationConvention;

/**
 * Observes what a client does as Spring observes {@code RestClient}: as {@code http.client.requests}.
 *
 * <ul>
 *   <li>As {@link io.github.pooledclient.PooledHttpClient.Builder#observer observer} of a client, it makes an observation of
 *       each call, so that it is timed and trace headers are sent; but not of calls that Spring observes already.
 *   <li>As {@link io.github.pooledclient.PooledHttpClient#addListener listener}, it adds to the observation that is current,
 *       whoever made it, the events {@code acquire.start}, {@code dns.start}, {@code dns.end}, {@code connect.start},
 *       {@code connect.end}, {@code tunnel.start}, {@code tunnel.end}, {@code tls.start}, {@code tls.end} and
 *       {@code acquire.end}: where the time went before a request was sent. Those between the first and the last are there when
 *       a connection was opened.
 * </ul>
 *
 * <p>Safe for use by several threads.
 */
public final class PooledClientObserver implements CallObserver, PoolListener {

    private final ObservationRegistry registry;
    private final @Nullable ClientRequestObservationConvention custom;
    private final ClientRequestObservationConvention usual;

    /** With the conventions of Spring. */
    public PooledClientObserver(ObservationRegistry registry) {
        this(registry, new DefaultClientRequestObservationConvention(), null);
    }

    /**
     * @param usual how observations are named and tagged, unless the registry knows better
     * @param custom how they are in any case, or null
     */
    public PooledClientObserver(
            ObservationRegistry registry,
            ClientRequestObservationConvention usual,
            @Nullable ClientRequestObservationConvention custom) {
        this.registry = Objects.requireNonNull(registry, "registry");
        this.usual = Objects.requireNonNull(usual, "usual");
        this.custom = custom;
    }

    @Override
    public @Nullable ObservedCall begin(HttpRequest request) {
        if (registry.isNoop() || request instanceof SpringHttpRequest || isObserved(request)) {
            return null;
        }
        ClientRequestObservationContext context = new ClientRequestObservationContext(new ObservedRequest(request));
        // Its parent is the one that is current now, on the thread of the caller.
        Observation observation = ClientHttpObservationDocumentation.HTTP_CLIENT_EXCHANGES.observation(
                custom, usual, () -> context, registry);
        return observation.isNoop() ? null : new CallObservation(observation, context, request);
    }

    /**
     * An observer of calls that somebody else observes, as {@code WebClient} does, and that run on threads of their own: it
     * makes no observation, but that which is current where a call is sent is current where it runs.
     */
    public CallObserver ofObservedCalls() {
        return request -> {
            Observation observation = current();
            return observation == null ? null : new HandedOver(observation);
        };
    }

    /** Whether Spring's own observation of this very request is current: RestClient over the JDK's request factory. */
    private boolean isObserved(HttpRequest request) {
        Observation current = current();
        return current != null
                && current.getContext() instanceof ClientRequestObservationContext context
                && context.getCarrier() != null
                && context.getCarrier().getURI().equals(request.uri())
                && context.getCarrier().getMethod().matches(request.method());
    }

    /** The observation of a request and its reply that is current, such as Spring's two kinds for HTTP, or null. */
    private @Nullable Observation current() {
        Observation current = registry.getCurrentObservation();
        boolean isOfARequest =
                current != null && current.getContextView() instanceof RequestReplySenderContext && !current.isNoop();
        return isOfARequest ? current : null;
    }

    @Override
    public void acquired(String host, long waitNanos, boolean reused) {
        hasTaken("acquire", waitNanos);
    }

    @Override
    public void acquireTimedOut(String host, long waitNanos) {
        hasTaken("acquire", waitNanos);
    }

    @Override
    public void resolved(String host, long nanos) {
        hasTaken("dns", nanos);
    }

    @Override
    public void connected(String host, long nanos) {
        hasTaken("connect", nanos);
    }

    @Override
    public void tunnelled(String host, long nanos) {
        hasTaken("tunnel", nanos);
    }

    @Override
    public void secured(String host, long nanos) {
        hasTaken("tls", nanos);
    }

    private void hasTaken(String step, long nanos) {
        Observation observation = current();
        if (observation != null) {
            long now = System.currentTimeMillis();
            observation.event(event(step + ".start", now - TimeUnit.NANOSECONDS.toMillis(nanos)));
            observation.event(event(step + ".end", now));
        }
    }

    /** An observation that is current where a call runs. Confined to the thread that runs it. */
    private static final class HandedOver implements ObservedCall {

        private final Observation observation;
        private Observation.@Nullable Scope scope;

        HandedOver(Observation observation) {
            this.observation = observation;
        }

        @Override
        public Map<String, String> start() {
            scope = observation.openScope();
            return Map.of();
        }

        @Override
        public void end(@Nullable HttpResponse<?> response, @Nullable Throwable failure) {
            if (scope != null) {
                scope.close();
            }
        }
    }

    private static Observation.Event event(String name, long wallTime) {
        return Observation.Event.of(name, name, wallTime);
    }
}
