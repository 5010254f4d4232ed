// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports for servers that have to be told theirs before they start, or come back to it after a restart. */
public final class FreePort {

    // From 32768 on Linux gives a port to each connection that is opened: it would be taken just before it is wanted.
    private static final int FIRST = 10_000;
    private static final int END = 32_000;

    private FreePort() {}

    /** A port on which nobody listens, and which no connection gets by chance. */
    public static int any() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            try (ServerSocket free = new ServerSocket(port)) {
                return free.getLocalPort();
            } catch (BindException taken) {
                // Then another one.
            }
        }
    }
}
