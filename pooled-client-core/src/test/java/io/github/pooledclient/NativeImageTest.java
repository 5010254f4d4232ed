// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.tomakehurst.wiremock.common.Json;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What native images are told of the core: what it calls by reflection, and finds again in newer JDKs only. */
class NativeImageTest {

    private static final String CONFIGURATION =
            "/META-INF/native-image/io.github.pooledclient/pooled-client-core/reflect-config.json";

    @Test
    void whatIsToldIsThere() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with 21");

        for (Map<?, ?> type : configuration()) {
            Class<?> found = Class.forName(String.valueOf(type.get("name")));
            if (type.get("methods") instanceof List<?> methods) {
                for (Object method : methods) {
                    assertThat(found.getMethods())
                            .extracting(declared -> declared.getName())
                            .contains(String.valueOf(((Map<?, ?>) method).get("name")));
                }
            }
        }
    }

    private static List<Map<?, ?>> configuration() throws Exception {
        try (InputStream json = NativeImageTest.class.getResourceAsStream(CONFIGURATION)) {
            return List.of(Json.read(new String(json.readAllBytes(), StandardCharsets.UTF_8), Map[].class));
        }
    }
}
