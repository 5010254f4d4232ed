// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.transport.Deadline;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The rule of the line, with the time as an argument; nobody really waits here. */
class WaitingLineTest {

    private static final long BOUND = 100;

    private final Things things = new Things();
    private final WaitingLine line = new WaitingLine(things, BOUND);

    @Test
    void firstIsWokenForWhatComesFree() {
        Waiter first = joined(0);
        joined(0);
        things.count = 1;

        List<Thread> woken = threads(line.serve(1));

        assertThat(woken).containsExactly(first.thread);
        assertThat(first.isWoken()).isTrue();
        assertThat(first.answer()).isNull();
    }

    @Test
    void nobodyIsWokenForNothing() {
        joined(0);

        assertThat(line.serve(1)).isNull();
    }

    @Test
    void firstIsNotWokenAgainBeforeItHasLooked() {
        joined(0);
        things.count = 2;
        line.serve(1);

        assertThat(line.serve(2)).isNull();
    }

    @Test
    void wokenOneTakesWhatThereIsAndLeaves() {
        Waiter first = joined(0);
        things.count = 1;
        line.serve(1);

        Object got = line.look(first, 2);

        assertThat(got).isEqualTo("thing");
        assertThat(line.isEmpty()).isTrue();
    }

    @Test
    void nextIsWokenWhenTheFirstHasTakenItsOwn() {
        Waiter first = joined(0);
        Waiter second = joined(0);
        things.count = 2;
        line.serve(1);
        line.look(first, 2);

        List<Thread> woken = threads(line.serve(2));

        assertThat(woken).containsExactly(second.thread);
        assertThat(second.isWoken()).isTrue();
    }

    @Test
    void oneThatLookedInVainIsWokenAgainForTheNextThing() {
        Waiter first = joined(0);
        things.count = 1;
        line.serve(1);
        things.count = 0;

        Object got = line.look(first, 2);
        WakeUp meanwhile = line.serve(2);
        things.count = 1;

        assertThat(got).isNull();
        assertThat(meanwhile).isNull();
        assertThat(threads(line.serve(3))).containsExactly(first.thread);
    }

    @Test
    void nextIsWokenInsteadOfOneThatLeaves() {
        Waiter first = joined(0);
        Waiter second = joined(0);
        things.count = 1;
        line.serve(1);

        line.leave(first);

        assertThat(threads(line.serve(2))).containsExactly(second.thread);
    }

    @Test
    void nextIsWokenInsteadOfOneThatIsSentAway() {
        Waiter first = joined(0, "me");
        Waiter second = joined(0, "you");
        things.count = 1;
        line.serve(1);

        line.dismiss(owner -> owner == "me", 2);

        assertThat(first.answer()).isSameAs(Waiter.CLOSED);
        assertThat(second.isWoken()).isTrue();
    }

    @Test
    void runningThreadMayOvertakeUntilTheFirstHasWaitedForTheBound() {
        joined(0);
        joined(BOUND);

        assertThat(line.mayBeOvertaken(BOUND - 1)).isTrue();
        assertThat(line.mayBeOvertaken(BOUND)).isFalse();
    }

    @Test
    void thoseWhoHaveWaitedForTheBoundAreServedInOrderWithoutLooking() {
        Waiter first = joined(0);
        Waiter second = joined(1);
        Waiter third = joined(2);
        things.count = 3;

        List<Thread> woken = threads(line.serve(BOUND + 1));

        assertThat(first.answer()).isEqualTo("thing");
        assertThat(second.answer()).isEqualTo("thing");
        assertThat(third.answer()).isNull();
        assertThat(woken).containsExactlyInAnyOrder(first.thread, second.thread, third.thread);
        assertThat(third.isWoken()).isTrue();
    }

    @Test
    void oneThatWasWokenAndNeverLookedIsHandedItsOwnAfterTheBound() {
        Waiter first = joined(0);
        things.count = 1;
        line.serve(1);

        line.serve(BOUND);

        assertThat(first.answer()).isEqualTo("thing");
        assertThat(line.look(first, BOUND)).isNull();
    }

    @Test
    void nobodyOvertakesWithABoundOfZero() {
        WaitingLine strict = new WaitingLine(things, 0);
        Waiter first = waiter(5, null);
        strict.join(first);
        things.count = 1;

        boolean mayBeOvertaken = strict.mayBeOvertaken(5);
        strict.serve(5);

        assertThat(mayBeOvertaken).isFalse();
        assertThat(first.answer()).isEqualTo("thing");
    }

    @Test
    void nobodyOvertakesOnceTheOrderIsKept() {
        Waiter first = joined(0);
        things.count = 1;

        line.keepOrder();

        assertThat(line.mayBeOvertaken(0)).isFalse();
        line.serve(0);
        assertThat(first.answer()).isEqualTo("thing");
    }

    @Test
    void allAreServedAtOnceWithWhatWouldElseBeLost() {
        Waiter first = joined(0);
        Waiter second = joined(0);
        things.count = 1;

        line.serveAll(1);

        assertThat(first.answer()).isEqualTo("thing");
        assertThat(second.answer()).isNull();
    }

    private Waiter joined(long since) {
        return joined(since, null);
    }

    private Waiter joined(long since, @Nullable Object owner) {
        Waiter waiter = waiter(since, owner);
        line.join(waiter);
        return waiter;
    }

    private static Waiter waiter(long since, @Nullable Object owner) {
        return new Waiter(since, Deadline.never(), CountedPool.onBehalfOf(owner), null);
    }

    private static List<Thread> threads(@Nullable WakeUp wakeUps) {
        List<Thread> threads = new ArrayList<>();
        for (WakeUp wakeUp = wakeUps; wakeUp != null; wakeUp = wakeUp.next()) {
            threads.add(wakeUp.thread());
        }
        return threads;
    }

    /** So many things to have, all the same. */
    private static final class Things implements WaitingLine.Supply {

        private int count;

        @Override
        public boolean hasAny() {
            return count > 0;
        }

        @Override
        public @Nullable Object take(boolean fresh, @Nullable Object owner, long now) {
            if (count == 0) {
                return null;
            }
            count--;
            return "thing";
        }
    }
}
