// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The content of a request, on its way out, as its framing delimits it. Until {@link #finish} what has left us does not
 * look complete. Confined to the thread of the exchange.
 */
interface BodyOutput {

    /** Writes what remains in the buffer, or none of it if that is more than was announced. */
    void write(ByteBuffer from) throws IOException;

    /** Sends what is gathered, but for what would complete the content. */
    void flush() throws IOException;

    /** Completes the content and sends all of it, or fails if it is less than was announced. */
    void finish() throws IOException;
}
