// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.peers;

import java.io.InputStream;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.InputStreamResponseListener;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** Jetty's client, used synchronously. */
final class JettyPeer implements Peer {

    private static final int QUEUED = 100_000;

    private final HttpClient client;
    private final URI[] targets;
    private final boolean streams;

    JettyPeer(Job job) throws Exception {
        ClientConnector connector = new ClientConnector();
        connector.setSelectors(1);
        if (job.tls() != null) {
            SslContextFactory.Client tls = new SslContextFactory.Client();
            tls.setSslContext(job.tls());
            connector.setSslContextFactory(tls);
        }
        this.client = new HttpClient(new HttpClientTransportOverHTTP(connector));
        this.targets = job.targets().toArray(URI[]::new);
        this.streams = job.streams();
        client.setMaxConnectionsPerDestination(job.connections());
        client.setMaxRequestsQueuedPerDestination(QUEUED);
        client.start();
    }

    @Override
    public long get(int target) throws Exception {
        if (!streams) {
            return client.GET(targets[target]).getContent().length;
        }
        InputStreamResponseListener listener = new InputStreamResponseListener();
        client.newRequest(targets[target]).send(listener);
        listener.get(1, TimeUnit.MINUTES);
        try (InputStream body = listener.getInputStream()) {
            return Job.drain(body);
        }
    }

    @Override
    public void close() {
        LifeCycle.stop(client);
    }
}
