// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http;

import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse.ResponseInfo;
import org.jspecify.annotations.Nullable;

/**
 * The head of a response, also as the JDK shows it: the fields become strings when somebody asks. Immutable but for that,
 * and safe for use by several threads.
 */
public final class ResponseHead implements ResponseInfo {

    private final int minorVersion;
    private final int statusCode;
    private final Fields fields;
    private volatile @Nullable HttpHeaders headers;

    /**
     * @param minorVersion of HTTP/1: 0 or 1
     * @param statusCode 100 to 999
     * @param fields as they were received
     */
    public ResponseHead(int minorVersion, int statusCode, Fields fields) {
        this.minorVersion = minorVersion;
        this.statusCode = statusCode;
        this.fields = fields;
    }

    /** This head with other fields. */
    public ResponseHead with(Fields others) {
        return new ResponseHead(minorVersion, statusCode, others);
    }

    public int minorVersion() {
        return minorVersion;
    }

    public Fields fields() {
        return fields;
    }

    @Override
    public int statusCode() {
        return statusCode;
    }

    @Override
    public HttpHeaders headers() {
        HttpHeaders built = headers;
        if (built == null) {
            // Two threads may both build it: the same values.
            built = fields.toHttpHeaders();
            headers = built;
        }
        return built;
    }

    @Override
    public HttpClient.Version version() {
        return HttpClient.Version.HTTP_1_1;
    }
}
