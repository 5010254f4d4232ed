// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What one side waits at until the other opens it: how scripts and tests keep step, in the place of sleeping. Once open it
 * stays open. Safe for use by several threads.
 *
 * <pre>{@code
 * Gate headIsRead = new Gate("the head is read");
 * Script script = peer -> {
 *     peer.readRequest();
 *     peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
 *     peer.waitFor(headIsRead);
 *     peer.send("hi");
 * };
 * }</pre>
 */
public final class Gate {

    /** Long enough for the slowest machine; reached by failing tests only. */
    static final Duration PATIENCE = Duration.ofSeconds(15);

    private final String name;
    private final CountDownLatch opened = new CountDownLatch(1);

    /**
     * @param name what has happened when it is open, for the failure if it never is
     */
    public Gate(String name) {
        this.name = name;
    }

    /** Lets everyone pass from now on. */
    public void open() {
        opened.countDown();
    }

    public boolean isOpen() {
        return opened.getCount() == 0;
    }

    /**
     * Waits until it is open.
     *
     * @throws AssertionError if that takes longer than any machine needs
     */
    public void await() throws InterruptedException {
        if (!opened.await(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new AssertionError("nobody has opened the gate '" + name + "' within " + PATIENCE.toSeconds() + " s");
        }
    }

    @Override
    public String toString() {
        return name + (isOpen() ? " (open)" : " (closed)");
    }
}
