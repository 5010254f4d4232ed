// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.internal.http.RequestHead;
import java.io.IOException;
import java.net.http.HttpClient.Redirect;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The steps that a request passes, in order: the table of contents of the client. Immutable, one for each client. */
final class CallChain {

    private final Interceptor step;
    private final @Nullable CallChain rest;

    private CallChain(Interceptor step, @Nullable CallChain rest) {
        this.step = step;
        this.rest = rest;
    }

    static CallChain of(CallSettings settings) {
        List<Interceptor> steps = new ArrayList<>();
        if (settings.redirect != Redirect.NEVER) {
            steps.add(new RedirectInterceptor(settings.redirect));
        }
        if (settings.logins != null) {
            steps.add(new AuthenticationInterceptor(settings.logins, settings.routes));
        }
        if (settings.cookies != null) {
            steps.add(new CookieInterceptor(settings.cookies));
        }
        if (!settings.hosts.isEmpty()) {
            steps.add(new HostInterceptor(settings));
        }
        if (settings.decompress) {
            steps.add(new DecompressionInterceptor(settings.limits.maxDecompressionRatio()));
        }
        steps.add(new RoundTrip(settings));
        CallChain chain = null;
        for (int i = steps.size() - 1; i >= 0; i--) {
            chain = new CallChain(steps.get(i), chain);
        }
        return Objects.requireNonNull(chain);
    }

    /** Has the request answered by this step and those after it. */
    Reply proceed(Call<?> call, RequestHead head, RequestContent content) throws IOException, InterruptedException {
        // The last step asks for no rest: it stands for itself.
        return step.intercept(call, head, content, rest == null ? this : rest);
    }
}
