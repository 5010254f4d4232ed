// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.transport.Origin;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class PresetTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(PooledClientAutoConfiguration.class));

    @ParameterizedTest
    @CsvSource({"high-throughput, 50, 120", "low-memory, 2, 10", "many-destinations, 1, 30", "LOW_MEMORY, 2, 10"})
    void presetIsTheDefault(String preset, int maxIdlePerHost, long idleSeconds) {
        runner.withPropertyValues("pool.preset=" + preset).run(context -> {
            PoolSettings settings = context.getBean(PooledHttpClient.class).poolSettings();
            assertThat(settings.maxIdlePerHost()).isEqualTo(maxIdlePerHost);
            assertThat(settings.idleTimeout()).isEqualTo(Duration.ofSeconds(idleSeconds));
            assertThat(settings.maxConnectionsPerHost()).isEqualTo(50);
        });
    }

    @Test
    void whatIsSetWinsOverThePreset() {
        runner.withPropertyValues("pool.preset=low-memory", "pool.max-idle-per-host=7")
                .run(context -> {
                    PoolSettings settings =
                            context.getBean(PooledHttpClient.class).poolSettings();
                    assertThat(settings.maxIdlePerHost()).isEqualTo(7);
                    assertThat(settings.idleTimeout()).isEqualTo(Duration.ofSeconds(10));
                });
    }

    @Test
    void whatIsSetForAHostWinsOverThePresetAndTheRestIsThePresets() {
        runner.withPropertyValues(
                        "pool.preset=many-destinations",
                        "pool.hosts.api.url=https://api.example",
                        "pool.hosts.api.max-idle-per-host=20")
                .run(context -> {
                    PoolSettings settings = context.getBean(PooledHttpClient.class)
                            .poolSettings()
                            .forOrigin(Origin.of(URI.create("https://api.example")));
                    assertThat(settings.maxIdlePerHost()).isEqualTo(20);
                    assertThat(settings.idleTimeout()).isEqualTo(Duration.ofSeconds(30));
                });
    }

    @Test
    void unknownPresetStopsTheStart() {
        runner.withPropertyValues("pool.preset=turbo")
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining("turbo"));
    }
}
