// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.peers;

import io.github.pooledclient.PooledHttpClient;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** The JDK's client. It has no limit on connections. */
final class JdkPeer implements Peer {

    private final HttpClient client;
    private final HttpRequest[] requests;
    private final boolean streams;

    JdkPeer(Job job) {
        this(builder(job).build(), job);
    }

    JdkPeer(HttpClient client, Job job) {
        this.client = client;
        this.streams = job.streams();
        this.requests = job.targets().stream()
                .map(uri -> HttpRequest.newBuilder(uri).build())
                .toArray(HttpRequest[]::new);
    }

    static HttpClient.Builder builder(Job job) {
        HttpClient.Builder builder = HttpClient.newBuilder().version(Version.HTTP_1_1);
        return job.tls() == null ? builder : builder.sslContext(job.tls());
    }

    @Override
    public long get(int target) throws Exception {
        HttpRequest request = requests[target];
        if (!streams) {
            return client.send(request, BodyHandlers.ofByteArray()).body().length;
        }
        try (InputStream body =
                client.send(request, BodyHandlers.ofInputStream()).body()) {
            return Job.drain(body);
        }
    }

    @Override
    public void close() {
        // The JDK's own cannot be closed before 21: it ends with its process.
        if (client instanceof PooledHttpClient ours) {
            ours.close();
        }
    }
}
