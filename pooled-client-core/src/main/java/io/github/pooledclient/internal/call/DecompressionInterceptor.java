// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.internal.http.Fields;
import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.internal.http.RequestHead;
import io.github.pooledclient.internal.http.ResponseHead;
import java.io.IOException;
import java.util.List;

/** Asks for compressed content, and decompresses it, where the caller did not speak of it (RFC 9110, 12.5.3). Immutable. */
final class DecompressionInterceptor implements Interceptor {

    private static final String ACCEPT_ENCODING = "Accept-Encoding";
    private static final String CODINGS = "gzip, deflate";

    /** The fields of ours that ask for compressed content; the caller's own goes before. */
    static final RequestHead.Added FIELDS = new RequestHead.Added(ACCEPT_ENCODING, CODINGS, RequestHead.USER_AGENT);

    private static final List<String> GZIP = List.of("gzip", "x-gzip");

    private final int mostRatio;

    /** @param mostRatio how many times as large as it came content may become; 0 = without limit */
    DecompressionInterceptor(int mostRatio) {
        this.mostRatio = mostRatio;
    }

    @Override
    public Reply intercept(Call<?> call, RequestHead head, RequestContent content, CallChain rest)
            throws IOException, InterruptedException {
        // A range is of the coded content: its pieces could not be put together again.
        if (head.has("Range")) {
            return rest.proceed(call, notAsking(head), content);
        }
        Reply reply = rest.proceed(call, head, content);
        if (isCallers(head)) {
            return reply;
        }
        List<String> codings = reply.head().fields().tokens("Content-Encoding");
        boolean empty = head.method().equals("HEAD") || reply.content().remaining() == 0;
        // What we did not ask for, two codings say, is the caller's to decode, as it is without us.
        if (codings.size() != 1 || empty) {
            return reply;
        }
        if (GZIP.contains(codings.get(0))) {
            return decoded(reply, DecodedContent.Coding.GZIP);
        }
        return codings.get(0).equals("deflate") ? decoded(reply, DecodedContent.Coding.DEFLATE) : reply;
    }

    /** The head for a host that is to be asked, after all, for compressed content. */
    static RequestHead asking(RequestHead head) {
        return head.has(ACCEPT_ENCODING) ? head : head.with(ACCEPT_ENCODING, CODINGS);
    }

    /** The head for a host that is not to be asked. */
    static RequestHead notAsking(RequestHead head) {
        return isCallers(head) ? head : head.without(ACCEPT_ENCODING);
    }

    private static boolean isCallers(RequestHead head) {
        return head.caller().map().containsKey(ACCEPT_ENCODING);
    }

    private Reply decoded(Reply reply, DecodedContent.Coding coding) {
        ResponseHead head = reply.head();
        Fields fields = head.fields().without("Content-Encoding", "Content-Length");
        return reply.with(head.with(fields), new DecodedContent(reply.content(), coding, mostRatio));
    }
}
