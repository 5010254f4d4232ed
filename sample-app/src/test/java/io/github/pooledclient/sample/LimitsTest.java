// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.testing.Gate;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscribers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.http.ResponseEntity;

@Timeout(180)
class LimitsTest {

    @Test
    void callersWaitForTwoConnectionsAndThenAreToldWhoHasThem() throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(8);
        Gate release = new Gate("the others have been told");
        try (RunningSample sample =
                new RunningSample("--pool.max-connections-per-host=2", "--pool.acquire-timeout=2s")) {
            List<CompletableFuture<HttpResponse<Void>>> holders = holdTwo(sample, release);
            List<CompletableFuture<ResponseEntity<String>>> calls = IntStream.range(0, 8)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> sample.get(i % 2 == 0 ? "/call/fast" : "/rest/fast"), callers))
                    .toList();

            List<ResponseEntity<String>> answers =
                    calls.stream().map(CompletableFuture::join).toList();

            assertThat(answers).allSatisfy(answer -> {
                assertThat(answer.getStatusCode().value()).isEqualTo(503);
                assertThat(answer.getBody())
                        .contains("no connection to http://localhost")
                        .contains("2 of 2 leased");
            });
            assertThat(sample.upstream().path("acquireTimeouts").asInt()).isEqualTo(8);
            assertThat(sample.upstream().path("opened").asInt()).isEqualTo(2);
            release.open();
            for (CompletableFuture<HttpResponse<Void>> holder : holders) {
                assertThat(holder.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            }
            assertThat(sample.get("/call/fast").getBody()).isEqualTo("FAST\n");
        } finally {
            release.open();
            callers.shutdownNow();
        }
    }

    /** Has both connections in use until the gate is open: a handler may take as long as it likes. */
    private static List<CompletableFuture<HttpResponse<Void>>> holdTwo(RunningSample sample, Gate release)
            throws InterruptedException {
        CountDownLatch held = new CountDownLatch(2);
        BodyHandler<Void> handler = info -> {
            held.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return BodySubscribers.discarding();
        };
        HttpRequest request =
                HttpRequest.newBuilder(sample.upstreamUri("/fast")).build();
        List<CompletableFuture<HttpResponse<Void>>> holders = List.of(
                sample.client().sendAsync(request, handler), sample.client().sendAsync(request, handler));
        held.await();
        return holders;
    }

    @Test
    void idleConnectionsGoAfterTheIdleTimeout() throws Exception {
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
