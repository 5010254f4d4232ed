// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.peers;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * What a peer has to do.
 *
 * @param targets where to get from, a host each
 * @param threads how many will ask at once
 * @param connections how many it may have to one host
 * @param streams whether the body is read as a stream, because it is large
 * @param tls trusts the server, or null without TLS
 */
public record Job(
        List<URI> targets,
        int threads,
        int connections,
        boolean streams,
        @Nullable SSLContext tls) {

    private static final ThreadLocal<byte[]> SCRATCH = ThreadLocal.withInitial(() -> new byte[64 * 1024]);

    /** How many connections there may be to all hosts. */
    int connectionsInAll() {
        return connections * targets.size();
    }

    /** The array of the calling thread that a large body goes through. */
    static byte[] scratch() {
        return SCRATCH.get();
    }

    /** Reads a large body as its user would, a piece at a time. */
    static long drain(InputStream body) throws IOException {
        byte[] scratch = scratch();
        long total = 0;
        for (int count = body.read(scratch); count >= 0; count = body.read(scratch)) {
            total += count;
        }
        return total;
    }
}
