// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.peers;

import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;

/** OkHttp. It has no limit on connections of synchronous calls, only on idle ones. */
final class OkHttpPeer implements Peer {

    private final OkHttpClient client;
    private final Request[] requests;
    private final boolean streams;

    OkHttpPeer(Job job) throws Exception {
        OkHttpClient.Builder builder = new OkHttpClient.Builder()
                .protocols(List.of(Protocol.HTTP_1_1))
                .connectionPool(new ConnectionPool(job.connectionsInAll(), 5, TimeUnit.MINUTES));
        if (job.tls() != null) {
            builder.sslSocketFactory(job.tls().getSocketFactory(), unusedTrust())
                    .hostnameVerifier((host, session) -> true);
        }
        this.client = builder.build();
        this.streams = job.streams();
        this.requests = job.targets().stream()
                .map(uri -> new Request.Builder().url(uri.toString()).build())
                .toArray(Request[]::new);
    }

    // OkHttp asks for it to clean certificate chains for pinning; the context's own decides.
    private static X509TrustManager unusedTrust() throws Exception {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager x509) {
                return x509;
            }
        }
        throw new IllegalStateException("no X509TrustManager");
    }

    @Override
    public long get(int target) throws Exception {
        try (Response response = client.newCall(requests[target]).execute();
                ResponseBody body = response.body()) {
            return streams ? Job.drain(body.byteStream()) : body.bytes().length;
        }
    }

    @Override
    public void close() {
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }
}
