// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.RequestState;
import io.github.pooledclient.internal.http.Failures;
import io.github.pooledclient.internal.http.FieldRules;
import io.github.pooledclient.transport.Origin;
import io.github.pooledclient.transport.ProxyLogin;
import java.io.IOException;
import java.net.Authenticator;
import java.net.Authenticator.RequestorType;
import java.net.MalformedURLException;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.URL;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * What servers and proxies are told who ask who asks (RFC 9110, 11): what an {@link Authenticator} knows; and from then on
 * without being asked. A client and its views with the same authenticator have one of these, and so the same tunnels. As
 * safe as the authenticator.
 */
public final class Logins implements ProxyLogin {

    private final Authenticator authenticator;
    private final ConcurrentMap<Asker, Credentials> known = new ConcurrentHashMap<>();

    public Logins(Authenticator authenticator) {
        this.authenticator = authenticator;
    }

    /** A server, or a proxy. */
    record Asker(RequestorType type, Origin origin) {

        static Asker server(Origin origin) {
            return new Asker(RequestorType.SERVER, origin);
        }

        static Asker proxy(Origin origin) {
            return new Asker(RequestorType.PROXY, origin);
        }

        boolean isProxy() {
            return type == RequestorType.PROXY;
        }

        String field() {
            return isProxy() ? "Proxy-Authorization" : "Authorization";
        }

        String challengeField() {
            return isProxy() ? "Proxy-Authenticate" : "WWW-Authenticate";
        }
    }

    /** For what somebody is told who asks: method and target as he sees them, the URI as the caller does. */
    record Purpose(String method, String target, URI uri) {}

    @Override
    public @Nullable String authorization(Origin proxy, Origin target) {
        return authorization(Asker.proxy(proxy), tunnel(target));
    }

    @Override
    public @Nullable String answer(Origin proxy, Origin target, List<String> challenges, @Nullable String refused)
            throws IOException {
        return answer(Asker.proxy(proxy), tunnel(target), challenges, refused != null, RequestState.NOT_SENT);
    }

    private static Purpose tunnel(Origin target) {
        return new Purpose("CONNECT", target.hostAndPort(), URI.create(target + "/"));
    }

    /** What is known to be asked for; null = nothing. */
    @Nullable
    String authorization(Asker asker, Purpose purpose) {
        Credentials credentials = known.get(asker);
        return credentials == null ? null : authorization(asker, purpose, credentials);
    }

    private static String authorization(Asker asker, Purpose purpose, Credentials credentials) {
        String value = credentials.authorization(purpose.method(), purpose.target());
        FieldRules.checkValue(asker.field(), value);
        return value;
    }

    /**
     * The answer to challenges; null if there is none.
     *
     * @param wasTold whether they came although the asker had been told
     * @param reached how far the request has come, should the authenticator fail
     */
    @Nullable
    String answer(Asker asker, Purpose purpose, List<String> challenges, boolean wasTold, RequestState reached)
            throws IOException {
        Challenge challenge = best(Challenge.parse(challenges));
        if (challenge == null) {
            return null;
        }
        Credentials old = wasTold ? known.get(asker) : null;
        Credentials credentials = DigestCredentials.renewed(old, challenge);
        if (credentials == null) {
            credentials = asked(asker, purpose, challenge, old, reached);
        }
        if (credentials == null) {
            known.remove(asker);
            return null;
        }
        known.put(asker, credentials);
        return authorization(asker, purpose, credentials);
    }

    /** The strongest that we can answer. */
    private static @Nullable Challenge best(List<Challenge> challenges) {
        return challenges.stream()
                .filter(challenge -> rank(challenge) >= 0)
                .min(Comparator.comparingInt(Logins::rank))
                .orElse(null);
    }

    private static int rank(Challenge challenge) {
        return switch (challenge.scheme()) {
            case "digest" -> DigestCredentials.rank(challenge);
            case "basic" -> 100;
            default -> -1;
        };
    }

    private @Nullable Credentials asked(
            Asker asker, Purpose purpose, Challenge challenge, @Nullable Credentials old, RequestState reached)
            throws IOException {
        PasswordAuthentication login;
        try {
            login = authenticator.requestPasswordAuthenticationInstance(
                    asker.origin().host(),
                    null,
                    asker.origin().port(),
                    asker.origin().scheme(),
                    challenge.parameter("realm"),
                    challenge.scheme(),
                    url(purpose.uri()),
                    asker.type());
        } catch (RuntimeException e) {
            throw Failures.io(reached, "the authenticator failed: " + e, e);
        }
        if (login == null || (old != null && old.areOf(login))) {
            return null;
        }
        return challenge.scheme().equals("basic")
                ? Credentials.Basic.of(challenge, login)
                : DigestCredentials.of(challenge, login);
    }

    private static @Nullable URL url(URI uri) {
        try {
            return uri.toURL();
        } catch (MalformedURLException e) {
            return null;
        }
    }
}
