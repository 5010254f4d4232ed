// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.transport.Origin;
import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostSettingsTest {

    private static final PoolSettings SETTINGS = PoolSettings.builder()
            .maxIdlePerHost(1)
            .host("https://api.example.com", idle(2))
            .host("https://*.example.com", idle(3))
            .host("https://*.deep.example.com", idle(4))
            .host("https://*.example.com:8443", idle(5))
            .build();

    @ParameterizedTest
    @CsvSource({
        "https://api.example.com/path, 2",
        "https://API.EXAMPLE.COM:443, 2",
        "https://other.example.com, 3",
        "https://a.b.example.com, 3",
        "https://a.deep.example.com, 4",
        "https://api.example.com:8443, 5",
        "https://example.com, 1",
        "https://notexample.com, 1",
        "http://api.example.com, 1",
        "https://api.example.com:444, 1",
    })
    void mostExactPatternWins(URI uri, int idle) {
        assertThat(SETTINGS.forOrigin(Origin.of(uri)).maxIdlePerHost()).isEqualTo(idle);
    }

    private static PoolSettings idle(int idle) {
        return PoolSettings.builder().maxIdlePerHost(idle).build();
    }
}
