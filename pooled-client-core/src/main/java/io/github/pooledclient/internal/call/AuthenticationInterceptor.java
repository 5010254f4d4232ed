// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.RequestState;
import io.github.pooledclient.internal.http.Failures;
import io.github.pooledclient.internal.http.FieldRules;
import io.github.pooledclient.internal.http.Fields;
import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.internal.http.RequestHead;
import io.github.pooledclient.internal.http.TunnelRefusedException;
import io.github.pooledclient.transport.Origin;
import java.io.IOException;
import java.net.Authenticator;
import java.net.Authenticator.RequestorType;
import java.net.MalformedURLException;
import java.net.PasswordAuthentication;
import java.net.URL;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Answers those who ask who asks, servers and proxies (RFC 9110, 11), with what an {@link Authenticator} knows; and tells
 * them from then on without being asked. Where the caller set the field himself, nothing is asked. As safe as the
 * authenticator.
 */
final class AuthenticationInterceptor implements Interceptor {

    // As the JDK's client.
    private static final int MOST_ANSWERS = 3;

    private final Authenticator authenticator;
    private final RoutePlanner routes;
    private final ConcurrentMap<Origin, Credentials> servers = new ConcurrentHashMap<>();
    private final ConcurrentMap<Origin, Credentials> proxies = new ConcurrentHashMap<>();
    // What opened a tunnel is part of its route: the same words again find the same connections.
    private final ConcurrentMap<Origin, String> tunnels = new ConcurrentHashMap<>();

    AuthenticationInterceptor(Authenticator authenticator, RoutePlanner routes) {
        this.authenticator = authenticator;
        this.routes = routes;
    }

    @Override
    public Reply intercept(Call<?> call, RequestHead head, RequestContent content, CallChain rest)
            throws IOException, InterruptedException {
        Asker server = new Asker(RequestorType.SERVER, head.origin(), "Authorization", "WWW-Authenticate", servers);
        Origin proxyAddress = routes.proxy(call.uri(), head.origin());
        Asker proxy = proxyAddress == null
                ? null
                : new Asker(RequestorType.PROXY, proxyAddress, "Proxy-Authorization", "Proxy-Authenticate", proxies);
        RequestHead next = told(server, head, head);
        next = proxy == null ? next : told(proxy, head, next);
        for (int answers = 0; ; answers++) {
            boolean mayAnswer = answers < MOST_ANSWERS;
            try {
                Reply reply = rest.proceed(call, next, content);
                boolean passedOn = false;
                try {
                    Asker asker = asker(reply.head().statusCode(), server, proxy);
                    RequestHead answered = mayAnswer && content.isRepeatable()
                            ? answer(call, asker, reply.head().fields(), head, next)
                            : null;
                    if (answered == null) {
                        passedOn = true;
                        return reply;
                    }
                    next = answered;
                } finally {
                    if (!passedOn) {
                        reply.content().close();
                    }
                }
            } catch (TunnelRefusedException e) {
                Asker asker = e.answer().statusCode() == 407 ? proxy : null;
                RequestHead answered =
                        mayAnswer ? answer(call, asker, e.answer().fields(), head, next) : null;
                if (answered == null) {
                    throw e;
                }
                next = answered;
            }
        }
    }

    /** Who may ask: with which fields, and what it was told before. */
    private record Asker(
            RequestorType type,
            Origin origin,
            String field,
            String challengeField,
            ConcurrentMap<Origin, Credentials> known) {}

    private static @Nullable Asker asker(int status, Asker server, @Nullable Asker proxy) {
        return switch (status) {
            case 401 -> server;
            case 407 -> proxy;
            default -> null;
        };
    }

    /** The head with what is known to be asked for. */
    private RequestHead told(Asker asker, RequestHead callers, RequestHead head) {
        if (callers.has(asker.field)) {
            return head;
        }
        String opensTunnel = isTunnel(asker, callers) ? tunnels.get(asker.origin) : null;
        Credentials known = asker.known.get(asker.origin);
        if (opensTunnel != null) {
            return head.with(asker.field, opensTunnel);
        }
        return known == null ? head : with(asker, callers, head, known);
    }

    private RequestHead with(Asker asker, RequestHead callers, RequestHead head, Credentials credentials) {
        boolean tunnel = isTunnel(asker, callers);
        String target = callers.target();
        if (asker.type == RequestorType.PROXY) {
            target = tunnel
                    ? callers.origin().hostAndPort()
                    : callers.inAbsoluteForm().target();
        }
        String value = credentials.authorization(tunnel ? "CONNECT" : callers.method(), target);
        FieldRules.checkValue(asker.field, value);
        if (tunnel) {
            tunnels.put(asker.origin, value);
        }
        return head.without(asker.field).with(asker.field, value);
    }

    private static boolean isTunnel(Asker asker, RequestHead head) {
        return asker.type == RequestorType.PROXY && head.origin().isSecure();
    }

    /** The request again, with the answer to a challenge; null if there is none. */
    private @Nullable RequestHead answer(
            Call<?> call, @Nullable Asker asker, Fields challenges, RequestHead callers, RequestHead refused)
            throws IOException {
        if (asker == null || callers.has(asker.field)) {
            return null;
        }
        Challenge challenge = best(Challenge.parse(challenges.all(asker.challengeField)));
        if (challenge == null) {
            return null;
        }
        Credentials old = refused.has(asker.field) ? asker.known.get(asker.origin) : null;
        Credentials credentials = DigestCredentials.renewed(old, challenge);
        if (credentials == null) {
            credentials = asked(call, asker, challenge, old);
        }
        if (credentials == null) {
            asker.known.remove(asker.origin);
            tunnels.remove(asker.origin);
            return null;
        }
        asker.known.put(asker.origin, credentials);
        return with(asker, callers, refused, credentials);
    }

    /** The strongest that we can answer. */
    private static @Nullable Challenge best(List<Challenge> challenges) {
        return challenges.stream()
                .filter(challenge -> rank(challenge) >= 0)
                .min(Comparator.comparingInt(AuthenticationInterceptor::rank))
                .orElse(null);
    }

    private static int rank(Challenge challenge) {
        return switch (challenge.scheme()) {
            case "digest" -> DigestCredentials.rank(challenge);
            case "basic" -> 100;
            default -> -1;
        };
    }

    private @Nullable Credentials asked(Call<?> call, Asker asker, Challenge challenge, @Nullable Credentials old)
            throws IOException {
        PasswordAuthentication login;
        try {
            login = authenticator.requestPasswordAuthenticationInstance(
                    asker.origin.host(),
                    null,
                    asker.origin.port(),
                    asker.origin.scheme(),
                    challenge.parameter("realm"),
                    challenge.scheme(),
                    url(call),
                    asker.type);
        } catch (RuntimeException e) {
            throw Failures.io(RequestState.RESPONSE_STARTED, "the authenticator failed: " + e, e);
        }
        if (login == null || (old != null && old.areOf(login))) {
            return null;
        }
        return challenge.scheme().equals("basic")
                ? Credentials.Basic.of(challenge, login)
                : DigestCredentials.of(challenge, login);
    }

    private static @Nullable URL url(Call<?> call) {
        try {
            return call.uri().toURL();
        } catch (MalformedURLException e) {
            return null;
        }
    }
}
