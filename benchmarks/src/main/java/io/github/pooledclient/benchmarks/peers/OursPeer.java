// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.peers;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.pool.PoolSettings;

/** The client of this project, used as the JDK's is. */
final class OursPeer implements Peer {

    private final JdkPeer peer;

    OursPeer(Job job) {
        this.peer = new JdkPeer(client(job), job);
    }

    static PooledHttpClient client(Job job) {
        PooledHttpClient.Builder builder = PooledHttpClient.newBuilder()
                .pool(PoolSettings.builder()
                        .maxConnectionsPerHost(job.connections())
                        .maxIdlePerHost(job.connections())
                        .build());
        if (job.tls() != null) {
            builder.sslContext(job.tls());
        }
        return builder.build();
    }

    @Override
    public long get(int target) throws Exception {
        return peer.get(target);
    }

    @Override
    public void close() {
        peer.close();
    }
}
