// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.spring.restarted.RestartedApplication;
import io.github.pooledclient.testing.ScriptedServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.DefaultResourceLoader;

/** An application that starts again and again in one JVM, as the developer tools do it: libraries stay, its classes go. */
@Timeout(180)
class RestartTest {

    @Test
    void nothingIsLeftOfAnApplicationThatHasEnded() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("there")))) {
            List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                loaders.add(startCallAndEnd(server));
            }

            assertThat(server.accepted()).isEqualTo(3);
            assertThat(server.awaitNoneOpen(Duration.ofSeconds(10))).isTrue();
            Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                System.gc();
                assertThat(loaders)
                        .allSatisfy(loader -> assertThat(loader.get()).isNull());
            });
        }
    }

    private static WeakReference<ClassLoader> startCallAndEnd(ScriptedServer server) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        ClassLoader loader = new ApplicationClassLoader(before);
        thread.setContextClassLoader(loader);
        try {
            Class<?> type = loader.loadClass(RestartedApplication.class.getName());
            assertThat(type).isNotSameAs(RestartedApplication.class);
            SpringApplication application = new SpringApplicationBuilder(new DefaultResourceLoader(loader), type)
                    .web(WebApplicationType.NONE)
                    .registerShutdownHook(false)
                    .build();
            try (ConfigurableApplicationContext context = application.run("--upstream=" + server.uri("/"))) {
                assertThat(((Callable<?>) context.getBean("call")).call()).isEqualTo("there");
            }
        } finally {
            thread.setContextClassLoader(before);
        }
        return new WeakReference<>(loader);
    }

    /** Loads the classes of the application itself, and has all others from its parent. */
    private static final class ApplicationClassLoader extends ClassLoader {

        private static final String APPLICATION = RestartedApplication.class.getName();

        ApplicationClassLoader(ClassLoader parent) {
            super(parent);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(APPLICATION)) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream bytes = getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (bytes == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] code = bytes.readAllBytes();
                return defineClass(name, code, 0, code.length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
