// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pooledclient.SoakCall.What;
import io.github.pooledclient.pool.HostSnapshot;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.testing.CheckingOrigin;
import io.github.pooledclient.testing.CheckingOrigin.Reception;
import io.github.pooledclient.testing.FaultyProxy;
import io.github.pooledclient.testing.TestCertificates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A client, servers, faulty proxies between them, and callers, in rounds: after each one all callers pause, until nothing is
 * under way any more. Then what became of each call can be compared with what the servers received.
 */
final class SoakRun implements AutoCloseable {

    static final int CALLERS = 64;
    private static final int CONNECTIONS = 16;
    private static final Duration ROUND = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final long seed;
    private final SplittableRandom random;
    private final Place plain;
    private final Place secure;
    private final SoakWitness witness = new SoakWitness();
    private final HttpClient client;
    private final @Nullable PooledHttpClient pooled;
    private final SoakLedger ledger;
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2, SoakRun::thread);
    private final AtomicLong ids = new AtomicLong(1);
    private Set<String> misledBefore = Set.of();

    /** A server and the way to it. */
    private record Place(CheckingOrigin origin, FaultyProxy proxy, URI base) implements AutoCloseable {

        static Place start(long seed, boolean secure) throws IOException {
            CheckingOrigin origin = CheckingOrigin.start(seed, secure ? TestCertificates.server() : null);
            FaultyProxy proxy = FaultyProxy.start(origin.port(), seed);
            return new Place(
                    origin, proxy, URI.create((secure ? "https" : "http") + "://127.0.0.1:" + proxy.port() + "/"));
        }

        @Override
        public void close() throws IOException {
            proxy.close();
            origin.close();
        }
    }

    /** A call and what became of it. */
    private record Ended(SoakCall call, SoakCall.Outcome outcome) {

        /**
         * Whoever has taken what crossed his request leaves his own answer to the next one, who may be just as unable to see
         * it coming.
         */
        Ended excusedBy(Set<String> misled) {
            boolean excused = outcome.what() == What.OTHERS_ANSWER && misled.contains(outcome.detail());
            return excused
                    ? new Ended(call, new SoakCall.Outcome(What.CROSSED, null, "by its successor", outcome.nanos()))
                    : this;
        }
    }

    SoakRun(long seed, boolean isPlainJdk) throws IOException {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.plain = Place.start(seed, false);
        this.secure = Place.start(~seed, true);
        this.pooled = isPlainJdk ? null : pooledClient();
        this.client = pooled == null ? jdkClient() : pooled;
        this.ledger = new SoakLedger(pooled != null);
    }

    private PooledHttpClient pooledClient() {
        PoolSettings pool = PoolSettings.builder()
                .maxConnectionsPerHost(CONNECTIONS)
                .maxConnections(CONNECTIONS)
                .maxLifetime(Duration.ofSeconds(3))
                .leakDetectionThreshold(Duration.ofSeconds(30))
                .build();
        return PooledHttpClient.newBuilder()
                .pool(pool)
                .listener(witness)
                .proxy(witness)
                .sslContext(TestCertificates.client())
                .connectTimeout(Duration.ofSeconds(1))
                .readTimeout(Duration.ofMillis(500))
                .build();
    }

    private static HttpClient jdkClient() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(TestCertificates.client())
                .connectTimeout(Duration.ofSeconds(1))
                .build();
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "soak-timer");
        thread.setDaemon(true);
        return thread;
    }

    SoakLedger ledger() {
        return ledger;
    }

    /** One round of calls. */
    void round(ExecutorService callers) throws Exception {
        long end = System.nanoTime() + ROUND.toNanos();
        places().forEach(place -> place.proxy().calm(false));
        List<Future<?>> disturbances = disturb();
        // With both, the hosts take connections from each other; with one, they live longer.
        double secureShare = List.of(0.0, 0.25, 0.05, 1.0).get(random.nextInt(4));
        List<Future<List<Ended>>> running = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            running.add(callers.submit(() -> callUntil(end, secureShare)));
        }
        List<Ended> ended = new ArrayList<>();
        for (Future<List<Ended>> caller : running) {
            ended.addAll(awaitCaller(caller));
        }
        for (Future<?> disturbance : disturbances) {
            disturbance.get();
        }
        settle();
        judge(ended);
        speakUnasked();
    }

    private Stream<Place> places() {
        return Stream.of(plain, secure);
    }

    private List<Future<?>> disturb() {
        List<Future<?>> disturbances = new ArrayList<>();
        places().filter(place -> random.nextInt(3) == 0).forEach(place -> {
            boolean resets = random.nextBoolean();
            int downMillis = random.nextInt(60);
            disturbances.add(later(() -> restart(place, resets, downMillis)));
        });
        PooledHttpClient ours = pooled;
        if (ours != null && random.nextInt(4) == 0) {
            disturbances.add(later(random.nextBoolean() ? ours::evictIdle : ours::retire));
        }
        return disturbances;
    }

    private Future<?> later(Runnable disturbance) {
        return timer.schedule(disturbance, random.nextLong(ROUND.toMillis()), TimeUnit.MILLISECONDS);
    }

    private static void restart(Place place, boolean resets, long downMillis) {
        try {
            place.proxy().restart(resets, downMillis);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    private List<Ended> callUntil(long end, double secureShare) throws InterruptedException {
        List<Ended> ended = new ArrayList<>();
        while (System.nanoTime() - end < 0) {
            long id = ids.getAndIncrement();
            SplittableRandom own = new SplittableRandom(seed + id);
            SoakCall call = new SoakCall(id, own, own.nextDouble() < secureShare, pooled == null);
            ended.add(new Ended(call, call.run(client, (call.isSecure ? secure : plain).base(), timer)));
            if (own.nextInt(10) == 0) {
                TimeUnit.MILLISECONDS.sleep(own.nextInt(20));
            }
        }
        return ended;
    }

    private static List<Ended> awaitCaller(Future<List<Ended>> caller) throws Exception {
        try {
            return caller.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            StringBuilder stacks = new StringBuilder("a call hangs");
            Thread.getAllStackTraces().forEach((thread, stack) -> {
                stacks.append("\n").append(thread);
                Stream.of(stack).forEach(frame -> stacks.append("\n    at ").append(frame));
            });
            throw new AssertionError(stacks.toString(), e);
        }
    }

    /** Waits until nothing is on its way, and checks that all permits and sockets are where they should be. */
    private void settle() {
        places().forEach(place -> place.proxy().calm(true));
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).untilAsserted(() -> {
            places().forEach(place -> place.proxy().endStalls());
            assertThat(places().allMatch(place -> place.origin().isQuiet()))
                    .as("servers wait for requests")
                    .isTrue();
            if (pooled != null) {
                HostSnapshot now = pooled.snapshot().totals();
                assertThat(now.active() + now.pending() + now.connecting())
                        .as("in use, waiting, connecting")
                        .isZero();
                assertThat(places().mapToInt(place -> place.proxy().open()).sum())
                        .as("open sockets")
                        .isLessThanOrEqualTo(now.idle());
                assertThat(now.opened()).as("opened").isEqualTo(now.idle() + closed(now));
            }
        });
    }

    private static long closed(HostSnapshot now) {
        return now.closed().values().stream().mapToLong(Long::longValue).sum();
    }

    private List<Ended> excused(List<Ended> all) {
        List<Ended> ended = all;
        Set<String> misled = Set.of();
        for (int before = -1; misled.size() > before; ) {
            before = misled.size();
            Set<String> known =
                    Stream.concat(misledBefore.stream(), crossed(ended)).collect(Collectors.toSet());
            ended = ended.stream().map(one -> one.excusedBy(known)).toList();
            misled = known;
        }
        // What a proxy delays may arrive in the next round.
        misledBefore = crossed(ended).collect(Collectors.toSet());
        return ended;
    }

    private static Stream<String> crossed(List<Ended> ended) {
        return ended.stream()
                .filter(one -> one.outcome().what() == What.CROSSED)
                .map(one -> Long.toString(one.call().target.id()));
    }

    private static String find(List<Ended> ended, String id) {
        return ended.stream()
                .filter(one -> Long.toString(one.call().target.id()).equals(id))
                .findFirst()
                .map(Ended::toString)
                .orElse("of an earlier round");
    }

    private int openSockets() {
        return places().mapToInt(place -> place.proxy().open() + place.origin().open())
                .sum();
    }

    private void judge(List<Ended> all) {
        List<Ended> ended = excused(all);
        for (Ended one : ended) {
            SoakCall call = one.call();
            Reception received = (call.isSecure ? secure : plain).origin().reception(call.target.id());
            ledger.judge(call, one.outcome(), received, witness);
            if (one.outcome().what() == What.OTHERS_ANSWER) {
                System.out.println(
                        "soak: whose answer: " + find(ended, one.outcome().detail()));
            }
        }
        places().forEach(place -> {
            CheckingOrigin origin = place.origin();
            for (String wrong = origin.violations().poll();
                    wrong != null;
                    wrong = origin.violations().poll()) {
                ledger.violation("WRONG_REQUEST", wrong, null);
            }
            origin.forget();
        });
        witness.forget();
    }

    /** Has the servers speak on idle connections, and waits until the client has received it. */
    private void speakUnasked() {
        places().forEach(place -> {
            Map<Integer, Long> spoken = place.origin().speakUnasked(random, place.proxy()::delivered);
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> spoken.entrySet().stream()
                            .allMatch(one -> place.proxy().delivered(one.getKey()) >= one.getValue()));
        });
    }

    long answersWithSurplus() {
        return places().mapToLong(place -> place.origin().answersWithSurplus()).sum();
    }

    /** After how many of them the connection was used again. */
    long trustedInSpiteOfSurplus() {
        return places().mapToLong(place -> place.origin().trustedInSpiteOfSurplus())
                .sum();
    }

    /** Closes the client, and checks that it leaves nothing behind. */
    void end() throws Exception {
        if (pooled == null) {
            return;
        }
        pooled.close();
        // The reaper may be closing one just now.
        await().atMost(PATIENCE).untilAsserted(() -> {
            HostSnapshot now = pooled.snapshot().totals();
            assertThat(closed(now)).as("closed").isEqualTo(now.opened());
            assertThat(now.leaks()).as("leaks").isZero();
            assertThat(openSockets()).as("open sockets").isZero();
        });
    }

    @Override
    public void close() throws IOException {
        timer.shutdownNow();
        if (pooled != null) {
            pooled.shutdownNow();
        }
        plain.close();
        secure.close();
    }

    @Override
    public String toString() {
        return ledger
                + (pooled == null ? "" : "\npool: " + pooled.snapshot().totals())
                + "\nfaults: " + plain.proxy().struck() + ", with TLS "
                + secure.proxy().struck()
                + "\nmischief: " + plain.origin().mischief() + ", with TLS "
                + secure.origin().mischief()
                + "\nconnections: " + plain.proxy().accepted() + ", with TLS "
                + secure.proxy().accepted();
    }
}
