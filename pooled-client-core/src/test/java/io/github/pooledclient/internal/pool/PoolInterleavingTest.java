// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import static io.github.pooledclient.internal.pool.CountedPool.A;
import static io.github.pooledclient.internal.pool.CountedPool.B;
import static io.github.pooledclient.internal.pool.CountedPool.onBehalfOf;
import static io.github.pooledclient.internal.pool.CountedPool.settings;
import static io.github.pooledclient.testing.Interleavings.explore;
import static io.github.pooledclient.testing.Interleavings.exploreAtRandom;
import static io.github.pooledclient.testing.Interleavings.seed;
import static io.github.pooledclient.testing.Interleavings.times;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.pool.AcquireRejectedException;
import io.github.pooledclient.pool.AcquireTimeoutException;
import io.github.pooledclient.pool.Lease;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.testing.Interleavings;
import io.github.pooledclient.transport.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The races of the pool, one by one, in many of their interleavings. */
class PoolInterleavingTest {

    private static final Duration BOUND = Duration.ofNanos(WaitingLine.BOUND_NANOS);
    private static final PoolSettings ONE = settings(1).build();
    private static final PoolSettings TWO = settings(2).build();
    private static final PoolSettings ONE_OF_ALL = settings(1).maxConnections(1).build();
    private static final PoolSettings ONE_OF_ALL_TWO_A_HOST =
            settings(2).maxConnections(1).build();
    private static final PoolSettings TWO_OF_ALL = settings(2).maxConnections(2).build();
    private static final PoolSettings LOOKS =
            settings(1).idleTimeout(Duration.ZERO).build();

