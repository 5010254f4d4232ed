// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http;

import io.github.pooledclient.testing.OddRequest;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Map;

/** A request that says something else each time it is asked: harmless at first, and not afterwards. */
final class ChangingRequest extends OddRequest {

    private int uris;
    private int fields;

    ChangingRequest() {
        super(URI.create("http://h/"));
    }

    @Override
    public URI uri() {
        uris++;
        return URI.create("http://h" + uris + "/" + uris);
    }

    @Override
    public HttpHeaders headers() {
        boolean isFirst = fields++ == 0;
        return HttpHeaders.of(Map.of(isFirst ? "first" : "a: b\r\nc", List.of("d")), (name, value) -> true);
    }
}
