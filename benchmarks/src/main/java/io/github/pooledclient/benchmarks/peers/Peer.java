// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.peers;

import java.io.IOException;

/** A client under measurement. Safe for use by several threads. */
public interface Peer extends AutoCloseable {

    /**
     * Gets from one of the targets: a small body into an array, a large one through the array of the calling thread.
     *
     * @return the length of the body
     */
    long get(int target) throws Exception;

    @Override
    void close() throws IOException;
}
