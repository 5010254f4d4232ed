// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.integration;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.testing.ScriptedServer;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.devtools.restart.Restarter;
import org.springframework.boot.devtools.restart.classloader.RestartClassLoader;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.DefaultResourceLoader;

/** An application that starts again and again in one JVM, as the developer tools do it: libraries stay, its classes go. */
@Timeout(180)
class RestartTest {

    @Test
    void nothingIsLeftOfAnApplicationThatHasEnded() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("there")))) {
            List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
            Set<String> threads = threadsOfClients();
            for (int i = 0; i < 3; i++) {
                loaders.add(startCallAndEnd(server));
            }

            assertThat(server.accepted()).isEqualTo(3);
            assertThat(server.awaitNoneOpen(Duration.ofSeconds(10))).isTrue();
            Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                System.gc();
                assertThat(loaders)
                        .allSatisfy(loader -> assertThat(loader.get()).isNull());
                assertThat(threads).containsAll(threadsOfClients());
            });
        }
    }

    // Those of other applications in this JVM may be there before and after.
    private static Set<String> threadsOfClients() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("pooled-client-"))
                .collect(Collectors.toSet());
    }

    private static WeakReference<ClassLoader> startCallAndEnd(ScriptedServer server) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        // As the developer tools start it: what is in directories is loaded anew, and libraries stay.
        URL classes =
                RestartedApplication.class.getProtectionDomain().getCodeSource().getLocation();
        ClassLoader loader = new RestartClassLoader(before, new URL[] {classes});
        thread.setContextClassLoader(loader);
        try {
            Class<?> type = loader.loadClass(RestartedApplication.class.getName());
            assertThat(type).isNotSameAs(RestartedApplication.class);
            SpringApplication application = new SpringApplicationBuilder(new DefaultResourceLoader(loader), type)
                    .web(WebApplicationType.NONE)
                    .registerShutdownHook(false)
                    .build();
            try (ConfigurableApplicationContext context = application.run(
                    "--logging.register-shutdown-hook=false",
                    "--spring.cloud.compatibility-verifier.enabled=false",
                    "--upstream=" + server.uri("/"))) {
                assertThat(((Callable<?>) context.getBean("call")).call()).isEqualTo("there");
            }
        } finally {
            thread.setContextClassLoader(before);
            // It remembers the last application, for the next restart.
            Restarter.clearInstance();
        }
        return new WeakReference<>(loader);
    }
}
