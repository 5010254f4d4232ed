// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import io.github.pooledclient.transport.Origin;
import io.github.pooledclient.transport.TlsIdentity;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/** From an identity to the engine for one peer: what the caller's parameters leave open is as the JDK's client has it. */
final class TlsParameters {

    private static final String[] HTTP_1_1 = {"http/1.1"};

    private TlsParameters() {}

    static SSLEngine engine(Origin peer, TlsIdentity identity) {
        String host = withoutFinalDot(peer.host());
        // With host and port, because the session cache of the context goes by them: it is what makes sessions resume.
        SSLEngine engine = identity.context().createSSLEngine(host, peer.port());
        engine.setUseClientMode(true);
        engine.setSSLParameters(complete(identity.parameters(), host));
        return engine;
    }

    private static SSLParameters complete(SSLParameters parameters, String host) {
        String identification = parameters.getEndpointIdentificationAlgorithm();
        if (identification == null || identification.isEmpty()) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        if (parameters.getServerNames() == null) {
            parameters.setServerNames(serverNames(host));
        }
        parameters.setApplicationProtocols(withoutHttp2(parameters.getApplicationProtocols()));
        return parameters;
    }

    // The engine by itself would leave out names without a dot.
    private static List<SNIServerName> serverNames(String host) {
        if (IpLiteral.matches(host)) {
            return List.of();
        }
        try {
            return List.of(new SNIHostName(host));
        } catch (IllegalArgumentException notAHostName) {
            // An underscore, say: resolvers know such names, SNI does not (RFC 6066, 3).
            return List.of();
        }
    }

    // Whoever is offered HTTP/2 chooses it, and there is nobody here to speak it.
    private static String[] withoutHttp2(String[] offered) {
        String[] others =
                Stream.of(offered).filter(protocol -> !protocol.equals("h2")).toArray(String[]::new);
        return others.length == 0 ? HTTP_1_1 : others;
    }

    // Names in SNI and in certificates have none (RFC 6066, 3).
    private static String withoutFinalDot(String host) {
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }
}
