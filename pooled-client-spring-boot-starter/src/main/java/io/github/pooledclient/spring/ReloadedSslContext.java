// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import java.security.KeyManagementException;
import java.security.SecureRandom;
import java.util.function.Consumer;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslOptions;

/**
 * A TLS context that stays what it is while the SSL bundle behind it is replaced: who was given it need not be told. Engines
 * have the protocols and ciphers of the bundle, unless they are given others. Safe for use by several threads.
 */
final class ReloadedSslContext extends SSLContext {

    private final Current current;

    ReloadedSslContext(SslBundle first) {
        this(new Current(first));
    }

    private ReloadedSslContext(Current current) {
        super(current, current.context().getProvider(), current.context().getProtocol());
        this.current = current;
    }

    /** From now on connections are made with this bundle; if it cannot be used, as before. */
    void use(SslBundle bundle) {
        current.use(bundle);
    }

    /** What there is behind the context at a time. */
    private record Content(SSLContext context, SslOptions options) {

        // Without the bundle itself, which is what others know this context by, and as long as they have it.
        static Content of(SslBundle bundle) {
            return new Content(bundle.createSslContext(), bundle.getOptions());
        }

        SSLEngine withOptions(SSLEngine engine) {
            options(engine::setEnabledProtocols, engine::setEnabledCipherSuites);
            return engine;
        }

        SSLParameters withOptions(SSLParameters parameters) {
            options(parameters::setProtocols, parameters::setCipherSuites);
            return parameters;
        }

        private void options(Consumer<String[]> protocols, Consumer<String[]> ciphers) {
            set(options.getEnabledProtocols(), protocols);
            set(options.getCiphers(), ciphers);
        }

        private static void set(String @Nullable [] values, Consumer<String[]> setter) {
            if (values != null) {
                setter.accept(values);
            }
        }
    }

    private static final class Current extends SSLContextSpi {

        private volatile Content content;

        Current(SslBundle first) {
            content = Content.of(first);
        }

        void use(SslBundle bundle) {
            content = Content.of(bundle);
        }

        SSLContext context() {
            return content.context();
        }

        @Override
        protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
                throws KeyManagementException {
            throw new KeyManagementException("the content of this context is that of an SSL bundle");
        }

        @Override
        protected SSLEngine engineCreateSSLEngine() {
            Content now = content;
            return now.withOptions(now.context().createSSLEngine());
        }

        @Override
        protected SSLEngine engineCreateSSLEngine(String host, int port) {
            Content now = content;
            return now.withOptions(now.context().createSSLEngine(host, port));
        }

        @Override
        protected SSLParameters engineGetDefaultSSLParameters() {
            Content now = content;
            return now.withOptions(now.context().getDefaultSSLParameters());
        }

        @Override
        protected SSLParameters engineGetSupportedSSLParameters() {
            return context().getSupportedSSLParameters();
        }

        @Override
        protected SSLSocketFactory engineGetSocketFactory() {
            return context().getSocketFactory();
        }

        @Override
        protected SSLServerSocketFactory engineGetServerSocketFactory() {
            return context().getServerSocketFactory();
        }

        @Override
        protected SSLSessionContext engineGetServerSessionContext() {
            return context().getServerSessionContext();
        }

        @Override
        protected SSLSessionContext engineGetClientSessionContext() {
            return context().getClientSessionContext();
        }
    }
}
