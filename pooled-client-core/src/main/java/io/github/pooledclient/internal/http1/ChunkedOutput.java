// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import io.github.pooledclient.internal.wire.WireOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Content of unknown length: each piece that is written becomes a chunk (RFC 9112, 7.1). */
final class ChunkedOutput implements BodyOutput {

    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final WireOutput output;

    ChunkedOutput(WireOutput output) {
        this.output = output;
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
        // A chunk of zero bytes would end the content.
        if (from.hasRemaining()) {
            output.text(Integer.toHexString(from.remaining()));
            output.endLine();
            output.write(from);
            output.endLine();
        }
    }

    @Override
    public void flush() throws IOException {
        output.flush();
    }

    @Override
    public void finish() throws IOException {
        output.put(LAST_CHUNK);
        output.flush();
    }
}
