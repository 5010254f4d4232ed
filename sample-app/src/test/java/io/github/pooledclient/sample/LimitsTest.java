// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.http.ResponseEntity;

class LimitsTest {

    @Test
    void callersWaitForTwoConnectionsAndThenAreToldWhoHasThem() {
        ExecutorService callers = Executors.newFixedThreadPool(10);
        try (RunningSample sample =
                new RunningSample("--pool.max-connections-per-host=2", "--pool.acquire-timeout=500ms")) {
            List<CompletableFuture<ResponseEntity<String>>> calls = IntStream.range(0, 10)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> sample.get(i % 2 == 0 ? "/call/slow" : "/rest/slow"), callers))
                    .toList();

            List<ResponseEntity<String>> answers =
                    calls.stream().map(CompletableFuture::join).toList();

            assertThat(answers)
                    .filteredOn(answer -> answer.getStatusCode().value() == 200)
                    .hasSize(2);
            assertThat(answers)
                    .filteredOn(answer -> answer.getStatusCode().value() == 503)
                    .hasSize(8)
                    .allSatisfy(answer -> assertThat(answer.getBody())
                            .contains("no connection to http://localhost")
                            .contains("2 of 2 leased"));
            assertThat(sample.upstream().path("acquireTimeouts").asInt()).isEqualTo(8);
            assertThat(sample.upstream().path("opened").asInt()).isEqualTo(2);
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void idleConnectionsGoAfterTheIdleTimeout() {
        try (RunningSample sample = new RunningSample("--pool.idle-timeout=300ms")) {
            sample.get("/call/fast");
            assertThat(sample.upstream().path("opened").asInt()).isEqualTo(1);

            Awaitility.await()
                    .untilAsserted(() -> assertThat(sample.upstream()
                                    .path("closed")
                                    .path("idle_timeout")
                                    .asInt())
                            .isEqualTo(1));

            assertThat(sample.upstream().path("idle").asInt()).isZero();
        }
    }
}
