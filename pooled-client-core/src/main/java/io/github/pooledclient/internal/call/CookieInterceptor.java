// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.RequestState;
import io.github.pooledclient.internal.http.Failures;
import io.github.pooledclient.internal.http.FieldRules;
import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.internal.http.RequestHead;
import java.io.IOException;
import java.net.CookieHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Sends the cookies that a {@link CookieHandler} has, and gives it those that come. As safe as the handler. */
final class CookieInterceptor implements Interceptor {

    private static final String COOKIE = "Cookie";

    private final CookieHandler cookies;

    CookieInterceptor(CookieHandler cookies) {
        this.cookies = cookies;
    }

    @Override
    public Reply intercept(Call<?> call, RequestHead head, RequestContent content, CallChain rest)
            throws IOException, InterruptedException {
        Reply reply = rest.proceed(call, withCookies(call, head), content);
        boolean taken = false;
        try {
            cookies.put(call.uri(), reply.head().fields().toHttpHeaders().map());
            taken = true;
        } catch (IOException | RuntimeException e) {
            throw Failures.io(RequestState.RESPONSE_STARTED, "the cookie handler failed: " + e, e);
        } finally {
            if (!taken) {
                reply.content().close();
            }
        }
        return reply;
    }

    private RequestHead withCookies(Call<?> call, RequestHead head) throws IOException {
        Map<String, List<String>> known;
        try {
            known = Objects.requireNonNull(cookies.get(call.uri(), head.caller().map()), "it returned null");
        } catch (IOException | RuntimeException e) {
            throw Failures.io(RequestState.NOT_SENT, "the cookie handler failed: " + e, e);
        }
        List<String> sent = new ArrayList<>(head.caller().allValues(COOKIE));
        known.forEach((name, values) -> {
            // "Cookie2", which handlers may still speak of, is gone since RFC 6265.
            if (name.equalsIgnoreCase(COOKIE)) {
                sent.addAll(values);
            }
        });
        if (sent.size() == head.caller().allValues(COOKIE).size()) {
            return head;
        }
        // One field, whoever its cookies are from (RFC 6265, 5.4).
        String value = String.join("; ", sent);
        FieldRules.checkValue(COOKIE, value);
        return head.without(COOKIE).with(COOKIE, value);
    }
}
