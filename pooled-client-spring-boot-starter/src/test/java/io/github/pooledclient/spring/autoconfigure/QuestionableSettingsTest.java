// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class QuestionableSettingsTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(PooledClientAutoConfiguration.class))
            .withPropertyValues("pool.warm-up-timeout=0");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "pool.max-idle-per-host=5 | pool.max-idle-per-host = 5 is far below max-connections-per-host = 50",
                "pool.max-connections-per-host=500,pool.max-idle-per-host=50 | pool.max-idle-per-host = 50 is far below",
                "pool.max-idle=10 | pool.max-idle = 10 is far below max-connections-per-host = 50",
                "pool.acquire-timeout=40s | pool.acquire-timeout = 40s is longer than read-timeout = 30s",
                "pool.leak-detection-threshold=10s | pool.leak-detection-threshold = 10s is shorter than read-timeout = 30s",
                "pool.min-idle-per-host=1 | pool.min-idle-per-host = 1 has no effect: it is for hosts that are known",
                "pool.min-idle-per-host=1,pool.enabled=false | remove one of the two",
                "pool.connect-timeout=10s | pool.connect-timeout = 10s is longer than acquire-timeout = 5s",
                "pool.hosts.a.url=http://a.invalid,pool.hosts.a.connect-timeout=6s | pool.hosts.a.connect-timeout = 6s is longer than acquire-timeout = 5s",
                "pool.hosts.a.url=http://a.invalid,pool.hosts.a.min-idle-per-host=1,pool.hosts.a.enabled=false | pool.hosts.a.min-idle-per-host = 1 has no effect: no connection is kept with pool.hosts.a.enabled = false",
                "pool.hosts.a.url=http://a.invalid,pool.hosts.a.min-idle-per-host=60 | pool.hosts.a.min-idle-per-host = 60 is above",
                "pool.hosts.a.url=http://a.invalid,pool.hosts.a.read-timeout=2s | pool.hosts.a.acquire-timeout = 5s is longer than read-timeout = 2s",
                "pool.hosts.a.url=http://a.invalid,pool.hosts.a.max-idle-per-host=1 | pool.hosts.a.max-idle-per-host = 1 is far below",
            })
    void whatHurtsTogetherIsAWarning(String properties, String warning, CapturedOutput output) {
        runner.withPropertyValues(properties.split(","))
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(lines(output))
                .filteredOn(line -> line.contains(warning))
                .singleElement()
                .asString()
                .contains("WARN");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pool.enabled=true",
                "pool.preset=low-memory",
                "pool.preset=many-destinations",
                "pool.preset=high-throughput",
                "pool.max-connections-per-host=8,pool.max-idle-per-host=2",
                "pool.acquire-timeout=1m,pool.read-timeout=0",
                "pool.acquire-timeout=2s",
                "pool.acquire-timeout=0,pool.connect-timeout=10s",
                "pool.connect-timeout=0",
                "pool.hosts.a.url=http://a.invalid,pool.hosts.a.max-lifetime=1m",
            })
    void whatIsUsualIsNoWarning(String properties, CapturedOutput output) {
        runner.withPropertyValues(properties.split(","))
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(lines(output)).noneMatch(line -> line.contains("WARN"));
    }

    private static List<String> lines(CapturedOutput output) {
        return output.getAll()
                .lines()
                .filter(line -> line.contains(PooledClientAutoConfiguration.class.getSimpleName()))
                .toList();
    }
}
