// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import io.github.pooledclient.internal.http.RequestContent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Content of a request in pieces, which may fail behind the last one.
 *
 * @param length as announced, true or not; -1 = unknown
 */
record Pieces(long length, List<String> pieces, @Nullable IOException failure) implements RequestContent {

    static Pieces of(String... pieces) {
        return new Pieces(String.join("", pieces).length(), List.of(pieces), null);
    }

    static Pieces ofUnknownLength(String... pieces) {
        return new Pieces(-1, List.of(pieces), null);
    }

    static Pieces announced(long length, String... pieces) {
        return new Pieces(length, List.of(pieces), null);
    }

    Pieces thenFail(IOException why) {
        return new Pieces(length, pieces, why);
    }

    @Override
    public boolean isRepeatable() {
        return true;
    }

    @Override
    public void writeTo(Sink sink) throws IOException {
        for (String piece : pieces) {
            sink.write(ByteBuffer.wrap(piece.getBytes(StandardCharsets.ISO_8859_1)));
        }
        if (failure != null) {
            throw failure;
        }
    }
}
