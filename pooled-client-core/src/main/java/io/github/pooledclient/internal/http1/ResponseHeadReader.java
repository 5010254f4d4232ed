// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import io.github.pooledclient.MessageLimits;
import io.github.pooledclient.internal.http.Fields;
import io.github.pooledclient.internal.http.ResponseHead;
import io.github.pooledclient.internal.wire.Ascii;
import io.github.pooledclient.internal.wire.WireInput;
import java.io.IOException;
import java.net.ProtocolException;

/**
 * Reads the heads of responses (RFC 9112, 4 and 5), by strict grammar and within limits. One for each connection, because
 * the heads of a server are much alike: the one before says how much room the next will need. Used by one thread at a time.
 */
final class ResponseHeadReader {

    // status-line = "HTTP/1." DIGIT SP 3DIGIT [ SP reason-phrase ]
    private static final byte[] VERSION = {'H', 'T', 'T', 'P', '/', '1', '.'};
    private static final int MINOR = VERSION.length;
    private static final int STATUS = MINOR + 2;
    private static final int REASON = STATUS + 3;

    private int expectedSize = 512;
    private int expectedFields = 8;

    /** Waits for a head and takes it from the input, with nothing behind it. */
    ResponseHead read(WireInput input, MessageLimits limits) throws IOException {
        Lines lines = Lines.ofHead(input, limits.maxResponseHeadSize(), expectedSize);
        while (!lines.hasNext()) {
            lines.readMore();
            // At once, because a peer that speaks something else may be waiting for us to speak it too.
            requireVersion(lines);
        }
        lines.next();
        byte[] bytes = lines.bytes();
        requireStatusLine(bytes, lines.start(), lines.end());
        // A higher minor version is to be read as the highest one known (RFC 9110, 2.5).
        int minorVersion = bytes[MINOR] == '0' ? 0 : 1;
        int status = (bytes[STATUS] - '0') * 100 + (bytes[STATUS + 1] - '0') * 10 + (bytes[STATUS + 2] - '0');
        if (status < 100) {
            throw new ProtocolException("status must be 100 to 999 (RFC 9110, 15): " + status);
        }
        Fields fields = FieldLines.read(lines, limits.maxResponseFields(), expectedFields);
        // A date or a length may be a digit longer the next time.
        expectedSize = lines.length() + 8;
        expectedFields = fields.size();
        return new ResponseHead(minorVersion, status, fields);
    }

    private static void requireVersion(Lines lines) throws ProtocolException {
        byte[] bytes = lines.bytes();
        for (int i = 0; i < Math.min(VERSION.length, lines.length()); i++) {
            if (bytes[i] != VERSION[i]) {
                throw new ProtocolException("response must begin with HTTP/1. (RFC 9112, 4): "
                        + FieldLines.quote(bytes, 0, lines.length()));
            }
        }
    }

    private static void requireStatusLine(byte[] bytes, int start, int end) throws ProtocolException {
        // The blank before the reason goes missing where there is no reason, and nothing depends on it.
        boolean right = end - start >= REASON
                && Ascii.isDigit(bytes[MINOR])
                && bytes[MINOR + 1] == ' '
                && Ascii.isDigit(bytes[STATUS])
                && Ascii.isDigit(bytes[STATUS + 1])
                && Ascii.isDigit(bytes[STATUS + 2])
                && (end - start == REASON || bytes[REASON] == ' ');
        for (int i = REASON; right && i < end; i++) {
            right = Ascii.isFieldValue(bytes[i]);
        }
        if (!right) {
            throw new ProtocolException(
                    "status line must be 'HTTP/1.x nnn reason' (RFC 9112, 4): " + FieldLines.quote(bytes, start, end));
        }
    }
}
