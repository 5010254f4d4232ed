// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.PooledHttpClient;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What IDEs show of the properties. */
class ConfigurationMetadataTest {

    private static final Set<String> WITHOUT_DEFAULT = Set.of(
            "pool.hosts",
            "pool.preset",
            "pool.proxy.host",
            "pool.proxy.port",
            "pool.proxy.username",
            "pool.proxy.password",
            "pool.ssl.bundle");

    @Test
    void eachPropertyHasItsDescription() throws Exception {
        assertThat(properties())
                .hasSizeGreaterThan(15)
                .allSatisfy((name, property) -> assertThat(
                                property.path("description").asString())
                        .as(name)
                        .matches("[A-Z].*\\."));
    }

    @Test
    void eachPropertyButTheHostsHasItsDefault() throws Exception {
        Map<String, JsonNode> properties = properties();
        properties.keySet().removeAll(WITHOUT_DEFAULT);

        assertThat(properties)
                .allSatisfy((name, property) ->
                        assertThat(property.has("defaultValue")).as(name).isTrue());
    }

    @Test
    void defaultsThatAreShownAreTheDefaults() throws Exception {
        List<String> shown = new ArrayList<>();
        properties().forEach((name, property) -> {
            JsonNode value = property.path("defaultValue");
            if (!value.isMissingNode() && !value.isArray()) {
                shown.add(name + "=" + value.asString());
            }
        });
        ApplicationContextRunner runner = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(PooledClientAutoConfiguration.class));

        runner.run(unset -> runner.withPropertyValues(shown.toArray(String[]::new))
                .run(set -> {
                    PooledHttpClient client = set.getBean(PooledHttpClient.class);
                    PooledHttpClient expected = unset.getBean(PooledHttpClient.class);
                    assertThat(client.poolSettings()).usingRecursiveComparison().isEqualTo(expected.poolSettings());
                    assertThat(client.limits()).usingRecursiveComparison().isEqualTo(expected.limits());
                    assertThat(client.connectTimeout()).isEqualTo(expected.connectTimeout());
                    assertThat(client.readTimeout()).isEqualTo(expected.readTimeout());
                }));
    }

    @Test
    void eachPresetIsHinted() throws Exception {
        List<String> hinted = new ArrayList<>();
        for (JsonNode hint : metadata().path("hints")) {
            if (hint.path("name").asString().equals("pool.preset")) {
                hint.path("values")
                        .forEach(value -> hinted.add(value.path("value").asString()));
            }
        }

        assertThat(hinted)
                .containsExactly(Stream.of(PooledClientProperties.Preset.values())
                        .map(preset -> preset.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                        .toArray(String[]::new));
    }

    @Test
    void pageOfThePropertiesHasThemAll() throws Exception {
        String page = Files.readString(Path.of("../docs/configuration.md"));
        Set<String> named = new TreeSet<>(properties().keySet());
        Stream.of(PooledClientProperties.Host.class.getRecordComponents())
                .filter(component -> !component.getType().isRecord())
                .forEach(component -> named.add("pool.hosts.<name>." + dashed(component.getName())));
        named.removeIf(name -> page.contains("`" + name + "`")
                || page.contains("`" + name.substring(name.lastIndexOf('.') + 1) + "`"));

        assertThat(named).isEmpty();
    }

    private static String dashed(String camelCase) {
        return camelCase.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    private static Map<String, JsonNode> properties() throws Exception {
        Map<String, JsonNode> properties = new TreeMap<>();
        for (JsonNode property : metadata().path("properties")) {
            if (property.path("name").asString().startsWith("pool.")) {
                properties.put(property.path("name").asString(), property);
            }
        }
        return properties;
    }

    private static JsonNode metadata() throws Exception {
        try (InputStream metadata =
                PooledClientProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            return JsonMapper.shared().readTree(metadata);
        }
    }
}
