// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import io.github.pooledclient.internal.http.ResponseHead;
import io.github.pooledclient.pool.CloseReason;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether a connection may be used again once its response has been read to the end, and for how long (RFC 9112, 9.3).
 * Pure.
 *
 * @param closes why not, or null if it may
 * @param idleLimit for how long the peer says that it keeps an idle connection, or null
 * @param usesLeft how many more requests the peer says that it takes, or -1
 */
record KeepAlive(@Nullable CloseReason closes, @Nullable Duration idleLimit, int usesLeft) {

    private static final KeepAlive UNLIMITED = new KeepAlive(null, null, -1);
    private static final int MOST_DIGITS = 9;

    /**
     * @param saidClose whether the request said {@code Connection: close}
     * @param hints whether to obey the {@code Keep-Alive} field of the response
     */
    static KeepAlive of(boolean saidClose, ResponseHead head, BodyFraming framing, boolean hints) {
        if (saidClose) {
            return closes(CloseReason.WE_SAID_CLOSE);
        }
        if (peerCloses(head)) {
            return closes(CloseReason.PEER_SAID_CLOSE);
        }
        if (framing.kind() == BodyFraming.Kind.UNTIL_CLOSE) {
            return closes(CloseReason.PEER_CLOSED);
        }
        return hints ? hinted(head.fields().all("Keep-Alive")) : UNLIMITED;
    }

    private static boolean peerCloses(ResponseHead head) {
        // 408 means that the peer gives the connection up, said or not (RFC 9110, 15.5.9).
        if (head.statusCode() == 408) {
            return true;
        }
        if (head.fields().isOnly("Connection", "keep-alive")) {
            return false;
        }
        List<String> options = head.fields().tokens("Connection");
        return options.contains("close") || (head.minorVersion() == 0 && !options.contains("keep-alive"));
    }

    // Keep-Alive: timeout=N, max=M. Never standardised beyond RFC 2068, 19.7.1.1; what is not understood is passed
    // over.
    private static KeepAlive hinted(List<String> values) {
        if (values.isEmpty()) {
            return UNLIMITED;
        }
        int timeout = -1;
        int max = -1;
        for (String value : values) {
            for (String parameter : value.split(",", -1)) {
                String hint = parameter.trim().toLowerCase(Locale.ROOT);
                timeout = lesser(timeout, number(hint, "timeout"));
                max = lesser(max, number(hint, "max"));
            }
        }
        if (timeout == 0 || max == 0) {
            return closes(CloseReason.KEEP_ALIVE_HINT);
        }
        return new KeepAlive(null, timeout < 0 ? null : Duration.ofSeconds(timeout), max);
    }

    private static int number(String hint, String name) {
        int equals = hint.indexOf('=');
        if (equals < 0 || !hint.substring(0, equals).trim().equals(name)) {
            return -1;
        }
        String digits = hint.substring(equals + 1).trim();
        boolean isNumber = !digits.isEmpty() && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!isNumber) {
            return -1;
        }
        // Longer than any connection lives: cut off instead of overflowing.
        return digits.length() > MOST_DIGITS ? Integer.MAX_VALUE : Integer.parseInt(digits);
    }

    private static int lesser(int a, int b) {
        return a < 0 ? b : b < 0 ? a : Math.min(a, b);
    }

    private static KeepAlive closes(CloseReason reason) {
        return new KeepAlive(reason, null, -1);
    }
}
