// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class InterleavingsTest {

    @Test
    void eachOrderWithOneSwitchIsTried() throws Exception {
        Set<String> orders = new HashSet<>();

        Interleavings.explore(in -> {
            List<String> order = new ArrayList<>();
            in.inParallel(() -> twoSteps(order, "a"), () -> twoSteps(order, "b"));
            orders.add(String.join("", order));
        });

        assertThat(orders).contains("aabb", "abba", "bbaa", "baab");
    }

    private static void twoSteps(List<String> order, String name) {
        order.add(name);
        Interleavings.point("between");
        order.add(name);
    }

    @Test
    void updateThatIsLostIsFound() {
        Interleavings.Scenario scenario = in -> {
            AtomicInteger count = new AtomicInteger();
            in.inParallel(() -> addOne(count), () -> addOne(count));
            assertThat(count).hasValue(2);
        };

        assertThatThrownBy(() -> Interleavings.explore(scenario)).hasMessageContaining("in the order 01@between");
    }

    private static void addOne(AtomicInteger count) {
        int before = count.get();
        Interleavings.point("between");
        count.set(before + 1);
    }

    @Test
    void threadThatWaitsForEverIsFound() {
        Interleavings.Scenario scenario = in -> {
            AtomicInteger open = new AtomicInteger();
            in.inParallel(() -> await(open, 2), open::incrementAndGet);
        };

        assertThatThrownBy(() -> Interleavings.explore(scenario)).hasStackTraceContaining("thread 0 waits for ever");
    }

    private static void await(AtomicInteger value, int until) {
        while (value.get() < until) {
            Interleavings.pointOfWaiting("waiting");
        }
    }

    @Test
    void threadThatGoesRoundInCirclesIsFound() {
        Interleavings.Scenario scenario = in -> in.inParallel(() -> {
            while (true) {
                Interleavings.point("round");
            }
        });

        assertThatThrownBy(() -> Interleavings.explore(scenario)).hasStackTraceContaining("goes round in circles");
    }

    @Test
    void failureOfAStepIsTheScenarios() {
        Interleavings.Scenario scenario = in -> in.inParallel(() -> {
            throw new IllegalStateException("wrong");
        });

        assertThatThrownBy(() -> Interleavings.explore(scenario)).hasStackTraceContaining("wrong");
    }
}
