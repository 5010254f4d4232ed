// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.spring.testing.ReducedClassPath;
import java.lang.Thread.UncaughtExceptionHandler;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;

/** The starter in whole applications, each with less on its class path. */
class MissingLibrariesTest {

    private static final String CLIENT = "pooledHttpClient";
    private static final String BUILDER = "pooledClientHttpRequestFactoryBuilder";
    private static final String CONNECTOR_BUILDER = "pooledClientHttpConnectorBuilder";
    private static final String ENDPOINT = "pooledClientEndpoint";
    private static final String HEALTH = "connectionPoolHealthContributor";
    private static final String METRICS = "pooledClientMetrics";
    private static final String OBSERVER = "pooledClientObserver";

    private static final String[] WEB_SERVER = {"tomcat", "spring-boot-tomcat", "spring-boot-starter-tomcat"};
    private static final String[] WEB_MVC = {"spring-webmvc", "spring-boot-webmvc", "spring-boot-servlet"};
    private static final String[] WEB_FLUX = {"spring-webflux", "spring-boot-webflux", "spring-boot-webclient"};
    private static final String[] REACTOR = {"reactor-", "spring-boot-reactor"};
    private static final String[] ACTUATOR = {"spring-boot-actuator"};
    private static final String[] HEALTH_MODULE = {"spring-boot-health"};
    private static final String[] MICROMETER = {"micrometer", "spring-boot-micrometer"};
    private static final String[] HTTP_CLIENT = {"spring-boot-http-client", "spring-boot-restclient"};
    private static final String[] SPRING_WEB = {"spring-web-", "spring-boot-http-converter", "spring-boot-web-server"};

    @Test
    void withAllOfThemAllIsThere() throws Exception {
        assertThat(beans()).contains(CLIENT, BUILDER, CONNECTOR_BUILDER, ENDPOINT, HEALTH, METRICS, OBSERVER);
    }

    @Test
    void withoutWebServer() throws Exception {
        assertThat(beans(WEB_SERVER, WEB_MVC)).contains(CLIENT, BUILDER, HEALTH, METRICS);
    }

    @Test
    void withoutReactor() throws Exception {
        assertThat(beans(WEB_FLUX, REACTOR)).contains(CLIENT, BUILDER).doesNotContain(CONNECTOR_BUILDER);
    }

    @Test
    void withoutActuator() throws Exception {
        assertThat(beans(ACTUATOR)).contains(CLIENT, BUILDER, HEALTH).doesNotContain(ENDPOINT);
    }

    @Test
    void withoutHealth() throws Exception {
        assertThat(beans(ACTUATOR, HEALTH_MODULE)).contains(CLIENT, BUILDER).doesNotContain(ENDPOINT, HEALTH);
    }

    @Test
    void withoutMicrometer() throws Exception {
        assertThat(beans(ACTUATOR, MICROMETER))
                .contains(CLIENT, BUILDER, HEALTH)
                .doesNotContain(METRICS, OBSERVER);
    }

    @Test
    void withoutHttpClientModule() throws Exception {
        assertThat(beans(HTTP_CLIENT, WEB_FLUX))
                .contains(CLIENT, ENDPOINT, HEALTH, METRICS)
                .doesNotContain(BUILDER, CONNECTOR_BUILDER);
    }

    @Test
    void withNoneOfThem() throws Exception {
        assertThat(beans(
                        WEB_SERVER,
                        WEB_MVC,
                        WEB_FLUX,
                        REACTOR,
                        ACTUATOR,
                        HEALTH_MODULE,
                        MICROMETER,
                        HTTP_CLIENT,
                        SPRING_WEB))
                .contains(CLIENT)
                .doesNotContain(BUILDER, CONNECTOR_BUILDER, ENDPOINT, HEALTH, METRICS);
    }

    private static String[] beans(String[]... missing) throws Exception {
        String[] names = Arrays.stream(missing).flatMap(Arrays::stream).toArray(String[]::new);
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        List<Throwable> uncaught = new CopyOnWriteArrayList<>();
        UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
        try {
            String[] beans = (String[]) ReducedClassPath.call(Beans.class, names);
            // They end without their class loader, which is closed by now, as in a server that an application is taken
            // out of.
            for (Thread thread : Thread.getAllStackTraces().keySet()) {
                if (thread.getName().startsWith("pooled-client-") && !before.contains(thread)) {
                    thread.join(10_000);
                }
            }
            assertThat(uncaught).isEmpty();
            return beans;
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(handler);
        }
    }

    /** The names of the beans of an application. */
    public static final class Beans implements Callable<String[]> {

        @Override
        public String[] call() {
            SpringApplication application = new SpringApplication(Application.class);
            application.setDefaultProperties(Map.of(
                    // Tomcat can be started from one class loader of a JVM only; other tests have it.
                    "spring.main.web-application-type", "none",
                    "management.endpoints.web.exposure.include", "*",
                    "spring.main.banner-mode", "off"));
            // Logging and shutdown hooks belong to the whole JVM.
            application.setRegisterShutdownHook(false);
            try (ConfigurableApplicationContext context = application.run()) {
                return context.getBeanDefinitionNames();
            }
        }
    }

    @EnableAutoConfiguration
    static class Application {}
}
