// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.transport;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * With which context and which parameters TLS is spoken. Two are equal if they share the same {@link SSLContext}
 * instance and their {@link SSLParameters} have the same values, so that equal ones may share connections.
 *
 * <p>Immutable: parameters are copied on the way in and out.
 */
public final class TlsIdentity {

    private final SSLContext context;
    private final SSLParameters parameters;
    private final List<@Nullable Object> values;

    public TlsIdentity(SSLContext context, SSLParameters parameters) {
        this.context = Objects.requireNonNull(context, "context");
        this.parameters = copy(parameters);
        this.values = values(this.parameters);
    }

    public SSLContext context() {
        return context;
    }

    /** A copy, the caller's to change. */
    public SSLParameters parameters() {
        return copy(parameters);
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
        return other instanceof TlsIdentity that && context == that.context && values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return 31 * System.identityHashCode(context) + values.hashCode();
    }

    @Override
    public String toString() {
        return "TLS with " + context.getProtocol() + "@" + Integer.toHexString(System.identityHashCode(context))
                + (parameters.getProtocols() == null ? "" : " " + Arrays.toString(parameters.getProtocols()));
    }
}
