// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import io.github.pooledclient.transport.TlsIdentity;
import java.time.Duration;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * What a client does differently for one host; what is not set here is as for all hosts. Limits and times of the pool are
 * given to {@link io.github.pooledclient.pool.PoolSettings.Builder#host}. Immutable; made by {@link #builder()}.
 */
public final class HostSettings {

    private final @Nullable Duration connectTimeout;
    private final @Nullable Duration readTimeout;
    private final @Nullable Boolean decompress;
    private final @Nullable MessageLimits limits;
    private final @Nullable TlsIdentity tls;

    private HostSettings(Builder builder) {
        connectTimeout = builder.connectTimeout;
        readTimeout = builder.readTimeout;
        decompress = builder.decompress;
        limits = builder.limits;
        tls = builder.tls;
    }

    /** A builder that sets nothing. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from these settings. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.connectTimeout = connectTimeout;
        builder.readTimeout = readTimeout;
        builder.decompress = decompress;
        builder.limits = limits;
        builder.tls = tls;
        return builder;
    }

    Duration connectTimeoutOr(Duration otherwise) {
        return connectTimeout == null ? otherwise : connectTimeout;
    }

    Duration readTimeoutOr(Duration otherwise) {
        return readTimeout == null ? otherwise : readTimeout;
    }

    boolean decompressOr(boolean otherwise) {
        return decompress == null ? otherwise : decompress;
    }

    MessageLimits limitsOr(MessageLimits otherwise) {
        return limits == null ? otherwise : limits;
    }

    TlsIdentity tlsOr(TlsIdentity otherwise) {
        return tls == null ? otherwise : tls;
    }

    /** Collects {@link HostSettings}. Each method takes null for "as for all hosts". */
    public static final class Builder {

        private @Nullable Duration connectTimeout;
        private @Nullable Duration readTimeout;
        private @Nullable Boolean decompress;
        private @Nullable MessageLimits limits;
        private @Nullable TlsIdentity tls;

        private Builder() {}

        /**
         * See {@link PooledHttpClient.Builder#connectTimeout}.
         *
         * @throws IllegalArgumentException if zero or negative
         */
        public Builder connectTimeout(@Nullable Duration timeout) {
            connectTimeout = timeout == null ? null : requirePositive("connectTimeout", timeout);
            return this;
        }

        /**
         * See {@link PooledHttpClient.Builder#readTimeout}; zero = for ever.
         *
         * @throws IllegalArgumentException if negative
         */
        public Builder readTimeout(@Nullable Duration timeout) {
            readTimeout = timeout == null ? null : requireNotNegative("readTimeout", timeout);
            return this;
        }

        /** See {@link PooledHttpClient.Builder#decompress}. */
        public Builder decompress(@Nullable Boolean value) {
            decompress = value;
            return this;
        }

        /** See {@link PooledHttpClient.Builder#limits}; they replace those for all hosts as a whole. */
        public Builder limits(@Nullable MessageLimits value) {
            limits = value;
            return this;
        }

        /** See {@link PooledHttpClient.Builder#sslContext}; with the default parameters of the context. */
        public Builder tls(@Nullable SSLContext context) {
            tls = context == null ? null : new TlsIdentity(context, context.getDefaultSSLParameters());
            return this;
        }

        /** See {@link PooledHttpClient.Builder#sslParameters}; the two go together. */
        public Builder tls(SSLContext context, SSLParameters parameters) {
            tls = new TlsIdentity(context, Objects.requireNonNull(parameters, "parameters"));
            return this;
        }

        public HostSettings build() {
            return new HostSettings(this);
        }
    }

    static Duration requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be positive: " + value);
        }
        return value;
    }

    static Duration requireNotNegative(String name, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(name + " must not be negative: " + value);
        }
        return value;
    }
}
