// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Runs a scenario of a few threads in many of the orders in which their steps can happen. One thread runs at a time; where
 * it comes to a point at which another one might go on, it is decided who does: first in each of the orders in which no
 * thread that could go on has to wait, or one has to once, or twice, then at random. What waits for ever is found, and what
 * goes round in circles.
 *
 * <p>{@code -Dinterleavings=N} plays N times as many, and others at random each time.
 */
public final class Interleavings {

    private static final int TIMES = Integer.getInteger("interleavings", 1);
    private static final int AT_RANDOM = 300;
    private static final int IN_ORDER = 2_000;
    private static final int MOST_SWITCHES = TIMES == 1 ? 2 : 3;
    private static final int MOST_POINTS = 10_000;
    // The short form is the same each time, so that it fails for a change and not by chance.
    private static final long SEED = TIMES == 1 ? 1 : System.nanoTime();

    // Who runs alone touches these, and hands them on with the turn.
    private final Choices choices;
    private final List<Actor> actors = new ArrayList<>();
    private final StringBuilder order = new StringBuilder();
    private final Semaphore end = new Semaphore(0);
    private long progress;
    private int points;
    private volatile Throwable failure;

    private Interleavings(Choices choices) {
        this.choices = choices;
    }

    /** What is tried, made anew for each order. */
    @FunctionalInterface
    public interface Scenario {
        void play(Interleavings in) throws Exception;
    }

    /** What a thread does. */
    @FunctionalInterface
    public interface Step {
        void run() throws Exception;
    }

    /** So many, in the long form. */
    public static int times(int count) {
        return count * TIMES;
    }

    /** Another seed for each, in the long form another one each time. */
    public static long seed(int number) {
        return SEED + number;
    }

    /** Plays a scenario in many orders, and says in which one it failed. */
    public static void explore(Scenario scenario) throws Exception {
        int played = 0;
        for (int switches = 0; switches <= MOST_SWITCHES; switches++) {
            InOrder inOrder = new InOrder(switches);
            for (int i = 0; i < times(IN_ORDER) && inOrder.hasNext(); i++) {
                play(scenario, inOrder);
                played++;
            }
        }
        exploreAtRandom(times(AT_RANDOM), scenario);
        if (TIMES > 1) {
            System.out.printf("%d orders one after another, %d at random%n", played, times(AT_RANDOM));
        }
    }

    /** Plays a scenario in so many orders, chosen at random. */
    public static void exploreAtRandom(int count, Scenario scenario) throws Exception {
        for (int i = 0; i < count; i++) {
            play(scenario, new AtRandom(seed(i)));
        }
    }

    private static void play(Scenario scenario, Choices choices) throws Exception {
        Interleavings in = new Interleavings(choices);
        try {
            scenario.play(in);
        } catch (Exception | AssertionError e) {
            throw new AssertionError("in the order " + in.order + " (" + choices + "): " + e, e);
        }
    }

    /** Runs each step on a thread of its own, one at a time, until all have ended. */
    public void inParallel(Step... steps) throws InterruptedException {
        for (Step step : steps) {
            actors.add(new Actor(this, actors.size(), step));
        }
        actors.forEach(Thread::start);
        next(null).turn.release();
        if (!end.tryAcquire(30, TimeUnit.SECONDS)) {
            AssertionError blocked = new AssertionError("a thread is blocked where it should not be");
            actors.forEach(actor -> blocked.addSuppressed(actor.whereItIs()));
            throw blocked;
        }
        if (failure != null) {
            throw new AssertionError(failure);
        }
    }

    /** The n-th of the threads, from zero. */
    public Thread thread(int n) {
        return actors.get(n);
    }

    /** The calling thread comes to a point at which another one might go on; without effect outside of a scenario. */
    public static void point(String name) {
        if (Thread.currentThread() instanceof Actor actor) {
            actor.in.progress++;
            actor.reach(name);
        }
    }

    /** The same, of a thread that looks whether it may go on: it need not look again before another one did something. */
    public static void pointOfWaiting(String name) {
        if (Thread.currentThread() instanceof Actor actor) {
            actor.isStuck = actor.hasLookedAt == actor.in.progress;
            actor.hasLookedAt = actor.in.progress;
            actor.reach(name);
        }
    }

