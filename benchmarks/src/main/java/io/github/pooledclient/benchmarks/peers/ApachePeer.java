// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.peers;

import java.io.IOException;
import java.net.URI;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.io.entity.EntityUtils;

/** Apache HttpClient 5, classic. */
final class ApachePeer implements Peer {

    private final CloseableHttpClient client;
    private final URI[] targets;
    private final boolean streams;

    ApachePeer(Job job) {
        this.client = client(job);
        this.targets = job.targets().toArray(URI[]::new);
        this.streams = job.streams();
    }

    static CloseableHttpClient client(Job job) {
        PoolingHttpClientConnectionManagerBuilder connections = PoolingHttpClientConnectionManagerBuilder.create()
                .setMaxConnPerRoute(job.connections())
                .setMaxConnTotal(job.connectionsInAll());
        if (job.tls() != null) {
            connections.setTlsSocketStrategy(new DefaultClientTlsStrategy(job.tls()));
        }
        PoolingHttpClientConnectionManager manager = connections.build();
        return HttpClients.custom().setConnectionManager(manager).build();
    }

    @Override
    public long get(int target) throws Exception {
        return client.execute(new HttpGet(targets[target]), this::length);
    }

    private long length(ClassicHttpResponse response) throws IOException {
        return streams
                ? Job.drain(response.getEntity().getContent())
                : EntityUtils.toByteArray(response.getEntity()).length;
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
