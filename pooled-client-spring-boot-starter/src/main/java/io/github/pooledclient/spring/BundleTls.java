// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import io.github.pooledclient.PooledHttpClient;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslOptions;

/**
 * The TLS of SSL bundles, made once for each: connections are shared by those who have the same {@link SSLContext}. A
 * bundle that was reloaded is another object and gets another context. Safe for use by several threads.
 */
final class BundleTls {

    /** What a view is given. */
    record Tls(SSLContext context, SSLParameters parameters) {

        void applyTo(PooledHttpClient.Builder view) {
            view.sslContext(context).sslParameters(parameters);
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock. Weak, so that bundles which were replaced can go.
    private final Map<SslBundle, Tls> known = new WeakHashMap<>();

    Tls of(SslBundle bundle) {
        Tls there = find(bundle);
        // Reading key stores takes time, so it is done without the lock; of two who do it the first one counts.
        return there != null ? there : keepFirst(bundle, create(bundle));
    }

    private @Nullable Tls find(SslBundle bundle) {
        lock.lock();
        try {
            return known.get(bundle);
        } finally {
            lock.unlock();
        }
    }

    private Tls keepFirst(SslBundle bundle, Tls created) {
        lock.lock();
        try {
            Tls first = known.putIfAbsent(bundle, created);
            return first == null ? created : first;
        } finally {
            lock.unlock();
        }
    }

    private static Tls create(SslBundle bundle) {
        SSLContext context = bundle.createSslContext();
        SSLParameters parameters = context.getDefaultSSLParameters();
        SslOptions options = bundle.getOptions();
        if (options.getCiphers() != null) {
            parameters.setCipherSuites(options.getCiphers());
        }
        if (options.getEnabledProtocols() != null) {
            parameters.setProtocols(options.getEnabledProtocols());
        }
        return new Tls(context, parameters);
    }
}