    private void fail(Throwable why) {
        if (failure == null) {
            failure = why;
        }
    }

    private Actor next(Actor current) {
        List<Actor> able = new ArrayList<>();
        if (current != null && current.isAble()) {
            able.add(current);
        }
        for (Actor actor : actors) {
            if (actor != current && actor.isAble()) {
                able.add(actor);
            }
        }
        if (able.isEmpty()) {
            return null;
        }
        boolean mayStay = able.get(0) == current;
        Actor chosen = able.get(able.size() == 1 ? 0 : choices.choose(able.size(), mayStay));
        if (chosen != current) {
            order.append(chosen.number);
        }
        return chosen;
    }

    private static final class Actor extends Thread {

        private final Interleavings in;
        private final int number;
        private final Step step;
        private final Semaphore turn = new Semaphore(0);
        private boolean hasEnded;
        private boolean isStuck;
        private long hasLookedAt = -1;

        Actor(Interleavings in, int number, Step step) {
            super("actor " + number);
            this.in = in;
            this.number = number;
            this.step = step;
            setDaemon(true);
        }

        boolean isAble() {
            return !hasEnded && !(isStuck && hasLookedAt == in.progress);
        }

        @Override
        public void run() {
            turn.acquireUninterruptibly();
            try {
                step.run();
            } catch (Throwable t) {
                in.fail(t);
            }
            hasEnded = true;
            in.progress++;
            Actor next = in.next(this);
            if (next != null) {
                next.turn.release();
            } else {
                in.actors.stream()
                        .filter(actor -> !actor.hasEnded)
                        .findFirst()
                        .ifPresent(actor -> isLost("waits for ever", actor));
                in.end.release();
            }
        }

        void reach(String name) {
            boolean goesRound = ++in.points > MOST_POINTS;
            Actor next = goesRound ? null : in.next(this);
            if (next == this) {
                return;
            }
            in.order.append('@').append(name).append(' ');
            if (next != null) {
                next.turn.release();
            } else {
                isLost(goesRound ? "goes round in circles" : "waits for ever", this);
                in.end.release();
            }
            turn.acquireUninterruptibly();
            isStuck = false;
        }

        private void isLost(String how, Actor actor) {
            in.fail(new AssertionError("thread " + actor.number + " " + how, actor.whereItIs()));
        }

        Throwable whereItIs() {
            Throwable where = new AssertionError(getName());
            where.setStackTrace(getStackTrace());
            return where;
        }
    }

    /** Who is next. */
    private interface Choices {

        /**
         * @param count of those who might be
         * @param mayStay whether the first one is who runs already
         */
        int choose(int count, boolean mayStay);
    }

    /** One order after another, with up to so many switches away from a thread that could go on. */
    private static final class InOrder implements Choices {

        private final int mostSwitches;
        private final List<int[]> path = new ArrayList<>();
        private boolean isFirst = true;
        private int depth;
        private int switches;

        InOrder(int mostSwitches) {
            this.mostSwitches = mostSwitches;
        }

        @Override
        public int choose(int count, boolean mayStay) {
            int options = mayStay && switches == mostSwitches ? 1 : count;
            if (depth == path.size()) {
                path.add(new int[] {0, options});
            }
            int chosen = path.get(depth++)[0];
            switches += mayStay && chosen != 0 ? 1 : 0;
            return chosen;
        }

        /** Goes on to the next one, if there is one; to the first one at first. */
        boolean hasNext() {
            depth = 0;
            switches = 0;
            if (isFirst) {
                isFirst = false;
                return true;
            }
            while (!path.isEmpty()) {
                int[] last = path.get(path.size() - 1);
                if (++last[0] < last[1]) {
                    return true;
                }
                path.remove(path.size() - 1);
            }
            return false;
        }

        @Override
        public String toString() {
            return "one after another";
        }
    }

    private static final class AtRandom implements Choices {

        private final long seed;
        private final Random random;
        private final int seldom;

        AtRandom(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            this.seldom = 2 + random.nextInt(30);
        }

        @Override
        public int choose(int count, boolean mayStay) {
            return mayStay && random.nextInt(seldom) != 0 ? 0 : random.nextInt(count);
        }

        @Override
        public String toString() {
            return "seed " + seed;
        }
    }
}
