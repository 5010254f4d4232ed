// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class PropertiesTest {

    private final PooledClientProperties properties = new Binder(new MapConfigurationPropertySource(Map.of(
                    "pool.hosts.api.url", "https://api.example.com",
                    "pool.proxy.no-proxy", "localhost",
                    "pool.proxy.password", "secret")))
            .bindOrCreate("pool", PooledClientProperties.class);

    @Test
    void propertiesDoNotChange() {
        PooledClientProperties.Host other = properties.hosts().get("api");

        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> properties.hosts().put("other", other));
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> properties.proxy().noProxy().add("other"));
    }

    @Test
    void environmentVariableChangesAHostWhateverDashesItsNameHas() {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource(
                        "file",
                        Map.of(
                                "pool.hosts.slow-partner.url", "https://partner.example.com",
                                "pool.hosts.slow-partner.max-idle-per-host", "1",
                                "pool.hosts.FastPartner.url", "https://fast.example.com")));
        environment
                .getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        Map.of(
                                "POOL_HOSTS_SLOWPARTNER_MAXIDLEPERHOST", "2",
                                "POOL_HOSTS_FASTPARTNER_MAXIDLEPERHOST", "3")));

        Map<String, PooledClientProperties.Host> hosts = Binder.get(environment)
                .bindOrCreate("pool", PooledClientProperties.class)
                .hosts();

        assertThat(hosts).containsOnlyKeys("slow-partner", "FastPartner");
        assertThat(hosts.get("slow-partner").url()).isEqualTo("https://partner.example.com");
        assertThat(hosts.get("slow-partner").maxIdlePerHost()).isEqualTo(2);
        assertThat(hosts.get("FastPartner").maxIdlePerHost()).isEqualTo(3);
    }

    @Test
    void passwordIsNotSaid() {
        assertThat(properties.toString()).contains("api.example.com").doesNotContain("secret");
    }
}
