// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import io.github.pooledclient.pool.ConnectionSource;
import io.github.pooledclient.transport.Deadline;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Opens {@link FakeConnection}s, or fails, or takes its time, as a test wants it. Safe for use by several threads. */
public final class FakeSource implements ConnectionSource<String, FakeConnection> {

    private final List<FakeConnection> opened = new CopyOnWriteArrayList<>();
    private final List<Deadline> deadlines = new CopyOnWriteArrayList<>();
    private volatile @Nullable IOException failure;
    private volatile @Nullable Semaphore gate;

    @Override
    public FakeConnection open(String key, Deadline deadline) throws IOException, InterruptedException {
        deadlines.add(deadline);
        Semaphore closedGate = gate;
        if (closedGate != null) {
            closedGate.acquire();
        }
        IOException thrown = failure;
        if (thrown != null) {
            throw thrown;
        }
        FakeConnection connection = new FakeConnection(opened.size() + 1);
        opened.add(connection);
        return connection;
    }

    /** From now on opening fails, until called with null. */
    public void fail(@Nullable IOException with) {
        failure = with;
    }

    /** From now on opening waits for a permit of this gate. */
    public void waitFor(Semaphore newGate) {
        gate = newGate;
    }

    /** All that were opened, in order. */
    public List<FakeConnection> opened() {
        return opened;
    }

    /** The deadlines that opening was given, in order. */
    public List<Deadline> deadlines() {
        return deadlines;
    }
}
