// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class InvalidPoolPropertyTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(PooledClientAutoConfiguration.class));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "pool.max-connections-per-host | 0   | at least 1: 0",
                "pool.max-connections          | -1  | at least 0: -1",
                "pool.max-idle-per-host        | -1  | at least 0: -1",
                "pool.max-idle                 | -2  | at least 0: -2",
                "pool.idle-timeout             | -5s | not be negative",
                "pool.max-lifetime             | -1m | not be negative",
                "pool.acquire-timeout          | -1s | not be negative",
                "pool.max-pending-per-host     | -1  | at least 0: -1",
                "pool.leak-detection-threshold | -1s | not be negative",
                "pool.connect-timeout          | -1s | not be negative",
                "pool.read-timeout             | -1s | not be negative",
                "pool.shutdown-timeout         | -1s | not be negative",
                "pool.warm-up-timeout          | -1s | not be negative",
                "pool.min-idle-per-host        | -1  | at least 0: -1",
                "pool.ssl.bundle               | api | there is no SSL bundle of this name",
                "pool.limits.max-response-head-size   | 0    | 1 to 16777216: 0",
                "pool.limits.max-response-head-size   | 17MB | 1 to 16777216: 17825792",
                "pool.limits.max-response-fields      | 0    | at least 1: 0",
                "pool.limits.max-trailer-size         | -1B  | 0 to 16777216: -1",
                "pool.limits.max-chunk-extension-size | -1KB | at least 0: -1024",
                "pool.limits.max-interim-responses    | -1   | at least 0: -1",
                "pool.limits.max-decompression-ratio  | -1   | at least 0: -1",
                "pool.limits.max-drain-size           | -1KB | at least 0: -1024",
                "pool.limits.drain-timeout            | -1s  | not be negative",
            })
    void wrongValueStopsTheStart(String property, String value, String allowed) {
        runner.withPropertyValues(property + "=" + value)
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .satisfies(e -> assertThat(
                                        invalid(context.getStartupFailure()).property())
                                .isEqualTo(property))
                        .satisfies(e -> assertThat(
                                        invalid(context.getStartupFailure()).reason())
                                .contains(allowed)));
    }

    @ParameterizedTest
    @CsvSource({
        "pool.hosts.api.max-idle-per-host, -1",
        "pool.hosts.api.idle-timeout, -1s",
        "pool.hosts.api.min-idle-per-host, -1",
        "pool.hosts.api.connect-timeout, -1s",
        "pool.hosts.api.read-timeout, -1s",
        "pool.hosts.api.limits.max-response-fields, 0",
        "pool.hosts.api.ssl.bundle, api",
        "pool.hosts.api.url, ftp://api.example.com",
        "pool.hosts.api.url, https://api.example.com/path",
        "pool.hosts.api.url, nonsense",
    })
    void wrongValueOfAHostIsNamedInFull(String property, String value) {
        runner.withPropertyValues("pool.hosts.api.url=https://api.example.com", property + "=" + value)
                .run(context -> assertThat(invalid(context.getStartupFailure()).property())
                        .isEqualTo(property));
    }

    @Test
    void wildcardKeepsNoIdleConnections() {
        runner.withPropertyValues("pool.hosts.api.url=https://*.example.com", "pool.hosts.api.min-idle-per-host=1")
                .run(context -> assertThat(invalid(context.getStartupFailure()))
                        .hasMessageContaining("pool.hosts.api.min-idle-per-host = 1")
                        .hasMessageContaining("a url of their own"));
    }

    @Test
    void hostWithoutUrlIsRefused() {
        runner.withPropertyValues("pool.hosts.api.max-idle-per-host=1")
                .run(context -> assertThat(invalid(context.getStartupFailure()))
                        .hasMessageStartingWith("pool.hosts.api.url = null: must be set"));
    }

    @ParameterizedTest
    @CsvSource({
        "https://api.example.com, https://api.example.com",
        "https://api.example.com, https://API.example.com:443/",
        "https://*.example.com, https://*.example.com:443",
    })
    void twoHostsOfOneUrlAreRefused(String one, String other) {
        runner.withPropertyValues("pool.hosts.a.url=" + one, "pool.hosts.b.url=" + other)
                .run(context -> assertThat(invalid(context.getStartupFailure()))
                        .hasMessageStartingWith("pool.hosts.b.url = " + other)
                        .hasMessageContaining("pool.hosts.a.url"));
    }

    @Test
    void bundleThatCannotBeReadIsNamedWithWhatIsWrong() {
        runner.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
                .withPropertyValues(
                        "spring.ssl.bundle.pem.api.truststore.certificate=file:/no/such/file.pem",
                        "pool.ssl.bundle=api")
                .run(context -> {
                    InvalidPoolPropertyException invalid = invalid(context.getStartupFailure());
                    assertThat(invalid.property()).isEqualTo("pool.ssl.bundle");
                    assertThat(invalid.reason()).contains("cannot be used").contains("/no/such/file.pem");
                });
    }

    @Test
    void bundleThatNobodyUsesMayBeBroken() {
        runner.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
                .withPropertyValues("spring.ssl.bundle.pem.other.truststore.certificate=file:/no/such/file.pem")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--pool.hosts.PartnerAPI.idle-timeout=-1s | Property: pool.hosts.PartnerAPI.idle-timeout",
                "--pool.hosts.PartnerAPI.idel-timeout=1s  | is pool.hosts.partnerapi.idle-timeout",
                "--pool.hosts[api.example.com].idle-timeout=-1s | Property: pool.hosts[api.example.com].idle-timeout",
                "--pool.hosts[api.example.com].idel-timeout=1s  | is pool.hosts[api.example.com].idle-timeout",
                "--pool.hosts.partner_api.idle-timeout=-1s | Property: pool.hosts.partner_api.idle-timeout",
                "--pool.idle-timeout=soon | Property: pool.idle-timeout",
                "--pool.preset=fast | Property: pool.preset",
                "--pool.max-connections-per-host=3000000000 | Property: pool.max-connections-per-host",
            })
    void hostsOfAnyNameAndTextsOfAnyKindAreExplained(String argument, String said, CapturedOutput output) {
        SpringApplication application = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .build();

        assertThat(catchThrowable(() -> application.run(argument).close())).isNotNull();

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains(said)
                .contains("Origin: ");
    }

    @Test
    void startSaysPropertyValueAndWhatIsAllowed(CapturedOutput output) {
        SpringApplication application = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .build();

        assertThat(catchThrowable(
                        () -> application.run("--pool.max-idle-per-host=-1").close()))
                .isNotNull();

        assertThat(output)
                .contains("Property: pool.max-idle-per-host")
                .contains("Value: \"-1\"")
                .contains("Origin: \"pool.max-idle-per-host\" from property source \"commandLineArgs\"")
                .contains("maxIdlePerHost must be at least 0: -1");
    }

    @Test
    void passwordIsNotShown(CapturedOutput output) {
        SpringApplication application = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .build();

        assertThat(catchThrowable(
                        () -> application.run("--pool.proxy.password=tiger").close()))
                .isNotNull();

        assertThat(output).contains("Property: pool.proxy.password").doesNotContain("tiger");
    }

    static InvalidPoolPropertyException invalid(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidPoolPropertyException invalid) {
                return invalid;
            }
        }
        throw new AssertionError("not for a property", failure);
    }

    @ImportAutoConfiguration(PooledClientAutoConfiguration.class)
    static class Application {}
}
