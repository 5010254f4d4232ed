// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.micrometer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.function.ToIntFunction;

/** Registers the meters of one client in one registry. Immutable. */
record MeterFactory(MeterRegistry registry, String clientName) {

    Tags tags(String host) {
        return Tags.of("client", clientName, "host", host);
    }

    // The registry holds the subject weakly: a registry that outlives a client does not keep it.
    <T> Gauge gauge(String name, String description, Tags tags, T subject, ToIntFunction<T> value) {
        return Gauge.builder(name, subject, value::applyAsInt)
                .description(description)
                .tags(tags)
                .register(registry);
    }

    Timer timer(String name, String description, Tags tags) {
        return Timer.builder(name).description(description).tags(tags).register(registry);
    }

    Counter counter(String name, String description, Tags tags) {
        return Counter.builder(name).description(description).tags(tags).register(registry);
    }

    void remove(Meter meter) {
        registry.remove(meter);
    }
}
