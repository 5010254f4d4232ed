// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

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
    void passwordIsNotSaid() {
        assertThat(properties.toString()).contains("api.example.com").doesNotContain("secret");
    }
}
