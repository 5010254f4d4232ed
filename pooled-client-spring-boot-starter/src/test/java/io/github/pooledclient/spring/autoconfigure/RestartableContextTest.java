// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.pool.PoolSnapshot;
import io.github.pooledclient.testing.Gate;
import io.github.pooledclient.testing.ScriptedServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.test.util.ReflectionTestUtils;
import org.springframework.web.client.RestClient;

/** Contexts that stop and go on: by hand, in the cache of Spring's test framework, around a checkpoint. */
@Timeout(180)
class RestartableContextTest {

    // Of the common pool there may be one thread only.
    private static final Executor THREADS = task -> new Thread(task).start();

    enum Way {
        STOP {
            @Override
            void end(ConfigurableApplicationContext context) {
                context.stop();
            }

            @Override
            void begin(ConfigurableApplicationContext context) {
                context.start();
            }
        },
        PAUSE {
            @Override
            void end(ConfigurableApplicationContext context) {
                context.pause();
            }

            @Override
            void begin(ConfigurableApplicationContext context) {
                context.restart();
            }
        },
        /** What Spring does before a checkpoint (CRaC) and after a restore. */
        CHECKPOINT {
            @Override
            void end(ConfigurableApplicationContext context) {
                ReflectionTestUtils.invokeMethod(processor(context), "stopForRestart");
            }

            @Override
            void begin(ConfigurableApplicationContext context) {
                ReflectionTestUtils.invokeMethod(processor(context), "restartAfterStop");
            }
        };

        abstract void end(ConfigurableApplicationContext context);

        abstract void begin(ConfigurableApplicationContext context);

        private static DefaultLifecycleProcessor processor(ConfigurableApplicationContext context) {
            return context.getBean(
                    AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME, DefaultLifecycleProcessor.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void noSocketIsLeftMeanwhileAndThePoolGoesOn(Way way) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("there")));
                ConfigurableApplicationContext context = start()) {
            RestClient client = context.getBean(RestClient.Builder.class).build();
            for (int i = 1; i <= 3; i++) {
                assertThat(get(client, server)).isEqualTo("there");
                assertThat(get(client, server)).isEqualTo("there");
                assertThat(server.accepted()).isEqualTo(i);

                way.end(context);
                assertThat(server.awaitNoneOpen(Duration.ofSeconds(10))).isTrue();
                way.begin(context);
            }

            assertThat(get(client, server)).isEqualTo("there");
            assertThat(context.getBean(PooledHttpClient.class).snapshot().state())
                    .isEqualTo(PoolSnapshot.State.RUNNING);
        }
    }

    @ParameterizedTest
    @EnumSource
    void callUnderWayIsWaitedFor(Way way) throws Exception {
        Gate answer = new Gate("answer");
        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    peer.readRequest();
                    peer.waitFor(answer);
                    peer.send(ok("late"));
                    peer.expectEnd();
                });
                ConfigurableApplicationContext context = start()) {
            RestClient client = context.getBean(RestClient.Builder.class).build();
            CompletableFuture<String> call = CompletableFuture.supplyAsync(() -> get(client, server), THREADS);
            server.awaitRequests(1);

            CompletableFuture<Void> ended = CompletableFuture.runAsync(() -> way.end(context), THREADS);
            Awaitility.await()
                    .until(() -> !context.getBean(PooledClientLifecycle.class).isRunning());
            assertThat(ended).isNotDone();
            answer.open();

            assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo("late");
            ended.get(10, TimeUnit.SECONDS);
            assertThat(server.awaitNoneOpen(Duration.ofSeconds(10))).isTrue();
        }
    }

    @Test
    void contextsOfOneJvmHavePoolsOfTheirOwn() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("there")));
                ConfigurableApplicationContext context = start()) {
            RestClient client = context.getBean(RestClient.Builder.class).build();
            try (ConfigurableApplicationContext other = start()) {
                get(client, server);
                get(other.getBean(RestClient.Builder.class).build(), server);
                assertThat(server.accepted()).isEqualTo(2);
            }

            assertThat(get(client, server)).isEqualTo("there");
            assertThat(server.accepted()).isEqualTo(2);
        }
    }

    private static String get(RestClient client, ScriptedServer server) {
        return client.get().uri(server.uri("/")).retrieve().body(String.class);
    }

    private static ConfigurableApplicationContext start() {
        return new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .registerShutdownHook(false)
                .run();
    }

    @EnableAutoConfiguration
    static class Application {}
}
