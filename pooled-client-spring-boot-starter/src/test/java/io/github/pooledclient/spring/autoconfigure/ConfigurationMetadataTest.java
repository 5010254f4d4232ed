// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What IDEs show of the properties. */
class ConfigurationMetadataTest {

    @Test
    void eachPropertyHasItsDescription() throws Exception {
        assertThat(properties())
                .hasSizeGreaterThan(15)
                .allSatisfy((name, property) -> assertThat(
                                property.path("description").asString())
                        .as(name)
                        .matches("(How|Whether|Settings) .*\\."));
    }

    @Test
    void eachPropertyButTheHostsHasItsDefault() throws Exception {
        Map<String, JsonNode> properties = properties();
        properties.remove("pool.hosts");

        assertThat(properties)
                .allSatisfy((name, property) ->
                        assertThat(property.has("defaultValue")).as(name).isTrue());
    }

    private static Map<String, JsonNode> properties() throws Exception {
        Map<String, JsonNode> properties = new TreeMap<>();
        try (InputStream metadata =
                PooledClientProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            for (JsonNode property : JsonMapper.shared().readTree(metadata).path("properties")) {
                if (property.path("name").asString().startsWith("pool.")) {
                    properties.put(property.path("name").asString(), property);
                }
            }
        }
        return properties;
    }
}
