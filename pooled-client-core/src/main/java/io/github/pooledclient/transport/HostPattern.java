// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.transport;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * One origin, or all below a domain: {@code https://api.example.com}, {@code https://*.example.com:8443}. The wildcard
 * stands for one label or more, not for none. Ordered from the more exact to the less.
 *
 * @param wildcard whether it stands for all names below that of the origin, and not for the origin
 */
public record HostPattern(boolean wildcard, Origin origin) implements Comparable<HostPattern> {

    /**
     * Reads a pattern; a port that is left out is the scheme's default.
     *
     * @throws IllegalArgumentException if it is neither an origin nor a wildcard
     */
    public static HostPattern parse(String pattern) {
        boolean wildcard = pattern.contains("://*.");
        URI uri;
        try {
            uri = URI.create(wildcard ? pattern.replace("://*.", "://") : pattern);
        } catch (IllegalArgumentException e) {
            throw wrong(pattern, e);
        }
        boolean nothingElse = (uri.getRawPath() == null
                        || uri.getRawPath().isEmpty()
                        || uri.getRawPath().equals("/"))
                && uri.getRawQuery() == null
                && uri.getRawFragment() == null
                && uri.getRawUserInfo() == null;
        if (!nothingElse) {
            throw wrong(pattern, null);
        }
        try {
            return new HostPattern(wildcard, Origin.of(uri));
        } catch (IllegalArgumentException e) {
            throw wrong(pattern, e);
        }
    }

    private static IllegalArgumentException wrong(String pattern, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "host pattern must be an origin such as https://api.example.com or https://*.example.com: '" + pattern
                        + "'",
                cause);
    }

    /** Whether it stands for an origin. */
    public boolean matches(Origin candidate) {
        return wildcard
                ? candidate.scheme().equals(origin.scheme())
                        && candidate.port() == origin.port()
                        && candidate.host().endsWith("." + origin.host())
                : candidate.equals(origin);
    }

    /** The more exact first: an origin before a wildcard, a longer domain before a shorter. */
    @Override
    public int compareTo(HostPattern other) {
        if (wildcard != other.wildcard) {
            return wildcard ? 1 : -1;
        }
        int byLength =
                Integer.compare(other.origin.host().length(), origin.host().length());
        return byLength != 0 ? byLength : toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return wildcard ? origin.toString().replace("://", "://*.") : origin.toString();
    }
}
