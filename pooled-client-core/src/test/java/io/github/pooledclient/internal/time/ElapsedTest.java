// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.time;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ElapsedTest {

    @ParameterizedTest
    @CsvSource({
        "-5, 0ms",
        "0, 0ms",
        "250000000, 250ms",
        "1999999000, 2s",
        "1500000000, 1.5s",
        "10000000000, 10s",
        "59000000000, 59s",
        "60000000000, 1m",
        "90000000000, 1m30s",
    })
    void readsAsPeopleWriteIt(long nanos, String text) {
        assertThat(Elapsed.text(nanos)).isEqualTo(text);
    }
}
