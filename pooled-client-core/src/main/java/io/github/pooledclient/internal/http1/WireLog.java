// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import io.github.pooledclient.internal.http.Fields;
import io.github.pooledclient.internal.http.ResponseHead;
import io.github.pooledclient.internal.wire.WireOutput;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The heads of messages in the log, at DEBUG: as they are on the wire, but for what would let its reader act as somebody
 * else. Bodies are never logged.
 */
final class WireLog {

    private static final Logger LOG = LoggerFactory.getLogger("io.github.pooledclient.wire");

    private WireLog() {}

    static boolean isOn() {
        return LOG.isDebugEnabled();
    }

    /** Logs the head that has been put into the output, and has not left yet if it is of the usual size. */
    static void request(Http1Connection connection, WireOutput output) {
        LOG.debug(
                "{} sends:\n{}",
                connection,
                output.hasSent() ? "> (a head that is too long to be shown)" : request(output.buffered()));
    }

    static String request(String head) {
        return head.strip().lines().map(WireLog::line).collect(Collectors.joining("\n> ", "> ", ""));
    }

    private static String line(String line) {
        int colon = line.indexOf(':');
        // The request line has a blank before any colon.
        return colon < 0 || line.lastIndexOf(' ', colon) >= 0
                ? withoutUserInfo(line)
                : field(line.substring(0, colon), line.substring(colon + 1).strip());
    }

    /** Logs the head of a response, be it an interim one. */
    static void response(Http1Connection connection, ResponseHead head) {
        LOG.debug("{} receives:\n{}", connection, response(head));
    }

    static String response(ResponseHead head) {
        StringBuilder text = new StringBuilder("< HTTP/1.")
                .append(head.minorVersion())
                .append(' ')
                .append(head.statusCode());
        Fields fields = head.fields();
        for (int i = 0; i < fields.size(); i++) {
            text.append("\n< ").append(field(fields.name(i), fields.value(i)));
        }
        return text.toString();
    }

    private static String field(String name, String value) {
        return name + ": " + (Redaction.isSecret(name) ? Redaction.SIGN : withoutUserInfo(value));
    }

    private static String withoutUserInfo(String text) {
        return Redaction.USER_INFO.matcher(text).replaceAll("$1" + Redaction.SIGN + "@");
    }

    /** Apart, so that it is not loaded before something is logged. */
    private static final class Redaction {

        static final String SIGN = "(redacted)";
        // The user information of a URI, wherever one stands.
        static final Pattern USER_INFO = Pattern.compile("(://)[^/?#\\s@]*@");

        private static final Set<String> SECRETS = Set.of(
                "authorization",
                "proxy-authorization",
                "cookie",
                "set-cookie",
                "authentication-info",
                "proxy-authentication-info");

        static boolean isSecret(String field) {
            return SECRETS.contains(field.toLowerCase(Locale.ROOT));
        }
    }
}
