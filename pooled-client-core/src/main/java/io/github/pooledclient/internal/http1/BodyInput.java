// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The content of a response, on its way in, as its framing delimits it. Confined to the thread of the exchange. */
interface BodyInput {

    /**
     * Reads at least one byte.
     *
     * @return how many bytes, or -1 at the end of the content
     * @throws java.io.EOFException if the connection ended before the content did
     */
    int read(ByteBuffer into) throws IOException;

    /** Whether all of it has been read, and what delimits it too. */
    boolean isAtEnd();

    /** How many bytes are left, or -1 if that is not known. */
    long remaining();

    /** How many bytes can be read without waiting for the peer, as far as that is known. */
    int available();
}
