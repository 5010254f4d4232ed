// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.spring.PooledClientEndpoint;
import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.transport.Origin;
import java.net.URI;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.http.client.FilteredHostException;
import org.springframework.boot.http.client.InetAddressFilter;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.core.test.tools.Compiled;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.javapoet.ClassName;
import org.springframework.web.client.RestClient;

/** The starter in a context that was prepared at build time, as native images have it. */
@CompileWithForkedClassLoader
class AheadOfTimeTest {

    private final TestGenerationContext generation = new TestGenerationContext();

    @Test
    void preparedContextSendsOverThePool() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("there")))) {
            run(context -> {
                for (int i = 0; i < 2; i++) {
                    assertThat(context.getBean(RestClient.Builder.class)
                                    .build()
                                    .get()
                                    .uri(server.uri("/"))
                                    .retrieve()
                                    .body(String.class))
                            .isEqualTo("there");
                }

                assertThat(server.accepted()).isEqualTo(1);
                assertThat(context.getBean(PooledHttpClient.class)
                                .poolSettings()
                                .maxConnectionsPerHost())
                        .isEqualTo(7);
                assertThat(context.getBean(PooledHttpClient.class)
                                .poolSettings()
                                .forOrigin(Origin.of(URI.create("https://api.example.com")))
                                .maxIdlePerHost())
                        .isEqualTo(3);
            });
        }
    }

    @Test
    void propertiesAndEndpointAreKnownToNativeImages() {
        RuntimeHints hints = prepare();

        Stream.concat(
                        Stream.of(PooledClientProperties.class),
                        Stream.of(PooledClientProperties.class.getDeclaredClasses()))
                .filter(Class::isRecord)
                .forEach(part -> assertThat(RuntimeHintsPredicates.reflection()
                                .onConstructorInvocation(part.getDeclaredConstructors()[0]))
                        .as(part.getSimpleName())
                        .accepts(hints));
        assertThat(RuntimeHintsPredicates.reflection().onType(PooledClientEndpoint.class))
                .accepts(hints);
    }

    @Test
    void exceptionOfBootIsKnownToNativeImages() throws Exception {
        assertThat(RuntimeHintsPredicates.reflection()
                        .onConstructorInvocation(FilteredHostException.class.getDeclaredConstructor(
                                String.class, InetAddressFilter.class)))
                .accepts(prepare());
    }

    @Test
    void wrongPropertyStopsThePreparedContextToo() {
        assertThatThrownBy(() -> run(context -> {}, "pool.max-connections-per-host=0"))
                .hasStackTraceContaining("pool.max-connections-per-host = 0");
    }

    private RuntimeHints prepare() {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        context.register(Application.class);
        TestPropertyValues.of("management.endpoints.web.exposure.include=*").applyTo(context);
        new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
        generation.writeGeneratedContent();
        return generation.getRuntimeHints();
    }

    private void run(Consumer<GenericApplicationContext> use, String... properties) {
        AnnotationConfigApplicationContext template = new AnnotationConfigApplicationContext();
        template.register(Application.class);
        ClassName initializer = new ApplicationContextAotGenerator().processAheadOfTime(template, generation);
        generation.writeGeneratedContent();
        TestCompiler.forSystem().with(generation).compile(compiled -> {
            try (GenericApplicationContext prepared = new GenericApplicationContext()) {
                TestPropertyValues.of(
                                "pool.max-connections-per-host=7",
                                "pool.hosts.api.url=https://api.example.com",
                                "pool.hosts.api.max-idle-per-host=3")
                        .and(properties)
                        .applyTo(prepared);
                initializer(compiled, initializer).initialize(prepared);
                prepared.refresh();
                use.accept(prepared);
            }
        });
    }

    @SuppressWarnings("unchecked")
    private static ApplicationContextInitializer<GenericApplicationContext> initializer(
            Compiled compiled, ClassName name) {
        return compiled.getInstance(ApplicationContextInitializer.class, name.toString());
    }

    @EnableAutoConfiguration
    static class Application {}
}
