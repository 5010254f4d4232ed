// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.testing.CapturedLog;
import io.github.pooledclient.testing.FakeTicker;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BuildPlacesTest {

    private final FakeTicker ticker = new FakeTicker();
    private final BuildPlaces places = new BuildPlaces(ticker);

    @Test
    void placeThatMakesManyClientsWithinAMinuteIsToldOfOnce() {
        assertThat(timesTold("a", 3 * BuildPlaces.MANY)).isEqualTo(1);
    }

    @Test
    void placeThatMakesFewAtATimeIsNot() {
        for (int i = 0; i < 10; i++) {
            assertThat(timesTold("a", BuildPlaces.MANY - 1)).isZero();
            ticker.advance(Duration.ofSeconds(61));
        }
    }

    @Test
    void placesAreCountedApart() {
        assertThat(timesTold("a", BuildPlaces.MANY - 1)).isZero();
        assertThat(timesTold("b", BuildPlaces.MANY - 1)).isZero();
    }

    @Test
    void starterMakesOneForEachContext() {
        String place =
                "io.github.pooledclient.spring.autoconfigure.PooledClientAutoConfiguration.client(Client.java:1)";

        assertThat(timesTold(place, 3 * BuildPlaces.MANY)).isZero();
    }

    @Test
    void clientsThatAreMadeInALoopAreWarnedOfWithThePlaceButViewsAreNot() {
        try (CapturedLog log = new CapturedLog();
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            for (int i = 0; i < 2 * BuildPlaces.MANY; i++) {
                client.toBuilder().build().close();
            }
            assertThat(log.linesWith("clients were made")).isEmpty();

            for (int i = 0; i < 2 * BuildPlaces.MANY; i++) {
                PooledHttpClient.newHttpClient().close();
            }
            assertThat(log.linesWith("50 clients were made within a minute at"))
                    .singleElement()
                    .asString()
                    .contains("WARN")
                    .contains("BuildPlacesTest.java");
        }
    }

    private long timesTold(String place, int clients) {
        return IntStream.range(0, clients)
                .filter(i -> places.isTheManyth(place))
                .count();
    }
}
