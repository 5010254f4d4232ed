// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.transport;

import java.net.URI;
import java.util.Locale;

/**
 * Scheme, host and port of a server (RFC 9110, 4.3.1): {@code https://api.example.com:443}.
 *
 * <p>Host names are compared without regard to case and kept in lower case; an IPv6 address stands without brackets.
 *
 * @param scheme {@code http} or {@code https}
 * @param host a name or an address, in lower case, without brackets
 * @param port 1 to 65535
 */
public record Origin(String scheme, String host, int port) {

    /**
     * @throws IllegalArgumentException if the scheme is not http or https, the host empty, or the port out of range
     */
    public Origin {
        scheme = scheme.toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new IllegalArgumentException("scheme must be http or https: '" + scheme + "'");
        }
        if (host.isEmpty()) {
            throw new IllegalArgumentException("host must not be empty");
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port must be 1 to 65535: " + port);
        }
        host = withoutBrackets(host).toLowerCase(Locale.ROOT);
    }

    /**
     * The origin of a URI; a port that is left out is the scheme's default, 80 or 443.
     *
     * @throws IllegalArgumentException if the URI has no http or https scheme, or no host
     */
    public static Origin of(URI uri) {
        String scheme = uri.getScheme();
        if (scheme == null) {
            throw new IllegalArgumentException("URI must have the scheme http or https: '" + uri + "'");
        }
        String host = uri.getHost();
        if (host == null) {
            // java.net.URI keeps what is not a host by RFC 2396 (an underscore, say) as a bare authority.
            throw new IllegalArgumentException("URI must name a host: '" + uri + "'");
        }
        boolean tls = scheme.equalsIgnoreCase("https");
        return new Origin(scheme, host, uri.getPort() == -1 ? (tls ? 443 : 80) : uri.getPort());
    }

    /** Whether the scheme asks for TLS. */
    public boolean isSecure() {
        return scheme.equals("https");
    }

    /**
     * Host and port as a Host field says them (RFC 9110, 7.2): without the scheme's default port, and without the zone of an
     * IPv6 address, which means nothing to anybody else (RFC 6874, 4).
     */
    public String authority() {
        int zone = host.indexOf('%');
        String sent = inUri(zone < 0 ? host : host.substring(0, zone));
        return port == (isSecure() ? 443 : 80) ? sent : sent + ":" + port;
    }

    /** Host and port, the port always present: {@code api.example.com:443}, {@code [::1]:8080}. */
    public String hostAndPort() {
        return inUri(host) + ":" + port;
    }

    private static String inUri(String host) {
        return host.indexOf(':') < 0 ? host : "[" + host + "]";
    }

    private static String withoutBrackets(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    /** The origin as a URI, the port always present: {@code https://api.example.com:443}. */
    @Override
    public String toString() {
        return scheme + "://" + hostAndPort();
    }
}
