// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.peers;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.spring.PooledClientHttpRequestFactory;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Objects;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

/** Spring's {@link RestClient} over one of the others. */
final class RestClientPeer implements Peer {

    private final RestClient client;
    private final Closeable below;
    private final URI[] targets;
    private final boolean streams;

    private RestClientPeer(ClientHttpRequestFactory factory, Closeable below, Job job) {
        this.client = RestClient.builder().requestFactory(factory).build();
        this.below = below;
        this.targets = job.targets().toArray(URI[]::new);
        this.streams = job.streams();
    }

    static Peer overOurs(Job job) {
        PooledHttpClient client = OursPeer.client(job);
        return new RestClientPeer(new PooledClientHttpRequestFactory(client), client::close, job);
    }

    static Peer overApache(Job job) {
        CloseableHttpClient client = ApachePeer.client(job);
        return new RestClientPeer(new HttpComponentsClientHttpRequestFactory(client), client, job);
    }

    static Peer overJdk(Job job) {
        return new RestClientPeer(
                new JdkClientHttpRequestFactory(JdkPeer.builder(job).build()), () -> {}, job);
    }

    @Override
    public long get(int target) {
        if (!streams) {
            return Objects.requireNonNull(
                            client.get().uri(targets[target]).retrieve().body(byte[].class))
                    .length;
        }
        return Objects.requireNonNull(client.get().uri(targets[target]).exchange((request, response) -> {
            try (InputStream body = response.getBody()) {
                return Job.drain(body);
            }
        }));
    }

    @Override
    public void close() throws IOException {
        below.close();
    }
}
