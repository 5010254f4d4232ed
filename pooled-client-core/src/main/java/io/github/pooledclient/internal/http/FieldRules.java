// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http;

import io.github.pooledclient.internal.wire.Ascii;
import io.github.pooledclient.transport.Origin;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a caller may send: methods, targets and fields that cannot become anything else on the wire, and the fields that
 * belong to the connection and the framing, which are ours to write. Pure; a violation is an
 * {@link IllegalArgumentException} with the name, before a byte is sent.
 *
 * <p>Callers are not only the JDK's builder, which checks for itself, but other subclasses of its request and Spring.
 */
public final class FieldRules {

    private static final int LONGEST_QUOTE = 60;

    // uri-host [ ":" port ] (RFC 9110, 7.2; RFC 3986, 3.2.2), without the comma, which would make it a list to others.
    private static final Pattern HOST =
            Pattern.compile("(?:\\[[0-9A-Fa-f:.]+]|[0-9A-Za-z._~!$&'()*+;=%-]+)(?::[0-9]*)?");

    private FieldRules() {}

    /**
     * The head of a caller's request, checked as a whole.
     *
     * @param added fields of ours
     * @throws IllegalArgumentException if it cannot be sent as it is; the message names the part
     */
    public static RequestHead checkedHead(HttpRequest request, RequestHead.@Nullable Added added) {
        String method = request.method();
        checkMethod(method);
        if (method.equals("CONNECT")) {
            throw new IllegalArgumentException("method CONNECT asks for a tunnel, not for a response");
        }
        // Each is asked for once: what is checked is what is sent, also if a request of somebody's own changes its
        // mind.
        URI uri = request.uri();
        HttpHeaders fields = request.headers();
        Origin origin = Origin.of(uri);
        String target = target(uri);
        check(fields, request.bodyPublisher().map(BodyPublisher::contentLength).orElse(0L));
        return new RequestHead(method, origin, target, fields, added, request.expectContinue());
    }

    /** Checks a method: a token (RFC 9110, 9.1). */
    public static void checkMethod(String method) {
        if (!Ascii.isToken(method)) {
            throw new IllegalArgumentException("method must be a token (RFC 9110, 9.1): " + quote(method));
        }
    }

    /**
     * The target of a request in origin form (RFC 9112, 3.2.1): path and query, never the fragment or the user. What is not
     * ASCII is percent-encoded.
     */
    public static String target(URI uri) {
        URI ascii = isAscii(uri) ? uri : encoded(uri);
        String path = ascii.getRawPath();
        String query = ascii.getRawQuery();
        // An opaque URI has no path, and no business here; a path that is empty is "/" on the wire.
        String target = path == null || path.isEmpty() ? "/" : path;
        target = query == null ? target : target + "?" + query;
        checkTarget(target);
        if (target.charAt(0) != '/') {
            throw new IllegalArgumentException("path must begin with '/': " + quote(target));
        }
        return target;
    }

