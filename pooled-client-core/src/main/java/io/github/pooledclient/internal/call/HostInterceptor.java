// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.internal.http.RequestHead;
import io.github.pooledclient.transport.HostPattern;
import java.io.IOException;
import java.util.Map;

/** Goes on in the way of the host that is asked, where there are settings for it: the most exact ones. Immutable. */
final class HostInterceptor implements Interceptor {

    private final Map<HostPattern, CallSettings> hosts;

    /** @param hosts in the order of their patterns; of their chains only the last steps are set */
    HostInterceptor(Map<HostPattern, CallSettings> hosts) {
        this.hosts = hosts;
    }

    @Override
    public Reply intercept(Call<?> call, RequestHead head, RequestContent content, CallChain rest)
            throws IOException, InterruptedException {
        CallChain way = rest;
        for (Map.Entry<HostPattern, CallSettings> host : hosts.entrySet()) {
            if (host.getKey().matches(head.origin())) {
                way = host.getValue().chain;
                break;
            }
        }
        return way.proceed(call, head, content);
    }
}
