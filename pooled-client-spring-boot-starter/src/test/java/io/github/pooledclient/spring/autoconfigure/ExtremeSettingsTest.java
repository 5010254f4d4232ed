// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.testing.ScriptedServer;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Each value is allowed, and so the client works with all of them at once. */
class ExtremeSettingsTest {

    private static final List<String> TIMES = List.of(
            "idle-timeout",
            "max-lifetime",
            "acquire-timeout",
            "leak-detection-threshold",
            "connect-timeout",
            "read-timeout",
            "limits.drain-timeout");
    private static final List<String> COUNTS = List.of(
            "max-connections-per-host",
            "max-idle-per-host",
            "max-pending-per-host",
            "limits.max-response-fields",
            "limits.max-interim-responses",
            "limits.max-decompression-ratio");
    private static final List<String> SIZES = List.of("limits.max-chunk-extension-size", "limits.max-drain-size");
    private static final String CHUNKED =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nKeep-Alive: timeout=9999999999\r\n\r\n2;a=b\r\nok\r\n0\r\n\r\n";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(PooledClientAutoConfiguration.class));

    @Test
    void hugeValuesAreNoOverflow() throws Exception {
        List<String> values = new ArrayList<>(List.of(
                "pool.max-connections=" + Integer.MAX_VALUE,
                "pool.max-idle=" + Integer.MAX_VALUE,
                "pool.warm-up-timeout=200000d",
                "pool.shutdown-timeout=200000d"));
        for (String prefix : List.of("pool.", "pool.hosts.own.")) {
            TIMES.forEach(name -> values.add(prefix + name + "=200000d"));
            COUNTS.forEach(name -> values.add(prefix + name + "=" + Integer.MAX_VALUE));
            SIZES.forEach(name -> values.add(prefix + name + "=" + Long.MAX_VALUE + "B"));
        }

        assertThatItWorksWith(values);
    }

    @Test
    void zeroIsWhatTheDocumentationSays() throws Exception {
        List<String> values = new ArrayList<>(List.of(
                "pool.max-connections=0", "pool.max-idle=0", "pool.warm-up-timeout=0", "pool.shutdown-timeout=0"));
        for (String prefix : List.of("pool.", "pool.hosts.own.")) {
            TIMES.forEach(name -> values.add(prefix + name + "=0"));
            values.add(prefix + "max-idle-per-host=0");
            values.add(prefix + "min-idle-per-host=0");
            values.add(prefix + "max-pending-per-host=0");
            values.add(prefix + "limits.max-interim-responses=0");
            values.add(prefix + "limits.max-decompression-ratio=0");
            values.add(prefix + "limits.max-trailer-size=0");
            values.add(prefix + "limits.max-drain-size=0");
        }

        assertThatItWorksWith(values);
    }

    private void assertThatItWorksWith(List<String> values) throws Exception {
        try (ScriptedServer named = ScriptedServer.start(always(CHUNKED));
                ScriptedServer other = ScriptedServer.start(always(ok("ok")))) {
            runner.withPropertyValues("pool.hosts.own.url=" + named.uri(""))
                    .withPropertyValues(values.toArray(String[]::new))
                    .run(context -> {
                        PooledHttpClient client = context.getBean(PooledHttpClient.class);

                        for (ScriptedServer server : List.of(named, other, named, other)) {
                            HttpRequest request =
                                    HttpRequest.newBuilder(server.uri("/")).build();
                            assertThat(client.send(request, BodyHandlers.ofString())
                                            .body())
                                    .isEqualTo("ok");
                        }
                    });
        }
    }
}
