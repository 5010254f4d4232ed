// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.transport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * With which context and which parameters TLS is spoken. Two are equal if they share the same {@link SSLContext}
 * instance and their {@link SSLParameters} have the same values, so that equal ones may share connections.
 *
 * <p>Immutable, and safe for use by several threads: parameters are copied on the way in and out.
 */
public final class TlsIdentity {

    /** Null until the default one of the JVM is needed. */
    private final AtomicReference<@Nullable Settings> settings;

    private record Settings(SSLContext context, SSLParameters parameters, List<@Nullable Object> values) {

        static Settings of(SSLContext context, SSLParameters parameters) {
            SSLParameters own = copy(parameters);
            return new Settings(Objects.requireNonNull(context, "context"), own, TlsIdentity.values(own));
        }
    }

    public TlsIdentity(SSLContext context, SSLParameters parameters) {
        this.settings = new AtomicReference<>(Settings.of(context, parameters));
    }

    private TlsIdentity() {
        this.settings = new AtomicReference<>();
    }

    /**
     * The default context of the JVM and its default parameters, as they are when somebody first asks: making that context
     * takes longer than all else of a client, and one that speaks no TLS never does. If there is none, whoever asks gets an
     * {@link UncheckedIOException}.
     */
    public static TlsIdentity ofTheJvm() {
        return new TlsIdentity();
    }

    private Settings settings() {
        Settings known = settings.get();
        if (known == null) {
            SSLContext context = defaultContext();
            settings.compareAndSet(null, Settings.of(context, context.getDefaultSSLParameters()));
            known = Objects.requireNonNull(settings.get());
        }
        return known;
    }

    private static SSLContext defaultContext() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            Throwable root = e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            String message = "the JVM has no default TLS context, see its properties javax.net.ssl.*: " + root;
            throw new UncheckedIOException(message, new IOException(message, e));
        }
    }

    public SSLContext context() {
        return settings().context();
    }

    /** A copy, the caller's to change. */
    public SSLParameters parameters() {
        return copy(settings().parameters());
    }

    private static SSLParameters copy(SSLParameters from) {
        SSLParameters to = new SSLParameters(from.getCipherSuites(), from.getProtocols());
        if (from.getNeedClientAuth()) {
            to.setNeedClientAuth(true);
        } else if (from.getWantClientAuth()) {
            to.setWantClientAuth(true);
        }
        to.setAlgorithmConstraints(from.getAlgorithmConstraints());
        to.setEndpointIdentificationAlgorithm(from.getEndpointIdentificationAlgorithm());
        to.setServerNames(from.getServerNames());
        to.setSNIMatchers(from.getSNIMatchers());
        to.setUseCipherSuitesOrder(from.getUseCipherSuitesOrder());
        to.setEnableRetransmissions(from.getEnableRetransmissions());
        to.setMaximumPacketSize(from.getMaximumPacketSize());
        to.setApplicationProtocols(from.getApplicationProtocols());
        NewerSslParameters.copy(from, to);
        return to;
    }

    private static List<@Nullable Object> values(SSLParameters from) {
        Stream<@Nullable Object> values = Stream.of(
                list(from.getCipherSuites()),
                list(from.getProtocols()),
                list(from.getApplicationProtocols()),
                from.getNeedClientAuth(),
                from.getWantClientAuth(),
                from.getAlgorithmConstraints(),
                from.getEndpointIdentificationAlgorithm(),
                list(from.getServerNames()),
                list(from.getSNIMatchers()),
                from.getUseCipherSuitesOrder(),
                from.getEnableRetransmissions(),
                from.getMaximumPacketSize());
        return Stream.concat(values, NewerSslParameters.values(from)).toList();
    }

    static @Nullable Object list(String @Nullable [] values) {
        return values == null ? null : List.of(values);
    }

    private static @Nullable Object list(@Nullable Collection<?> values) {
        return values == null ? null : List.copyOf(values);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof TlsIdentity that
                        && context() == that.context()
                        && settings().values().equals(that.settings().values()));
    }

    @Override
    public int hashCode() {
        return 31 * System.identityHashCode(context()) + settings().values().hashCode();
    }

    @Override
    public String toString() {
        Settings known = settings.get();
        if (known == null) {
            return "TLS with the default context";
        }
        String[] protocols = known.parameters().getProtocols();
        return "TLS with " + known.context().getProtocol() + "@"
                + Integer.toHexString(System.identityHashCode(known.context()))
                + (protocols == null ? "" : " " + Arrays.toString(protocols));
    }
}
