// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.peers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingDeque;

/**
 * The limit: a blocking write and a blocking read on a connection, with as little parsing as will do. No pool, no deadlines, no
 * care. Each thread has connections of its own; if there are fewer than threads, they take turns in no order.
 */
final class Floor implements Peer {

    private final Job job;
    private final List<BlockingDeque<FloorConnection>> shared = new ArrayList<>();
    private final ThreadLocal<FloorConnection[]> own;
    private final Queue<FloorConnection> all = new ConcurrentLinkedQueue<>();

    Floor(Job job) throws IOException {
        this.job = job;
        this.own =
                ThreadLocal.withInitial(() -> new FloorConnection[job.targets().size()]);
        if (job.threads() > job.connections()) {
            for (int target = 0; target < job.targets().size(); target++) {
                BlockingDeque<FloorConnection> connections = new LinkedBlockingDeque<>();
                for (int i = 0; i < job.connections(); i++) {
                    connections.add(open(target));
                }
                shared.add(connections);
            }
        }
    }

    private FloorConnection open(int target) throws IOException {
        FloorConnection connection = FloorConnection.to(job.targets().get(target), job.tls(), job.streams());
        all.add(connection);
        return connection;
    }

    @Override
    public long get(int target) throws IOException, InterruptedException {
        if (shared.isEmpty()) {
            FloorConnection[] mine = own.get();
            if (mine[target] == null) {
                mine[target] = open(target);
            }
            return mine[target].get();
        }
        BlockingDeque<FloorConnection> connections = shared.get(target);
        FloorConnection connection = connections.takeFirst();
        try {
            return connection.get();
        } finally {
            connections.putFirst(connection);
        }
    }

    @Override
    public void close() throws IOException {
        for (FloorConnection connection : all) {
            connection.close();
        }
    }
}
