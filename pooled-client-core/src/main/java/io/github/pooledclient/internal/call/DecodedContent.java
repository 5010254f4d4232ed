// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.RequestState;
import io.github.pooledclient.internal.http.Failures;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Content that comes compressed, decompressed: with the JDK's inflater, a buffer at a time, so that a small answer that
 * would unfold into gigabytes costs no more memory than any other. Confined to one thread at a time.
 */
final class DecodedContent implements ResponseContent {

    /** A content coding (RFC 9110, 8.4.1). */
    enum Coding {
        GZIP,
        DEFLATE
    }

    private static final int BUFFER = 8 * 1024;
    private static final InputStream NOTHING = InputStream.nullInputStream();

    private final ResponseContent coded;
    private final Coding coding;
    private @Nullable InputStream decoder;
    private @Nullable Inflater inflater;
    private boolean ended;

    DecodedContent(ResponseContent coded, Coding coding) {
        this.coded = coded;
        this.coding = coding;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (ended) {
            return -1;
        }
        try {
            return decode(into);
        } catch (ZipException | EOFException e) {
            throw Failures.io(
                    RequestState.RESPONSE_STARTED,
                    "the response's " + coding.name().toLowerCase(Locale.ROOT) + " content is damaged or cut short: "
                            + e.getMessage(),
                    e);
        }
    }

    private int decode(ByteBuffer into) throws IOException {
        if (decoder == null) {
            decoder = decoder();
        }
        if (decoder == NOTHING) {
            // Servers say that nothing is compressed, too.
            ended = true;
            return -1;
        }
        int length = Math.min(into.remaining(), BUFFER);
        byte[] bytes = into.hasArray() ? into.array() : new byte[length];
        int offset = into.hasArray() ? into.arrayOffset() + into.position() : 0;
        int count = decoder.read(bytes, offset, length);
        if (count < 0) {
            ended = true;
            drainCoded();
        } else if (into.hasArray()) {
            into.position(into.position() + count);
        } else {
            into.put(bytes, 0, count);
        }
        return count;
    }

    private InputStream decoder() throws IOException {
        PushbackInputStream bytes = new PushbackInputStream(new CodedStream(), 1);
        int first = bytes.read();
        if (first < 0) {
            return NOTHING;
        }
        bytes.unread(first);
        if (coding == Coding.GZIP) {
            return new GZIPInputStream(bytes, BUFFER);
        }
        // "deflate" is the zlib format; some servers send bare deflate data, which starts otherwise (RFC 1950, 2.2).
        boolean bare = (first & 0x0f) != 8 || first >> 4 > 7;
        inflater = new Inflater(bare);
        return new InflaterInputStream(bytes, inflater, BUFFER);
    }

    // The decoder stops at the end of its data; the framing may end later, by a last chunk, and must be read for the
    // connection to be used again.
    private void drainCoded() throws IOException {
        ByteBuffer rest = ByteBuffer.allocate(1);
        if (coded.remaining() != 0 && coded.read(rest) >= 0) {
            throw new ZipException("bytes after the end of the compressed data");
        }
    }

    @Override
    public long remaining() {
        return ended ? 0 : -1;
    }

    @Override
    public int available() {
        return ended ? 0 : coded.available();
    }

    @Override
    public void close() {
        if (inflater != null) {
            inflater.end();
            inflater = null;
        }
        if (decoder instanceof GZIPInputStream gzip) {
            closeGzip(gzip);
        }
        decoder = null;
        coded.close();
    }

    private static void closeGzip(GZIPInputStream gzip) {
        try {
            // Ends its inflater; our stream below does nothing on close.
            gzip.close();
        } catch (IOException e) {
            throw new IllegalStateException("closing memory failed", e);
        }
    }

    @Override
    public void cancel() {
        coded.cancel();
    }

    /** The coded bytes, as the decoders want them. */
    private final class CodedStream extends InputStream {

        @Override
        public int read() throws IOException {
            ByteBuffer one = ByteBuffer.allocate(1);
            return coded.read(one) < 0 ? -1 : one.get(0) & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return length == 0 ? 0 : coded.read(ByteBuffer.wrap(bytes, offset, length));
        }

        // GZIPInputStream asks whether another member may follow: only a byte that is there already is one.
        @Override
        public int available() {
            return coded.available();
        }
    }
}
