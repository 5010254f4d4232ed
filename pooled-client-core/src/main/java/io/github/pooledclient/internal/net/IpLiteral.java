// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import java.util.regex.Pattern;

/** Tells addresses from names, where both may stand (RFC 3986, 3.2.2). */
final class IpLiteral {

    private static final Pattern IPV4 =
            Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)\\.){3}(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)");

    private IpLiteral() {}

    /** Whether a host, without brackets, is an address: no name has a colon. */
    static boolean matches(String host) {
        return host.indexOf(':') >= 0 || IPV4.matcher(host).matches();
    }
}
