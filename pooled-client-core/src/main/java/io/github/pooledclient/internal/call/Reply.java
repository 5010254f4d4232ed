// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.internal.http.RequestHead;
import io.github.pooledclient.internal.http.ResponseHead;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The head of a response, and its content, unread. Whoever does not pass it on closes the content.
 *
 * @param request the head that was answered
 * @param tlsSession of the connection it came on, or null
 */
record Reply(
        RequestHead request,
        ResponseHead head,
        ResponseContent content,
        @Nullable SSLSession tlsSession) {

    Reply with(ResponseHead newHead, ResponseContent newContent) {
        return new Reply(request, newHead, newContent, tlsSession);
    }
}
