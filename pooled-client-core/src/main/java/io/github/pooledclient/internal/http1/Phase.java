// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

/** What an exchange is busy with, in the words of its failures. */
enum Phase {
    WRITING("writing the request"),
    WAITING("waiting for the response head"),
    READING("reading the response body");

    private final String words;

    Phase(String words) {
        this.words = words;
    }

    @Override
    public String toString() {
        return words;
    }
}
