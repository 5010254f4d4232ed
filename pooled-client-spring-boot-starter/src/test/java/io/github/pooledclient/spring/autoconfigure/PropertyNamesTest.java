// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.mock.env.MockEnvironment;

@ExtendWith(OutputCaptureExtension.class)
class PropertyNamesTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(PooledClientAutoConfiguration.class));

    @ParameterizedTest
    @CsvSource({
        "pool.max-idel-per-host, pool.max-idle-per-host",
        "pool.maxConnectionPerHost, pool.max-connections-per-host",
        "pool.connection-timeout, pool.connect-timeout",
        "pool.max-connections-per-route, pool.max-connections-per-host",
        "pool.proxy.user-name2, pool.proxy.username",
        "pool.limits.max-trailers-size, pool.limits.max-trailer-size",
        "pool.rest-client.enable, pool.rest-client.enabled",
    })
    void nameThatIsLikeOneOfOursIsTold(String name, String meant) {
        assertThat(PropertyNames.misspelt(new MockEnvironment().withProperty(name, "1")))
                .singleElement()
                .asString()
                .endsWith(" is no property of the connection pool: is " + meant + " meant?");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pool.max-idle-per-host",
                "pool.maxIdlePerHost",
                "pool.proxy.no-proxy[0]",
                "pool.observation.enabled",
                "pool.health.out-of-service-after",
                "pool.size",
                "pool.url",
                "pool.jdbc.username",
                "pool.port",
                "pool.service.host",
                "spring.pool.max-idel",
                "pool.hosts.any.ssl.bundle",
                "pool.hosts.any.limits.max-drain-size",
            })
    void othersAreLeftAlone(String name) {
        assertThat(PropertyNames.misspelt(new MockEnvironment().withProperty(name, "1")))
                .isEmpty();
    }

    @Test
    void environmentVariablesAreRead() {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        Map.of(
                                "POOL_MAXIDLEPERHOST", "1",
                                "POOL_MAX_PENDING_PER_HOST", "1",
                                "POOL_HOSTS_API_MAXIDLEPERHOST", "1",
                                "POOL_HOSTS_API_IDLE_TIMEOUT", "1s",
                                "POOL_IDEL_TIMEOUT", "1s")));

        assertThat(PropertyNames.misspelt(environment))
                .singleElement()
                .asString()
                .contains("is pool.idle-timeout meant?");
    }

    @Test
    void misspeltNameIsAWarningAtStart(CapturedOutput output) {
        runner.withPropertyValues("pool.max-idel-per-host=1")
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(output.getAll().lines().filter(line -> line.contains("is pool.max-idle-per-host meant?")))
                .singleElement()
                .asString()
                .contains("WARN");
    }

    @Test
    void unknownPropertyOfAHostStopsTheStart() {
        runner.withPropertyValues("pool.hosts.api.url=https://api.example", "pool.hosts.api.max-connections=5")
                .run(context -> {
                    InvalidPoolPropertyException invalid = InvalidPoolPropertyTest.invalid(context.getStartupFailure());
                    assertThat(invalid.property()).isEqualTo("pool.hosts.api.max-connections");
                    assertThat(invalid.value()).isEqualTo("5");
                    assertThat(invalid.reason()).endsWith("is pool.hosts.api.max-connections-per-host");
                });
    }

    @Test
    void misspeltUrlOfAHostIsNamed() {
        runner.withPropertyValues("pool.hosts.api.uri=https://api.example")
                .run(context -> assertThat(InvalidPoolPropertyTest.invalid(context.getStartupFailure()))
                        .hasMessageEndingWith("is pool.hosts.api.url"));
    }
}
