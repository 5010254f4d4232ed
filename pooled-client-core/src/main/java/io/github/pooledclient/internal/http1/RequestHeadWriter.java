// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import io.github.pooledclient.internal.http.FieldRules;
import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.internal.http.RequestHead;
import io.github.pooledclient.internal.wire.WireOutput;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the head of a request straight into the output: Host first (RFC 9110, 7.2), the caller's fields, those of ours
 * that the caller did not set, and last what belongs to the framing and the connection.
 */
final class RequestHeadWriter {

    private static final byte[] BLANK = ascii(" ");
    private static final byte[] VERSION_AND_HOST = ascii(" HTTP/1.1\r\nHost: ");
    private static final byte[] COLON = ascii(": ");
    private static final byte[] CONTENT_LENGTH = ascii("Content-Length: ");
    private static final byte[] CHUNKED = ascii("Transfer-Encoding: chunked\r\n");
    private static final byte[] EXPECT = ascii("Expect: 100-continue\r\n");
    private static final byte[] TRAILERS = ascii("TE: trailers\r\nConnection: TE\r\n");
    private static final byte[] CLOSE = ascii("Connection: close\r\n");
    private static final byte[] KEEP_ALIVE = ascii("Connection: keep-alive\r\n");

    private RequestHeadWriter() {}

    /**
     * @param close whether to say {@code Connection: close}
     * @param expectContinue whether to ask for 100 (Continue)
     */
    static void write(
            RequestHead head, RequestContent content, boolean close, boolean expectContinue, WireOutput output)
            throws IOException {
        String host = FieldRules.host(head.caller());
        output.text(head.method());
        output.put(BLANK);
        output.text(head.target());
        output.put(VERSION_AND_HOST);
        output.text(host == null ? head.origin().authority() : host);
        output.endLine();
        writeCallers(head.caller(), output);
        writeAdded(head.added(), head.caller(), output);
        writeFraming(head.method(), content, output);
        if (expectContinue) {
            output.put(EXPECT);
        }
        writeConnection(head.caller(), close, output);
        output.endLine();
    }

    private static void writeCallers(HttpHeaders caller, WireOutput output) throws IOException {
        for (Map.Entry<String, List<String>> field : caller.map().entrySet()) {
            String name = field.getKey();
            if (!FieldRules.isOurs(name)) {
                for (String value : field.getValue()) {
                    writeField(name, value, output);
                }
            }
        }
    }

    private static void writeAdded(RequestHead.@Nullable Added added, HttpHeaders caller, WireOutput output)
            throws IOException {
        if (added == null) {
            return;
        }
        writeAdded(added.before(), caller, output);
        if (!caller.map().containsKey(added.name())) {
            output.put(added.line());
        }
    }

    private static void writeField(String name, String value, WireOutput output) throws IOException {
        output.text(name);
        output.put(COLON);
        // The blanks around a value are not part of it (RFC 9110, 5.5).
        output.text(value.trim());
        output.endLine();
    }

    private static void writeFraming(String method, RequestContent content, WireOutput output) throws IOException {
        long length = content.length();
        if (length < 0) {
            output.put(CHUNKED);
        } else if (!content.isAbsent() || usuallyHasContent(method)) {
            output.put(CONTENT_LENGTH);
            output.text(Long.toString(length));
            output.endLine();
        }
    }

    // These say that they have none; a GET need not (RFC 9110, 8.6).
    private static boolean usuallyHasContent(String method) {
        return method.equals("POST") || method.equals("PUT") || method.equals("PATCH");
    }

    private static void writeConnection(HttpHeaders caller, boolean close, WireOutput output) throws IOException {
        // TE speaks of this connection only, and says so (RFC 9110, 10.1.4).
        if (FieldRules.acceptsTrailers(caller)) {
            output.put(TRAILERS);
        }
        if (close) {
            output.put(CLOSE);
        } else if (FieldRules.hasConnectionOption(caller, "keep-alive")) {
            output.put(KEEP_ALIVE);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
