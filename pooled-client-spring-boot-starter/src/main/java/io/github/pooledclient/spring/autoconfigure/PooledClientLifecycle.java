// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.pool.HostSnapshot;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.Ticker;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.DestructionAwareBeanPostProcessor;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Ends the clients of an application with it, in two steps within one time.
 *
 * <p>When the context stops, after the web server, whose last requests may need the clients: waits for the calls under way,
 * and opens no more connections in advance. The clients go on to take calls, because other beans may send some when they are
 * destroyed. When a client is destroyed itself, and that is after the beans that were given it: waits for such late calls,
 * and closes it.
 *
 * <p>When it starts, waits for the connections that the pools shall have at least.
 *
 * <p>A context that is only stopped or paused, to be started again, as for a checkpoint, waits too, and then replaces its
 * connections: there are no sockets left, and the clients go on.
 */
final class PooledClientLifecycle
        implements SmartLifecycle,
                DestructionAwareBeanPostProcessor,
                ApplicationContextAware,
                ApplicationListener<ContextClosedEvent> {

    /** Below the phases in which web servers finish their requests and stop: phases stop from high to low. */
    static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 4096;

    private static final Logger LOG = LoggerFactory.getLogger(PooledClientLifecycle.class);
    // As servers do that shut down: nothing is signalled to whoever waits, so that calls pay nothing for this.
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Ticker ticker = Ticker.system();
    private final Supplier<Timeouts> configured;
    // Set when the context starts; calls of one that never does are not waited for.
    private volatile Duration timeout = Duration.ZERO;
    private volatile Collection<PooledHttpClient> clients = List.of();
    private volatile @Nullable ApplicationContext context;
    private volatile boolean closing;
    private volatile boolean running;
    // By when all shall have ended, once the end has begun.
    private volatile @Nullable Deadline end;

    /**
     * How long to wait for connections when the context starts, and for all that is under way when it ends; at least zero.
     */
    record Timeouts(Duration warmUp, Duration shutdown) {}

    /**
     * @param configured asked when the context starts
     */
    PooledClientLifecycle(Supplier<Timeouts> configured) {
        this.configured = configured;
    }

    @Override
    public void setApplicationContext(ApplicationContext applicationContext) {
        context = applicationContext;
    }

    /** Comes before {@link #stop} when the context is closed, and not when it is to start again. */
    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
        // Contexts below tell us of their end too.
        closing |= event.getApplicationContext() == context;
    }

    @Override
    public void start() {
        Timeouts timeouts = configured.get();
        timeout = timeouts.shutdown();
        // Those of this context only: those of a parent end with it. What is lazy may stay so.
        clients = context == null
                ? List.of()
                : context.getBeansOfType(PooledHttpClient.class, true, false).values();
        running = true;
        warmUp(Deadline.after(timeouts.warmUp(), ticker));
    }

    private void warmUp(Deadline until) {
        try {
            for (PooledHttpClient client : clients) {
                if (!client.warmUp(Duration.ofNanos(remainingNanos(until)))) {
                    LOG.warn("Starting without all connections of pool.min-idle-per-host; they are opened later");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void stop() {
        running = false;
        // What is opened in advance is for nobody any more: none shall wait for it.
        clients.forEach(PooledHttpClient::coolDown);
        if (closing) {
            awaitQuiet(clients, end());
        } else {
            awaitQuiet(clients, Deadline.after(timeout, ticker));
            clients.forEach(PooledHttpClient::coolDown);
        }
    }

    @Override
    public boolean requiresDestruction(Object bean) {
        return bean instanceof PooledHttpClient;
    }

    @Override
    public void postProcessBeforeDestruction(Object bean, String beanName) {
        if (bean instanceof PooledHttpClient client) {
            awaitQuiet(List.of(client), end());
            close(client, end());
        }
    }

    private Deadline end() {
        Deadline begun = end;
        if (begun == null) {
            begun = Deadline.after(timeout, ticker);
            end = begun;
        }
        return begun;
    }

    /** Waits until nobody uses the pools of clients, their views included. */
    private void awaitQuiet(Collection<PooledHttpClient> used, Deadline until) {
        while (used.stream().anyMatch(PooledClientLifecycle::isInUse)
                && remainingNanos(until) > 0
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(this, Math.min(LOOK_NANOS, remainingNanos(until)));
        }
    }

    private static boolean isInUse(PooledHttpClient client) {
        HostSnapshot totals = client.snapshot().totals();
        return totals.active() + totals.connecting() + totals.pending() > 0;
    }

    private void close(PooledHttpClient client, Deadline until) {
        client.shutdown();
        boolean ended = false;
        try {
            ended = client.awaitTermination(Duration.ofNanos(remainingNanos(until)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ended || isInUse(client)) {
            LOG.warn("Calls are cancelled that did not end within pool.shutdown-timeout, {}", timeout);
        }
        client.shutdownNow();
    }

    private long remainingNanos(Deadline until) {
        return Math.max(0, until.remainingNanos(ticker.nanos()));
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
