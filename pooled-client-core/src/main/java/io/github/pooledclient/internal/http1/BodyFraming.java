// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import io.github.pooledclient.internal.http.Fields;
import io.github.pooledclient.internal.http.ResponseHead;
import io.github.pooledclient.internal.wire.Ascii;
import java.net.ProtocolException;
import java.util.List;

/**
 * Where the content of a response ends (RFC 9112, 6.3). Pure: what is not perfectly clear is refused, because two readers
 * who understand it differently are how one response becomes two.
 *
 * @param kind how the end is found
 * @param length how many bytes, for {@link Kind#LENGTH}; else 0
 */
record BodyFraming(Kind kind, long length) {

    enum Kind {
        NONE,
        LENGTH,
        CHUNKED,
        UNTIL_CLOSE
    }

    static final BodyFraming NONE = new BodyFraming(Kind.NONE, 0);
    static final BodyFraming CHUNKED = new BodyFraming(Kind.CHUNKED, 0);
    static final BodyFraming UNTIL_CLOSE = new BodyFraming(Kind.UNTIL_CLOSE, 0);

    static BodyFraming of(String method, ResponseHead head) throws ProtocolException {
        int status = head.statusCode();
        // Whatever the fields say: here they describe what a GET would have brought (RFC 9112, 6.3, 1).
        if (method.equals("HEAD") || status < 200 || status == 204 || status == 304) {
            return NONE;
        }
        // The bytes that follow are the tunnel's (RFC 9112, 6.3, 2).
        if (method.equals("CONNECT") && status / 100 == 2) {
            return NONE;
        }
        long length = onlyLength(head.fields());
        if (length >= 0) {
            return new BodyFraming(Kind.LENGTH, length);
        }
        List<String> codings = head.fields().all("Transfer-Encoding");
        List<String> lengths = head.fields().all("Content-Length");
        if (!codings.isEmpty()) {
            return chunked(head, codings, lengths);
        }
        return lengths.isEmpty() ? UNTIL_CLOSE : new BodyFraming(Kind.LENGTH, length(lengths));
    }

    /** The usual case, without a string made: one plain number and nothing else, or -1. */
    private static long onlyLength(Fields fields) {
        int index = fields.indexOf("Content-Length", 0);
        boolean isOnlyOne = index >= 0
                && fields.indexOf("Content-Length", index + 1) < 0
                && fields.indexOf("Transfer-Encoding", 0) < 0;
        return isOnlyOne ? fields.number(index) : -1;
    }

    private static BodyFraming chunked(ResponseHead head, List<String> codings, List<String> lengths)
            throws ProtocolException {
        if (head.minorVersion() == 0) {
            throw new ProtocolException("Transfer-Encoding in a response of HTTP/1.0 (RFC 9112, 6.1)");
        }
        if (!lengths.isEmpty()) {
            throw new ProtocolException("both Transfer-Encoding and Content-Length (RFC 9112, 6.3, 3)");
        }
        // We asked for no other coding, and without chunked at the end the length would be unknown (RFC 9112, 6.1,
        // 7.4).
        if (!head.fields().tokens("Transfer-Encoding").equals(List.of("chunked"))) {
            throw new ProtocolException("Transfer-Encoding must be chunked (RFC 9112, 6.1): " + show(codings));
        }
        return CHUNKED;
    }

    // The same value more than once may be read as that value (RFC 9112, 6.3, 5), and some proxies do repeat it.
    private static long length(List<String> values) throws ProtocolException {
        long length = -1;
        for (String value : values) {
            for (String member : value.split(",", -1)) {
                long next = parse(member.trim());
                if (next < 0 || (length >= 0 && length != next)) {
                    throw new ProtocolException(
                            "Content-Length must be one number (RFC 9112, 6.3, 5): " + show(values));
                }
                length = next;
            }
        }
        return length;
    }

    /** Digits only, neither sign nor blank; -1 if it is anything else, or more than a long can hold. */
    private static long parse(String digits) {
        int start = 0;
        // Zeros in front are valid, however many, and mean nothing (RFC 9110, 8.6).
        while (start < digits.length() - 1 && digits.charAt(start) == '0') {
            start++;
        }
        if (digits.isEmpty() || digits.length() - start > 19) {
            return -1;
        }
        long number = 0;
        for (int i = start; i < digits.length(); i++) {
            if (!Ascii.isDigit(digits.charAt(i))) {
                return -1;
            }
            // 19 digits overflow into the sign at most once, and stay negative then.
            number = number * 10 + (digits.charAt(i) - '0');
        }
        return Math.max(number, -1);
    }

    private static String show(List<String> values) {
        String text = String.join(", ", values);
        return "'" + (text.length() > 60 ? text.substring(0, 60) + "..." : text) + "'";
    }
}
