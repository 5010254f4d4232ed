// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.peers;

import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** {@link HttpURLConnection}. It has no limit on connections, and keeps {@code http.maxConnections} of a host. */
final class UrlConnectionPeer implements Peer {

    private final URL[] targets;
    private final boolean streams;
    private final @Nullable SSLSocketFactory sockets;

    UrlConnectionPeer(Job job) throws Exception {
        System.setProperty("http.maxConnections", Integer.toString(job.connections()));
        this.targets = new URL[job.targets().size()];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = job.targets().get(i).toURL();
        }
        this.streams = job.streams();
        // One and the same: connections are kept by it.
        this.sockets = job.tls() == null ? null : job.tls().getSocketFactory();
    }

    @Override
    public long get(int target) throws Exception {
        HttpURLConnection connection = (HttpURLConnection) targets[target].openConnection();
        if (sockets != null && connection instanceof HttpsURLConnection https) {
            https.setSSLSocketFactory(sockets);
        }
        try (InputStream body = connection.getInputStream()) {
            return streams ? Job.drain(body) : body.readAllBytes().length;
        }
    }

    @Override
    public void close() {
        // There is nothing to close.
    }
}
