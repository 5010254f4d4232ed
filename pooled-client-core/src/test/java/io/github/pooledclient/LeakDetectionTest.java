// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.PATIENCE;
import static io.github.pooledclient.EndToEnd.awaitNothingInUse;
import static io.github.pooledclient.EndToEnd.get;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pooledclient.EndToEnd.Way;
import io.github.pooledclient.pool.PoolListener;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.testing.CapturedLog;
import io.github.pooledclient.testing.ScriptedServer;
import java.io.InputStream;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A lease that is held for longer than the threshold is reported with the stack that took it. */
class LeakDetectionTest {

    private static final String MUCH = ok("x".repeat(1_000_000));

    private static final class Stacks implements PoolListener {

        final List<Throwable> taken = new CopyOnWriteArrayList<>();

        @Override
        public void leaked(String host, long leaseNanos, @Nullable Throwable acquiredAt) {
            if (acquiredAt != null) {
                taken.add(acquiredAt);
            }
        }
    }

    private static PooledHttpClient client(Stacks stacks) {
        return PooledHttpClient.newBuilder()
                .pool(PoolSettings.builder()
                        .leakDetectionThreshold(Duration.ofMillis(1))
                        .build())
                .listener(stacks)
                .build();
    }

    @ParameterizedTest
    @EnumSource
    void reportHasTheStackAndTheThreadOfTheCaller(Way way) throws Exception {
        Stacks stacks = new Stacks();
        try (ScriptedServer server = ScriptedServer.start(always(MUCH));
                PooledHttpClient client = client(stacks);
                InputStream body = way.send(client, get(server), BodyHandlers.ofInputStream())
                        .body()) {
            await().atMost(PATIENCE).until(() -> !stacks.taken.isEmpty());

            Throwable acquired = stacks.taken.get(0);
            Throwable caller = way == Way.SEND ? acquired : acquired.getCause();
            assertThat(acquired)
                    .hasMessageStartingWith("a connection to http://localhost:" + server.port() + " was acquired here");
            assertThat(caller)
                    .hasMessageEndingWith("by thread "
                            + (way == Way.SEND
                                    ? "test-caller"
                                    : Thread.currentThread().getName()));
            assertThat(Stream.of(caller.getStackTrace()).map(StackTraceElement::getClassName))
                    .anyMatch(name -> name.startsWith(EndToEnd.class.getName()));
            assertThat(body.read()).isEqualTo('x');
        }
    }

    @ParameterizedTest
    @EnumSource
    void reportComesOnceForEachLease(Way way) throws Exception {
        Stacks stacks = new Stacks();
        try (CapturedLog log = new CapturedLog();
                ScriptedServer server = ScriptedServer.start(always(MUCH));
                PooledHttpClient client = client(stacks)) {
            try (InputStream body =
                    way.send(client, get(server), BodyHandlers.ofInputStream()).body()) {
                await().atMost(PATIENCE).until(() -> !stacks.taken.isEmpty());
                assertThat(body.readAllBytes()).hasSize(1_000_000);
            }
            try (InputStream body =
                    way.send(client, get(server), BodyHandlers.ofInputStream()).body()) {
                await().atMost(PATIENCE).until(() -> stacks.taken.size() > 1);
                assertThat(body.readAllBytes()).hasSize(1_000_000);
            }

            awaitNothingInUse(client);
            assertThat(stacks.taken).hasSize(2);
            assertThat(EndToEnd.totals(client).leaks()).isEqualTo(2);
            assertThat(log.linesWith("was its response read or closed?")).hasSize(2);
        }
    }
}
