// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.internal.http.RequestHead;
import java.io.IOException;

/** A step on the way of a request out and its response back. Safe for use by several threads. */
interface Interceptor {

    /**
     * Answers a request, as a rule with what the rest of the chain answers.
     *
     * @param call the call that the request is part of
     * @param rest the steps after this one; may be taken again, for another request
     */
    Reply intercept(Call<?> call, RequestHead head, RequestContent content, CallChain rest)
            throws IOException, InterruptedException;
}
