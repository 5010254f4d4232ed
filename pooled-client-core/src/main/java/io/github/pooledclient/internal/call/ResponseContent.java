// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The content of a response on its way in. Confined to one thread at a time, but for {@link #cancel}. */
interface ResponseContent {

    /** Reads, and blocks until there is a byte; -1 at the end. */
    int read(ByteBuffer into) throws IOException;

    /** How many bytes are left, or -1 if that is not known until the end. */
    long remaining();

    /** How many bytes can be read without waiting for the peer. */
    int available();

    /** Ends the exchange and gives the connection back. Closing again has no effect. */
    void close();

    /** As {@link #close}, without a look at what is left: nobody has it any more who could have closed it. */
    void lost();

    /** Makes the thread that is reading fail at once; {@link #close} must still follow. */
    void cancel();
}
