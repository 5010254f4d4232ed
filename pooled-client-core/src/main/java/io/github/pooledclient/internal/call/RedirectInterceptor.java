// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.RequestState;
import io.github.pooledclient.internal.http.Failures;
import io.github.pooledclient.internal.http.FieldRules;
import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.internal.http.RequestHead;
import io.github.pooledclient.transport.Origin;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpHeaders;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Follows redirects (RFC 9110, 15.4) as the JDK's client does, but keeps credentials to their origin. Immutable. */
final class RedirectInterceptor implements Interceptor {

    // As the JDK's client, which counts requests; a chain that is longer is a loop more often than not.
    private static final int MOST_REQUESTS = 5;
    // What was meant for one origin, or tells another one about it (RFC 9110, 15.4); the JDK's from 25 on does so too.
    private static final Set<String> OF_ORIGIN =
            Set.of("authorization", "cookie", "proxy-authorization", "origin", "referer");
    private static final Set<String> OF_CONTENT = Set.of(
            "content-type",
            "content-encoding",
            "content-language",
            "content-location",
            "content-length",
            "digest",
            "last-modified");

    private final Redirect policy;

    RedirectInterceptor(Redirect policy) {
        this.policy = policy;
    }

    @Override
    public Reply intercept(Call<?> call, RequestHead head, RequestContent content, CallChain rest)
            throws IOException, InterruptedException {
        RequestHead nextHead = head;
        RequestContent nextContent = content;
        for (int requests = 1; ; requests++) {
            Reply reply = rest.proceed(call, nextHead, nextContent);
            URI target = target(reply, call.uri());
            if (target == null || (keepsMethod(reply, nextHead) && !nextContent.isRepeatable())) {
                return reply;
            }
            if (requests == MOST_REQUESTS) {
                return reply;
            }
            reply.content().close();
            if (!keepsMethod(reply, nextHead)) {
                nextContent = RequestContent.NONE;
            }
            nextHead = redirected(nextHead, reply, target);
            call.redirectedTo(target, nextHead, reply);
        }
    }

    /** Where to, or null if this response is the one to return. */
    private @Nullable URI target(Reply reply, URI from) throws IOException {
        int status = reply.head().statusCode();
        boolean isRedirect = (status >= 301 && status <= 303) || status == 307 || status == 308;
        String location = isRedirect ? reply.head().fields().first("Location") : null;
        if (location == null) {
            return null;
        }
        URI target = resolved(reply, from, location);
        boolean downgrade = "https".equalsIgnoreCase(from.getScheme()) && "http".equalsIgnoreCase(target.getScheme());
        return policy == Redirect.ALWAYS || !downgrade ? target : null;
    }

    private static URI resolved(Reply reply, URI from, String location) throws IOException {
        try {
            URI target = belowRoot(from.resolve(reference(from, location)));
            Origin.of(target);
            return target;
        } catch (IllegalArgumentException e) {
            reply.content().close();
            throw Failures.protocol(
                    RequestState.RESPONSE_STARTED,
                    "cannot follow the redirect from " + from + ": Location is '" + location + "' (RFC 9110, 10.2.2)",
                    e);
        }
    }

    // Where java.net.URI, which is of RFC 2396, resolves otherwise than RFC 3986, 5.2.2: a query alone replaces only
    // the query, and an empty reference nothing.
    private static URI reference(URI from, String location) {
        String text = encoded(location);
        String path = from.getRawPath() == null || from.getRawPath().isEmpty() ? "/" : from.getRawPath();
        if (text.isEmpty()) {
            return URI.create(from.getRawQuery() == null ? path : path + "?" + from.getRawQuery());
        }
        return URI.create(text.startsWith("?") ? path + text : text);
    }

    // Bytes that are no ASCII stand for themselves, in whatever encoding they are: fields are read as ISO-8859-1.
    private static String encoded(String location) {
        StringBuilder text = new StringBuilder(location.length());
        for (int i = 0; i < location.length(); i++) {
            char c = location.charAt(i);
            if (c < 0x80) {
                text.append(c);
            } else {
                text.append("%%%02X".formatted((int) c));
            }
        }
        return text.toString();
    }

    // There is nothing above the root (RFC 3986, 5.2.4).
    private static URI belowRoot(URI target) {
        String path = target.getRawPath();
        if (path == null || !(path.startsWith("/../") || path.equals("/.."))) {
            return target;
        }
        while (path.startsWith("/../")) {
            path = path.substring(3);
        }
        String query = target.getRawQuery() == null ? "" : "?" + target.getRawQuery();
        return URI.create(
                target.getScheme() + "://" + target.getRawAuthority() + (path.equals("/..") ? "/" : path) + query);
    }

    // RFC 9110, 15.4.2 and 15.4.3: user agents have long changed POST to GET for 301 and 302; 303 asks for it.
    private static boolean keepsMethod(Reply reply, RequestHead head) {
        return switch (reply.head().statusCode()) {
            case 301, 302 -> !head.method().equals("POST");
            case 303 -> head.method().equals("GET") || head.method().equals("HEAD");
            default -> true;
        };
    }

    private static RequestHead redirected(RequestHead head, Reply reply, URI target) {
        Origin origin = Origin.of(target);
        boolean sameOrigin = origin.equals(head.origin());
        boolean sameMethod = keepsMethod(reply, head);
        HttpHeaders fields = HttpHeaders.of(
                head.caller().map(), (name, value) -> isKept(name.toLowerCase(Locale.ROOT), sameOrigin, sameMethod));
        return new RequestHead(
                sameMethod ? head.method() : "GET",
                origin,
                FieldRules.target(target),
                fields,
                head.added(),
                sameMethod && head.expectContinue());
    }

    private static boolean isKept(String field, boolean sameOrigin, boolean sameMethod) {
        // The caller's Host was meant for the first target.
        return !field.equals("host")
                && (sameOrigin || !OF_ORIGIN.contains(field))
                && (sameMethod || !OF_CONTENT.contains(field));
    }
}
