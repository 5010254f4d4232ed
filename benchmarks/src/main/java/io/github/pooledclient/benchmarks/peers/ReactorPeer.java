// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.peers;

import io.netty.buffer.ByteBuf;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import java.util.Objects;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** Reactor Netty, waited for. */
final class ReactorPeer implements Peer {

    private static final int PENDING = 100_000;

    private final ConnectionProvider connections;
    private final HttpClient client;
    private final String[] targets;
    private final boolean streams;

    ReactorPeer(Job job) {
        this.connections = ConnectionProvider.builder("benchmark")
                .maxConnections(job.connections())
                .pendingAcquireMaxCount(PENDING)
                .build();
        this.client = client(connections, job);
        this.targets = job.targets().stream().map(Object::toString).toArray(String[]::new);
        this.streams = job.streams();
    }

    // The old constructor is the only way from a context that exists to one of Netty's.
    @SuppressWarnings("deprecation")
    private static HttpClient client(ConnectionProvider connections, Job job) {
        HttpClient client = HttpClient.create(connections);
        if (job.tls() == null) {
            return client;
        }
        JdkSslContext tls = new JdkSslContext(job.tls(), true, ClientAuth.NONE);
        return client.secure(spec -> spec.sslContext(tls));
    }

    @Override
    public long get(int target) {
        HttpClient.ResponseReceiver<?> call = client.get().uri(targets[target]);
        if (streams) {
            return Objects.requireNonNull(call.responseContent()
                    .map(ByteBuf::readableBytes)
                    .reduce(0L, Long::sum)
                    .block());
        }
        return Objects.requireNonNull(
                        call.responseContent().aggregate().asByteArray().block())
                .length;
    }

    @Override
    public void close() {
        connections.dispose();
    }
}
