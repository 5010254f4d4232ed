// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.RequestState;
import io.github.pooledclient.internal.call.Logins.Asker;
import io.github.pooledclient.internal.call.Logins.Purpose;
import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.internal.http.RequestHead;
import io.github.pooledclient.internal.http.ResponseHead;
import io.github.pooledclient.transport.Origin;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Tells servers, and proxies that pass requests on, who asks; and sends a request again that they refused for that. Where the
 * caller set the field himself, nobody is asked. Proxies that open tunnels ask when these are opened. As safe as the logins.
 */
final class AuthenticationInterceptor implements Interceptor {

    // As the JDK's client.
    private static final int MOST_ANSWERS = 3;

    private final Logins logins;
    private final RoutePlanner routes;

    AuthenticationInterceptor(Logins logins, RoutePlanner routes) {
        this.logins = logins;
        this.routes = routes;
    }

    @Override
    public Reply intercept(Call<?> call, RequestHead head, RequestContent content, CallChain rest)
            throws IOException, InterruptedException {
        Asker server = Asker.server(head.origin());
        Origin proxyAddress = head.origin().isSecure() ? null : routes.proxy(call.uri(), head.origin());
        Asker proxy = proxyAddress == null ? null : Asker.proxy(proxyAddress);
        RequestHead next = told(call, proxy, head, told(call, server, head, head));
        for (int answers = 0; ; answers++) {
            Reply reply = rest.proceed(call, next, content);
            boolean passedOn = false;
            try {
                Asker asker = asker(reply.head().statusCode(), server, proxy);
                RequestHead answered = answers < MOST_ANSWERS && content.isRepeatable()
                        ? answered(call, asker, reply.head(), head, next)
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
        }
    }

    private static @Nullable Asker asker(int status, Asker server, @Nullable Asker proxy) {
        return switch (status) {
            case 401 -> server;
            case 407 -> proxy;
            default -> null;
        };
    }

    /** The head with what is known to be asked for. */
    private RequestHead told(Call<?> call, @Nullable Asker asker, RequestHead callers, RequestHead head) {
        if (asker == null || callers.has(asker.field())) {
            return head;
        }
        String value = logins.authorization(asker, purpose(call, asker, callers));
        return value == null ? head : head.with(asker.field(), value);
    }

    /** The request again, with the answer to a challenge; null if there is none. */
    private @Nullable RequestHead answered(
            Call<?> call, @Nullable Asker asker, ResponseHead refusal, RequestHead callers, RequestHead refused)
            throws IOException {
        if (asker == null || callers.has(asker.field())) {
            return null;
        }
        String value = logins.answer(
                asker,
                purpose(call, asker, callers),
                refusal.fields().all(asker.challengeField()),
                refused.has(asker.field()),
                RequestState.RESPONSE_STARTED);
        return value == null ? null : refused.without(asker.field()).with(asker.field(), value);
    }

    private static Purpose purpose(Call<?> call, Asker asker, RequestHead head) {
        RequestHead seen = asker.isProxy() ? head.inAbsoluteForm() : head;
        return new Purpose(head.method(), seen.target(), call.uri());
    }
}
