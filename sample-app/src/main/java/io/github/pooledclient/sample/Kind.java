// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.sample;

import java.util.Arrays;
import java.util.Locale;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/** How the upstream answers. */
enum Kind {
    /** At once. */
    FAST,
    /** After a second. */
    SLOW,
    /** With {@code Connection: close}: the connection cannot be used again. */
    CLOSING,
    /** With status 500. */
    FAILING;

    /** The kind of a name as in {@code fast}; another name is not found. */
    static Kind of(String name) {
        return Arrays.stream(values())
                .filter(kind -> kind.lowerCase().equals(name))
                .findAny()
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "no kind '" + name + "'"));
    }

    String path() {
        return "/" + lowerCase();
    }

    private String lowerCase() {
        return name().toLowerCase(Locale.ROOT);
    }
}
