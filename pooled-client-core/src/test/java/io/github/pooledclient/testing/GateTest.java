// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class GateTest {

    @Test
    void openGateStaysOpen() throws Exception {
        Gate gate = new Gate("it is done");
        assertThat(gate).hasToString("it is done (closed)");

        gate.open();
        gate.open();

        gate.await();
        assertThat(gate.isOpen()).isTrue();
        assertThat(gate).hasToString("it is done (open)");
    }

    @Test
    void waitEndsWithAnInterrupt() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(new Gate("it is done")::await).isInstanceOf(InterruptedException.class);
    }
}