    private static URI encoded(URI uri) {
        // What is no Unicode, half of a surrogate pair, the JDK would replace in silence.
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(uri.toString())) {
            throw new IllegalArgumentException("URI must be Unicode: " + quote(uri.toString()));
        }
        return URI.create(uri.toASCIIString());
    }

    /** Checks a target of any form: visible ASCII only, so that it can end neither itself nor its line. */
    public static void checkTarget(String target) {
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '#') {
                throw new IllegalArgumentException(
                        "target must not contain %s (RFC 9112, 3.2): %s".formatted(name(c), quote(target)));
            }
        }
        if (target.isEmpty()) {
            throw new IllegalArgumentException("target must not be empty");
        }
    }

    /**
     * Checks all fields that a caller set, and that those which are {@linkplain #isOurs ours} say nothing else than we do.
     *
     * @param contentLength how many bytes of content are sent with them, negative if that is not known
     */
    public static void check(HttpHeaders fields, long contentLength) {
        for (Map.Entry<String, List<String>> field : fields.map().entrySet()) {
            String name = field.getKey();
            checkName(name);
            for (String value : field.getValue()) {
                checkValue(name, value);
            }
            if (isOurs(name)) {
                checkOurs(name.toLowerCase(Locale.ROOT), field.getValue(), contentLength);
            }
        }
    }

    /** Checks the name of a field: a token (RFC 9110, 5.1). */
    public static void checkName(String name) {
        if (!Ascii.isToken(name)) {
            throw new IllegalArgumentException("field name must be a token (RFC 9110, 5.1): " + quote(name));
        }
    }

    /** Checks the value of a field: no CR, LF, NUL or other control, and nothing beyond ISO-8859-1 (RFC 9110, 5.5). */
    public static void checkValue(String name, String value) {
        for (int i = 0; i < value.length(); i++) {
            if (!Ascii.isFieldValue(value.charAt(i))) {
                throw new IllegalArgumentException("field '%s' must not contain %s, as at index %d (RFC 9110, 5.5)%s"
                        .formatted(name, name(value.charAt(i)), i, isSecret(name) ? "" : ": " + quote(value)));
            }
        }
    }

    /**
     * Whether a field belongs to the connection or the framing, so that the protocol version writes it, or not, and the
     * caller's is only looked at: Host, Content-Length, Transfer-Encoding, Connection, Expect, TE, and what else is
     * meaningless beyond one connection (RFC 9110, 7.6.1).
     */
    public static boolean isOurs(String name) {
        return switch (name.length()) {
            case 2 -> name.equalsIgnoreCase("TE");
            case 4 -> name.equalsIgnoreCase("Host");
            case 6 -> name.equalsIgnoreCase("Expect");
            case 7 -> name.equalsIgnoreCase("Trailer") || name.equalsIgnoreCase("Upgrade");
            case 10 -> name.equalsIgnoreCase("Connection") || name.equalsIgnoreCase("Keep-Alive");
            case 14 -> name.equalsIgnoreCase("Content-Length") || name.equalsIgnoreCase("HTTP2-Settings");
            case 16 -> name.equalsIgnoreCase("Proxy-Connection");
            case 17 -> name.equalsIgnoreCase("Transfer-Encoding");
            default -> false;
        };
    }

    /** The Host that the caller set, which stands for the origin's, or null. */
    public static @Nullable String host(HttpHeaders fields) {
        return first(fields, "Host");
    }

    /** Whether the caller set {@code Expect: 100-continue}. */
    public static boolean expectsContinue(HttpHeaders fields) {
        return first(fields, "Expect") != null;
    }

    /** Whether the caller said {@code TE: trailers}. */
    public static boolean acceptsTrailers(HttpHeaders fields) {
        return first(fields, "TE") != null;
    }

    /** Whether the caller set an option of the connection: {@code close} or {@code keep-alive}. */
    public static boolean hasConnectionOption(HttpHeaders fields, String option) {
        List<String> values = fields.map().get("Connection");
        if (values == null) {
            return false;
        }
        for (String value : values) {
            for (String member : value.split(",", -1)) {
                if (member.trim().equalsIgnoreCase(option)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static @Nullable String first(HttpHeaders fields, String name) {
        List<String> values = fields.map().get(name);
        return values == null || values.isEmpty() ? null : values.get(0).trim();
    }

    private static void checkOurs(String name, List<String> values, long contentLength) {
        for (String value : values) {
            checkOurs(name, value.trim(), contentLength);
        }
        if (values.size() > 1 && !name.equals("connection")) {
            throw new IllegalArgumentException("field '%s' must not be set %d times".formatted(name, values.size()));
        }
    }

    private static void checkOurs(String name, String value, long contentLength) {
        switch (name) {
            case "host" ->
                require(HOST.matcher(value).matches(), name, value, "a host with or without a port (RFC 9110, 7.2)");
            case "content-length" ->
                require(value.equals(Long.toString(contentLength)), name, value, lengthOf(contentLength));
            case "connection" -> {
                for (String option : value.split(",", -1)) {
                    String known = option.trim().toLowerCase(Locale.ROOT);
                    boolean allowed = known.equals("close") || known.equals("keep-alive");
                    require(allowed, name, value, "close or keep-alive: other options name fields of the connection");
                }
            }
            case "expect" -> require(value.equalsIgnoreCase("100-continue"), name, value, "100-continue");
            case "te" ->
                require(value.equalsIgnoreCase("trailers"), name, value, "trailers: no transfer coding is decoded");
            case "transfer-encoding" -> refuse(name, "content of unknown length is sent in chunks without it");
            case "trailer" -> refuse(name, "no trailers are sent");
            case "upgrade", "http2-settings" -> refuse(name, "connections are not upgraded");
            default -> {
                // Keep-Alive and Proxy-Connection: hints without meaning for us, copied by gateways, and not sent on.
            }
        }
    }

    private static String lengthOf(long contentLength) {
        return contentLength < 0
                ? "absent, because the length of the content is not known"
                : "the length of the content, which is " + contentLength;
    }

    private static void require(boolean right, String name, String value, String allowed) {
        if (!right) {
            throw new IllegalArgumentException("field '%s' must be %s: %s".formatted(name, allowed, quote(value)));
        }
    }

    private static void refuse(String name, String reason) {
        throw new IllegalArgumentException("field '%s' must not be set: %s".formatted(name, reason));
    }

    private static boolean isAscii(URI uri) {
        String text = uri.toString();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    // What a message must not repeat, because it ends up in logs.
    private static boolean isSecret(String name) {
        return name.equalsIgnoreCase("Authorization")
                || name.equalsIgnoreCase("Proxy-Authorization")
                || name.equalsIgnoreCase("Cookie");
    }

    private static String name(char c) {
        return switch (c) {
            case '\r' -> "CR";
            case '\n' -> "LF";
            case 0 -> "NUL";
            default -> "U+%04X".formatted((int) c);
        };
    }

    /** Text from outside as a message may show it: without controls, and not too long. */
    static String quote(String text) {
        StringBuilder quoted = new StringBuilder("'");
        for (int i = 0; i < Math.min(text.length(), LONGEST_QUOTE); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\r' -> quoted.append("\\r");
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                default -> quoted.append(c < ' ' || c >= 0x7f ? "\\u%04x".formatted((int) c) : String.valueOf(c));
            }
        }
        return quoted.append(text.length() > LONGEST_QUOTE ? "...'" : "'").toString();
    }
}