    @Test
    void connectionIsHandedToTheOneWhoWaits() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE);

            in.inParallel(() -> pool.use(A), () -> pool.use(A));

            pool.check(A);
        });
    }

    @Test
    void permitOfAClosedConnectionIsHandedToTheOneWhoWaits() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE);

            in.inParallel(() -> pool.useUp(A), () -> pool.useUp(A));

            pool.check(A);
        });
    }

    @Test
    void permitOfAFailedOpenIsHandedToTheOneWhoWaits() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE);
            pool.failsToOpen = true;

            in.inParallel(() -> useWithLuck(pool, A), () -> useWithLuck(pool, A));

            pool.check(A);
        });
    }

    private static void useWithLuck(CountedPool pool, String host) throws InterruptedException {
        try {
            pool.use(host);
        } catch (IOException noLuck) {
            // One of the two has none.
        }
    }

    @Test
    void waiterWhoseTimeIsOverTakesWhatItWasGiven() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE);
            Lease<CountedPool.Counted> lease = pool.pool.acquire(A);
            Deadline soon = Deadline.at(pool.ticker.nanos() + 1000);

            in.inParallel(
                    () -> useBefore(pool, A, soon), lease::close, () -> pool.ticker.advance(Duration.ofSeconds(1)));

            pool.check(A);
        });
    }

    private static void useBefore(CountedPool pool, String host, Deadline deadline)
            throws IOException, InterruptedException {
        try {
            pool.use(host, Acquisition.before(deadline));
        } catch (AcquireTimeoutException e) {
            // It came too late for this one, or just in time.
        }
    }

    @Test
    void waiterThatIsInterruptedTakesWhatItWasGiven() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE);
            Lease<CountedPool.Counted> lease = pool.pool.acquire(A);

            in.inParallel(
                    () -> useUntilInterrupted(pool),
                    lease::close,
                    () -> in.thread(0).interrupt());

            pool.check(A);
        });
    }

    private static void useUntilInterrupted(CountedPool pool) throws IOException {
        try {
            pool.use(A);
        } catch (InterruptedException e) {
            // Before it was served; else the flag is still set.
        }
    }

    @Test
    void waiterThatIsCancelledTakesWhatItWasGiven() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE);
            Lease<CountedPool.Counted> lease = pool.pool.acquire(A);

            in.inParallel(() -> useUntilCancelled(pool, "me"), lease::close, () -> pool.cancel("me"));

            pool.check(A);
        });
    }

    private static void useUntilCancelled(CountedPool pool, Object owner) throws IOException, InterruptedException {
        try {
            pool.use(A, onBehalfOf(owner));
        } catch (AcquireRejectedException e) {
            // Waiting, or while it opened.
        }
        if (Thread.interrupted()) {
            throw new AssertionError("interrupted after the end");
        }
    }

    @Test
    void runningThreadMayOvertakeOneThatWaitsForLessThanTheBound() throws Exception {
        AtomicInteger overtaken = new AtomicInteger();
        explore(in -> {
            CountedPool pool = new CountedPool(ONE);
            Lease<CountedPool.Counted> lease = pool.pool.acquire(A);
            AtomicBoolean taken = new AtomicBoolean();

            in.inParallel(() -> useAndTell(pool, taken), () -> {
                boolean waits = pool.pending() == 1;
                lease.close();
                pool.use(A);
                overtaken.addAndGet(waits && !taken.get() ? 1 : 0);
            });

            pool.check(A);
        });

        assertThat(overtaken).hasPositiveValue();
    }

    @Test
    void nobodyOvertakesOneThatHasWaitedForTheBound() throws Exception {
        AtomicInteger waited = new AtomicInteger();
        explore(in -> {
            CountedPool pool = new CountedPool(ONE);
            Lease<CountedPool.Counted> lease = pool.pool.acquire(A);
            AtomicBoolean taken = new AtomicBoolean();

            in.inParallel(() -> useAndTell(pool, taken), () -> {
                boolean waits = pool.pending() == 1;
                pool.ticker.advance(BOUND);
                lease.close();
                pool.use(A);
                waited.addAndGet(waits ? 1 : 0);
                if (waits && !taken.get()) {
                    throw new AssertionError("overtaken");
                }
            });

            pool.check(A);
        });

        assertThat(waited).hasPositiveValue();
    }

    private static void useAndTell(CountedPool pool, AtomicBoolean taken) throws IOException, InterruptedException {
        Lease<CountedPool.Counted> lease = pool.pool.acquire(A);
        taken.set(true);
        lease.close();
    }

    @Test
    void wokenOneThatIsOvertakenIsWokenAgain() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE);
            Lease<CountedPool.Counted> lease = pool.pool.acquire(A);

            in.inParallel(() -> pool.use(A), () -> {
                lease.close();
                pool.use(A);
                pool.useUp(A);
            });

            pool.check(A);
        });
    }

    @Test
    void wokenOneWhoseTimeIsOverPassesItOn() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE);
            Lease<CountedPool.Counted> lease = pool.pool.acquire(A);
            Deadline soon = Deadline.at(pool.ticker.nanos() + 1000);

            in.inParallel(() -> useBefore(pool, A, soon), () -> pool.use(A), () -> {
                lease.close();
                pool.ticker.advance(Duration.ofNanos(1000));
            });

            pool.check(A);
        });
    }

    @Test
    void wokenOneThatIsInterruptedPassesItOn() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE);
            Lease<CountedPool.Counted> lease = pool.pool.acquire(A);

            in.inParallel(() -> useUntilInterrupted(pool), () -> pool.use(A), () -> {
                in.thread(0).interrupt();
                lease.close();
            });

            pool.check(A);
        });
    }

    @Test
    void wokenOneThatIsCancelledPassesItOn() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE);
            Lease<CountedPool.Counted> lease = pool.pool.acquire(A);

            in.inParallel(() -> useUntilCancelled(pool, "me"), () -> pool.use(A, onBehalfOf("you")), () -> {
                lease.close();
                pool.cancel("me");
            });

            pool.check(A);
        });
    }

    @Test
    void boundMayPassWhileTheWokenOneIsOnItsWay() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE);
            Lease<CountedPool.Counted> lease = pool.pool.acquire(A);

            in.inParallel(() -> pool.use(A), () -> pool.use(A), () -> {
                lease.close();
                pool.ticker.advance(BOUND);
            });

            pool.check(A);
        });
    }

    @Test
    void poolMayBeClosedWhileTheWokenOneIsOnItsWay() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE);
            Lease<CountedPool.Counted> lease = pool.pool.acquire(A);

            in.inParallel(() -> useUntilClosed(pool), () -> useUntilClosed(pool), () -> {
                lease.close();
                pool.pool.close();
            });

            pool.checkEnded();
        });
    }

    @Test
    void poolMayBeDrainedWhileTheWokenOneIsOnItsWay() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE);
            Lease<CountedPool.Counted> lease = pool.pool.acquire(A);

            in.inParallel(() -> pool.use(A), () -> pool.use(A), () -> {
                lease.close();
                pool.pool.drain();
            });

            pool.checkEnded();
        });
    }

    @Test
    void nothingIsLeftLyingInADrainingPoolForOneThatIsCancelled() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE);
            Lease<CountedPool.Counted> lease = pool.pool.acquire(A);

            in.inParallel(() -> useUntilCancelled(pool, "me"), () -> {
                pool.pool.drain();
                lease.close();
                pool.cancel("me");
            });

            pool.checkEnded();
        });
    }

    @Test
    void hostMayBeSuspendedWhileTheWokenOneIsOnItsWay() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE);
            Lease<CountedPool.Counted> lease = pool.pool.acquire(A);

            in.inParallel(() -> pool.use(A), () -> pool.use(A), () -> {
                lease.close();
                pool.pool.suspend(key -> true);
                pool.pool.resume(key -> true);
            });

            pool.check(A);
        });
    }

    @Test
    void twoThatComeFreeAtOnceServeTwoWhoWait() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(TWO);
            Lease<CountedPool.Counted> first = pool.pool.acquire(A);
            Lease<CountedPool.Counted> second = pool.pool.acquire(A);
            AtomicInteger have = new AtomicInteger();

            in.inParallel(() -> holdTogether(pool, have), () -> holdTogether(pool, have), () -> {
                first.close();
                second.close();
            });

            pool.check(A);
        });
    }

    // Ends when both have one: a second one that is not woken shows.
    private static void holdTogether(CountedPool pool, AtomicInteger have) throws IOException, InterruptedException {
        Lease<CountedPool.Counted> lease = pool.pool.acquire(A);
        have.incrementAndGet();
        while (have.get() < 2) {
            Interleavings.pointOfWaiting("waits for the other one");
        }
        lease.close();
    }

    @Test
    void openingThatIsCancelledIsInterruptedInTimeOrNotAtAll() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE);

            in.inParallel(() -> useUntilCancelled(pool, "me"), () -> pool.cancel("me"));

            pool.check(A);
        });
    }

    @Test
    void cancellationMeetsTheUseOfItsOwnerOnly() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE);
            Lease<CountedPool.Counted> lease = pool.pool.acquire(A, onBehalfOf("me"));

            in.inParallel(lease::close, () -> pool.use(A, onBehalfOf("you")), () -> pool.cancel("me"));

            pool.check(A);
        });
    }

    @Test
    void leaseEndsOnce() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(TWO);
            Lease<CountedPool.Counted> lease = pool.pool.acquire(A);

            in.inParallel(lease::close, lease::close, () -> pool.use(A));

            pool.check(A);
        });
    }

    @Test
    void connectionThatIsLookedAtIsNotLent() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(LOOKS);
            pool.makeIdle(A);
            pool.ticker.advance(Duration.ofSeconds(6));

            in.inParallel(() -> pool.pool.sweep(pool.ticker.nanos()), () -> pool.use(A), () -> pool.pool.evictIdle());

            pool.check(A);
        });
    }

    @Test
    void limitThatIsMadeSmallerAndLargerLosesNoPermit() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(TWO);
            pool.makeIdle(A);

            in.inParallel(() -> pool.use(A), () -> pool.use(A), () -> {
                pool.pool.resize(key -> true, 1, 1);
                pool.pool.resize(key -> true, 2, 2);
            });

            pool.check(A);
        });
    }

    @Test
    void thoseWhoWaitAreServedWhenTheLimitIsMadeLarger() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(TWO);
            pool.pool.acquire(A).close();
            pool.pool.resize(key -> true, 1, 1);
            Lease<CountedPool.Counted> lease = pool.pool.acquire(A);

            in.inParallel(() -> pool.use(A), () -> pool.use(A), () -> pool.pool.resize(key -> true, 2, 2));
            lease.close();

            pool.check(A);
        });
    }

    @Test
    void thoseWhoWaitAreServedWhenTheHostIsResumed() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE);
            pool.makeIdle(A);

            in.inParallel(() -> pool.use(A), () -> pool.useUp(A), () -> {
                pool.pool.suspend(key -> true);
                pool.pool.resume(key -> true);
            });

            pool.check(A);
        });
    }

    @Test
    void nothingIsOpenAfterTheEnd() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE);

            in.inParallel(() -> useUntilClosed(pool), () -> useUntilClosed(pool), pool.pool::close);

            pool.checkEnded();
        });
    }

    private static void useUntilClosed(CountedPool pool) throws IOException, InterruptedException {
        try {
            pool.use(A);
        } catch (AcquireRejectedException e) {
            // Before, while it waited, or while it opened.
        }
    }

    @Test
    void hostIsForgottenOrUsed() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE);
            pool.useUp(A);
            pool.ticker.advance(Duration.ofMinutes(11));

            in.inParallel(() -> pool.use(A), () -> pool.pool.sweep(pool.ticker.nanos()));

            pool.check(A);
        });
    }

    @Test
    void placeAmongAllIsHandedFromHostToHost() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE_OF_ALL);

            in.inParallel(() -> pool.use(A), () -> pool.use(B));

            pool.check(A, B);
        });
    }

    @Test
    void placeOfAClosedConnectionIsHandedFromHostToHost() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE_OF_ALL);
            pool.makeIdle(B);

            in.inParallel(() -> pool.useUp(A), () -> pool.useUp(B), () -> pool.pool.sweep(pool.ticker.nanos()));

            pool.check(A, B);
        });
    }

    @Test
    void whoeverWaitsForAPlaceTooLongTakesWhatItWasGiven() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE_OF_ALL);
            Lease<CountedPool.Counted> lease = pool.pool.acquire(A);
            Deadline soon = Deadline.at(pool.ticker.nanos() + 1000);

            in.inParallel(
                    () -> useBefore(pool, B, soon), lease::close, () -> pool.ticker.advance(Duration.ofSeconds(1)));

            pool.check(A, B);
        });
    }

    @Test
    void idleConnectionIsHandedToWhoeverWaitsForAPlace() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE_OF_ALL_TWO_A_HOST);
            Lease<CountedPool.Counted> lease = pool.pool.acquire(A);

            in.inParallel(() -> pool.use(A), () -> pool.use(A), lease::close);

            pool.check(A);
        });
    }

    @Test
    void whoeverWaitsForAPlaceTakesAnIdleConnectionOfItsOwnHost() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE_OF_ALL_TWO_A_HOST);
            Lease<CountedPool.Counted> lease = pool.pool.acquire(A);
            Deadline soon = Deadline.at(pool.ticker.nanos() + 1000);

            in.inParallel(
                    () -> useBefore(pool, A, soon), lease::close, () -> pool.ticker.advance(Duration.ofSeconds(1)));

            pool.check(A);
        });
    }

    @Test
    void placeOfAFailedOpenIsHandedFromHostToHost() throws Exception {
        explore(in -> {
            CountedPool pool = new CountedPool(ONE_OF_ALL);
            pool.failsToOpen = true;

            in.inParallel(() -> useWithLuck(pool, A), () -> useWithLuck(pool, B));

            pool.check(A, B);
        });
    }

    @Test
    void nothingIsLostWhateverHappensAtOnce() throws Exception {
        for (int i = 0; i < times(60); i++) {
            long seed = seed(i);
            exploreAtRandom(20, in -> {
                Random random = new Random(seed);
                CountedPool pool = new CountedPool(random.nextBoolean() ? TWO : TWO_OF_ALL);
                pool.makeIdle(A);

                in.inParallel(twoOf(pool, random), twoOf(pool, random), twoOf(pool, random));

                pool.check(A, B);
            });
        }
    }

    private static Interleavings.Step twoOf(CountedPool pool, Random random) {
        Interleavings.Step first = anyOf(pool, random);
        Interleavings.Step second = anyOf(pool, random);
        return () -> {
            first.run();
            second.run();
        };
    }

    private static Interleavings.Step anyOf(CountedPool pool, Random random) {
        String host = random.nextInt(3) == 0 ? B : A;
        Deadline soon = Deadline.at(pool.ticker.nanos() + 1000);
        Object owner = random.nextBoolean() ? "me" : "you";
        Duration soonOrLate = random.nextBoolean() ? BOUND : Duration.ofSeconds(2);
        return switch (random.nextInt(12)) {
            case 0 -> () -> pool.useUp(host);
            case 1 -> () -> useBefore(pool, host, soon);
            case 2 -> () -> useUntilCancelled(pool, owner);
            case 3 -> () -> pool.cancel(owner);
            case 4 -> () -> pool.ticker.advance(soonOrLate);
            case 5 -> () -> pool.pool.sweep(pool.ticker.nanos());
            case 6 -> pool.pool::evictIdle;
            case 7 -> () -> pool.pool.retire(key -> true);
            case 8 ->
                () -> {
                    pool.pool.resize(key -> true, 1, 1);
                    pool.pool.resize(key -> true, 2, 2);
                };
            case 9 ->
                () -> {
                    pool.pool.suspend(key -> true);
                    pool.pool.resume(key -> true);
                };
            default -> () -> pool.use(host);
        };
    }
}
