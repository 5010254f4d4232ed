// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.spring.testing.EchoServer;
import java.lang.management.ManagementFactory;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The endpoint of a whole application without web server, as a JMX console sees it. */
class JmxEndpointTest {

    private final MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
    private EchoServer server;

    @BeforeEach
    void startServer() throws Exception {
        server = new EchoServer();
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    @Test
    void poolAndHostAreShown() throws Exception {
        try (ConfigurableApplicationContext application = start("unrestricted")) {
            call(application);

            Map<?, ?> pool = (Map<?, ?>) invoke("pool", (Object) null);
            Map<?, ?> host = (Map<?, ?>) invoke("host", server.authority(), null);

            assertThat(pool.get("state")).isEqualTo("running");
            assertThat(pool.get("clients")).isEqualTo(List.of("pooledHttpClient"));
            assertThat(String.valueOf(host.get("opened"))).isEqualTo("1");
            assertThat((List<?>) host.get("connections")).hasSize(1);
        }
    }

    @Test
    void poolIsChanged() throws Exception {
        try (ConfigurableApplicationContext application = start("unrestricted")) {
            PooledHttpClient client = call(application);

            Map<?, ?> host = (Map<?, ?>) invoke("change", server.authority(), "resize", 3, null, null);
            assertThat(host.get("max")).isEqualTo(3);

            invoke("retire", (Object) null);
            Awaitility.await()
                    .untilAsserted(
                            () -> assertThat(client.snapshot().totals().idle()).isZero());
        }
    }

    @Test
    void whatIsWrongIsExplained() throws Exception {
        try (ConfigurableApplicationContext application = start("unrestricted")) {
            call(application);

            assertThatThrownBy(() -> invoke("host", "nobody.example:443", null))
                    .hasStackTraceContaining("no connections to 'nobody.example:443'");
            assertThatThrownBy(() -> invoke("change", server.authority(), "explode", null, null, null))
                    .hasStackTraceContaining("action must be suspend, resume or resize: 'explode'");
        }
    }

    @Test
    void readOnlyAccessOnlyReads() throws Exception {
        try (ConfigurableApplicationContext application = start("read-only")) {
            call(application);

            assertThat(operations()).extracting(MBeanOperationInfo::getName).containsExactlyInAnyOrder("pool", "host");
        }
    }

    private static ConfigurableApplicationContext start(String access) {
        return new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .registerShutdownHook(false)
                .run(
                        "--spring.main.banner-mode=off",
                        "--spring.jmx.enabled=true",
                        "--management.endpoints.jmx.exposure.include=connectionpool",
                        "--management.endpoints.jmx.domain=jmx.endpoint.test",
                        "--management.endpoint.connectionpool.access=" + access);
    }

    private PooledHttpClient call(ConfigurableApplicationContext application) throws Exception {
        PooledHttpClient client = application.getBean(PooledHttpClient.class);
        client.send(HttpRequest.newBuilder(server.uri("/echo")).build(), BodyHandlers.discarding());
        return client;
    }

    private Object invoke(String operation, Object... arguments) throws Exception {
        String[] signature = Arrays.stream(operations())
                .filter(known -> known.getName().equals(operation))
                .flatMap(known -> Arrays.stream(known.getSignature()))
                .map(MBeanParameterInfo::getType)
                .toArray(String[]::new);
        return beans.invoke(name(), operation, arguments, signature);
    }

    private MBeanOperationInfo[] operations() throws Exception {
        return beans.getMBeanInfo(name()).getOperations();
    }

    private static ObjectName name() throws Exception {
        return new ObjectName("jmx.endpoint.test:type=Endpoint,name=Connectionpool");
    }

    @EnableAutoConfiguration
    static class Application {}
}
