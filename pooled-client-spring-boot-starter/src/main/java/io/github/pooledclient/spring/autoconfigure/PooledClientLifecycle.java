// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.Ticker;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.BeansException;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Has the clients open connections before the application is ready, and ends them with it: calls under way may end, then
 * connections are closed.
 *
 * <p>Starts before the web server, and stops after it, whose last requests may need the clients. A context that is only stopped or paused, to be
 * started again, closes its idle connections and keeps its clients: one that was shut down does not come back.
 */
final class PooledClientLifecycle
        implements SmartLifecycle, ApplicationContextAware, ApplicationListener<ContextClosedEvent> {

    /** Below the phases in which web servers finish their requests and stop: phases stop from high to low. */
    static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 4096;

    private static final Logger LOG = LoggerFactory.getLogger(PooledClientLifecycle.class);

    private final List<PooledHttpClient> clients;
    private final Duration warmUpTimeout;
    private final Duration shutdownTimeout;
    private volatile @Nullable ApplicationContext context;
    private volatile boolean closing;
    private volatile boolean running;

    PooledClientLifecycle(Collection<PooledHttpClient> clients, Duration warmUpTimeout, Duration shutdownTimeout) {
        this.clients = List.copyOf(clients);
        this.warmUpTimeout = warmUpTimeout;
        this.shutdownTimeout = shutdownTimeout;
    }

    @Override
    public void setApplicationContext(ApplicationContext applicationContext) throws BeansException {
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
        running = true;
        Ticker ticker = Ticker.system();
        Deadline deadline = Deadline.after(warmUpTimeout, ticker);
        try {
            for (PooledHttpClient client : clients) {
                if (!client.warmUp(left(deadline, ticker))) {
                    LOG.warn("Starting without all connections of pool.min-idle-per-host; they are opened later");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Duration left(Deadline deadline, Ticker ticker) {
        return Duration.ofNanos(Math.max(0, deadline.remainingNanos(ticker.nanos())));
    }

    @Override
    public void stop() {
        running = false;
        if (closing) {
            shutDown();
        } else {
            clients.forEach(PooledHttpClient::coolDown);
        }
    }

    private void shutDown() {
        clients.forEach(PooledHttpClient::shutdown);
        Ticker ticker = Ticker.system();
        Deadline deadline = Deadline.after(shutdownTimeout, ticker);
        try {
            for (PooledHttpClient client : clients) {
                if (!client.awaitTermination(left(deadline, ticker))) {
                    LOG.warn("Calls are cancelled that did not end within pool.shutdown-timeout, {}", shutdownTimeout);
                    client.shutdownNow();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            clients.forEach(PooledHttpClient::shutdownNow);
        }
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
