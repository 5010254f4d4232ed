// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.internal.http.ResponseHead;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse.ResponseInfo;
import org.jspecify.annotations.Nullable;

/** A response's head as the JDK shows it; the fields become strings when somebody asks. Safe for use by several threads. */
final class ReceivedHead implements ResponseInfo {

    private final ResponseHead head;
    private volatile @Nullable HttpHeaders headers;

    ReceivedHead(ResponseHead head) {
        this.head = head;
    }

    @Override
    public int statusCode() {
        return head.status();
    }

    @Override
    public HttpHeaders headers() {
        HttpHeaders built = headers;
        if (built == null) {
            // Two threads may both build it: the same values.
            built = head.fields().toHttpHeaders();
            headers = built;
        }
        return built;
    }

    @Override
    public HttpClient.Version version() {
        return HttpClient.Version.HTTP_1_1;
    }
}
