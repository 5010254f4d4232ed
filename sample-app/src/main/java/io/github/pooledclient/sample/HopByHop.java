// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.sample;

import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** The fields that are for the next recipient only, and that a proxy does not pass on (RFC 9110, 7.6.1). */
final class HopByHop {

    // Those that 7.6.1 names, Trailer as trailers end here, and credentials for a proxy that were for this one
    // (11.7.2).
    private static final Set<String> ALWAYS = Set.of(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private final Set<String> named = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

    /**
     * @param connection the values of the message's Connection fields, each a list of names
     */
    HopByHop(Collection<String> connection) {
        for (String list : connection) {
            for (String name : list.split(",", -1)) {
                named.add(name.strip());
            }
        }
    }

    /** Whether a field of the message ends here. */
    boolean includes(String field) {
        return ALWAYS.contains(field.toLowerCase(Locale.ROOT)) || named.contains(field);
    }
}
