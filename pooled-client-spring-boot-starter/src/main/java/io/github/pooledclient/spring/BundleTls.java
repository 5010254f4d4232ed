// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import io.github.pooledclient.HostSettings;
import io.github.pooledclient.PooledHttpClient;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/**
 * The TLS of SSL bundles: one {@link SSLContext} for each, so that all who use a bundle share connections.
 *
 * <p>When a bundle is reloaded, its context is what it was, with other content: new connections are made with the new keys
 * and certificates, and those made with the old ones are {@linkplain PooledHttpClient#retire(SSLContext) retired}. Safe for use
 * by several threads.
 */
public final class BundleTls {

    private static final Logger LOG = LoggerFactory.getLogger(BundleTls.class);

    /** What clients are given for a bundle. */
    public record Tls(SSLContext context) {

        /** Has a client, or a view of one, use the bundle. */
        public void applyTo(PooledHttpClient.Builder client) {
            client.sslContext(context).sslParameters(parameters());
        }

        /** Has a client use the bundle for a host. */
        public void applyTo(HostSettings.Builder host) {
            host.tls(context, parameters());
        }

        // Protocols and ciphers are left to the context: another bundle may have others.
        private static SSLParameters parameters() {
            return new SSLParameters();
        }
    }

    private final SslBundles bundles;

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final Map<String, ReloadedSslContext> byName = new HashMap<>();
    // Weak, so that bundles, contexts and clients that are replaced can go.
    private final Map<SslBundle, String> names = new WeakHashMap<>();
    private final Map<SslBundle, Tls> unnamed = new WeakHashMap<>();
    private final Set<PooledHttpClient> clients = Collections.newSetFromMap(new WeakHashMap<>());

    /** For bundles without a name, which are never reloaded. */
    public BundleTls() {
        this(new DefaultSslBundleRegistry());
    }

    /**
     * @param bundles where bundles have their names, and are reloaded
     */
    public BundleTls(SslBundles bundles) {
        this.bundles = bundles;
        rememberNames();
    }

    /** From now on, connections of this client and its views are retired when the bundle they were made with is reloaded. */
    public void retireOnReload(PooledHttpClient client) {
        locked(() -> clients.add(client));
    }

    /** The names that there are. */
    public List<String> names() {
        return bundles.getBundleNames();
    }

    /**
     * The TLS of a bundle by its name.
     *
     * @throws org.springframework.boot.ssl.NoSuchSslBundleException if there is none
     */
    public Tls named(String name) {
        ReloadedSslContext there = locked(() -> byName.get(name));
        return new Tls(there == null ? make(name) : there);
    }

    // Reading key stores takes time, so it is done without the lock; of two who do it the first one counts.
    private ReloadedSslContext make(String name) {
        SslBundle bundle = bundles.getBundle(name);
        ReloadedSslContext created = new ReloadedSslContext(bundle);
        ReloadedSslContext first = keepFirst(byName, name, created);
        if (first == created) {
            AtomicInteger turns = new AtomicInteger();
            bundles.addBundleUpdateHandler(name, reloaded -> reload(name, created, turns));
            // It may have been reloaded before we asked to be told.
            if (bundles.getBundle(name) != bundle) {
                reload(name, created, turns);
            }
        }
        return first;
    }

    /** The TLS of a bundle, which is that of its name if it has, or had, one. */
    public Tls of(SslBundle bundle) {
        String name = nameOf(bundle);
        return name == null ? unnamed(bundle) : named(name);
    }

    private <K, T> T keepFirst(Map<K, T> all, K key, T created) {
        return locked(() -> {
            T first = all.putIfAbsent(key, created);
            return first == null ? created : first;
        });
    }

    // Who comes first does it for all who come meanwhile: the last word is then that of the bundle, whoever is slow.
    private void reload(String name, ReloadedSslContext context, AtomicInteger turns) {
        if (turns.getAndIncrement() > 0) {
            return;
        }
        int done;
        do {
            done = turns.get();
            reload(name, context);
        } while (!turns.compareAndSet(done, 0));
    }

    private void reload(String name, ReloadedSslContext context) {
        try {
            context.use(bundles.getBundle(name));
            rememberNames();
        } catch (RuntimeException e) {
            LOG.warn("SSL bundle '{}' was reloaded and cannot be used; connections go on with what it was", name, e);
            return;
        }
        LOG.info("SSL bundle '{}' was reloaded: its connections are replaced", name);
        for (PooledHttpClient client : locked(() -> List.copyOf(clients))) {
            client.retire(context);
        }
    }

    // Boot hands bundles on without their names, and perhaps long after they were replaced.
    private @Nullable String nameOf(SslBundle bundle) {
        String known = knownName(bundle);
        if (known != null) {
            return known;
        }
        rememberNames();
        return knownName(bundle);
    }

    private @Nullable String knownName(SslBundle bundle) {
        return locked(() -> names.get(bundle));
    }

    private void rememberNames() {
        for (String name : bundles.getBundleNames()) {
            SslBundle bundle = bundles.getBundle(name);
            locked(() -> names.putIfAbsent(bundle, name));
        }
    }

    private Tls unnamed(SslBundle bundle) {
        Tls there = locked(() -> unnamed.get(bundle));
        return there == null ? keepFirst(unnamed, bundle, new Tls(new ReloadedSslContext(bundle))) : there;
    }

    private <T extends @Nullable Object> T locked(Supplier<T> access) {
        lock.lock();
        try {
            return access.get();
        } finally {
            lock.unlock();
        }
    }
}
