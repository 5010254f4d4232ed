// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.internal.http.RequestHead;
import java.io.IOException;

/** Goes on in the way of the host that is asked, where there are settings for it: the most exact ones. Immutable. */
final class HostInterceptor implements Interceptor {

    private final CallSettings settings;

    /** @param settings of whose hosts only the last steps of a chain are set */
    HostInterceptor(CallSettings settings) {
        this.settings = settings;
    }

    @Override
    public Reply intercept(Call<?> call, RequestHead head, RequestContent content, CallChain rest)
            throws IOException, InterruptedException {
        CallSettings own = settings.forOrigin(head.origin());
        return own == settings
                ? rest.proceed(call, head, content)
                : own.chain.proceed(call, asThatHostIsAsked(own, head), content);
    }

    // What is put into a head for all hosts was there before it was known which one it is for.
    private RequestHead asThatHostIsAsked(CallSettings own, RequestHead head) {
        if (own.decompress == settings.decompress) {
            return head;
        }
        return own.decompress ? DecompressionInterceptor.asking(head) : DecompressionInterceptor.notAsking(head);
    }
}
