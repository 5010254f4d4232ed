// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import io.github.pooledclient.CallObserver.ObservedCall;
import io.micrometer.observation.Observation;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.http.client.observation.ClientRequestObservationContext;

/** The observation of one call. Confined to the thread that runs it. */
final class CallObservation implements ObservedCall {

    private final Observation observation;
    private final ClientRequestObservationContext context;
    private final HttpRequest request;
    private Observation.@Nullable Scope scope;

    CallObservation(Observation observation, ClientRequestObservationContext context, HttpRequest request) {
        this.observation = observation;
        this.context = context;
        this.request = request;
    }

    @Override
    public Map<String, String> start() {
        observation.start();
        scope = observation.openScope();
        return addedFields();
    }

    /** What has come into the fields of the carrier: those that carry a trace to the server. */
    private Map<String, String> addedFields() {
        Map<String, String> added = new TreeMap<>();
        Map<String, List<String>> before = request.headers().map();
        if (context.getCarrier() != null) {
            context.getCarrier().getHeaders().forEach((name, values) -> {
                if (!before.containsKey(name)) {
                    added.put(name, String.join(", ", values));
                }
            });
        }
        return added;
    }

    @Override
    public void end(@Nullable HttpResponse<?> response, @Nullable Throwable failure) {
        if (scope == null) {
            // A handler failed as it started.
            return;
        }
        if (response != null) {
            context.setResponse(new ObservedResponse(response));
        }
        if (failure != null) {
            observation.error(failure);
        }
        scope.close();
        observation.stop();
    }
}
