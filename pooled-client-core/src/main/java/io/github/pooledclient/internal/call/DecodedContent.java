// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.RequestState;
import io.github.pooledclient.internal.http.Failures;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Content that comes compressed, decompressed: a buffer at a time, so that it costs no memory, and only so far: a small answer
 * that unfolds into gigabytes is meant for a reader who keeps them. Confined to one thread at a time.
 *
 * <p>Not with {@link java.util.zip.GZIPInputStream}: whether that sees another member, and what it makes of bytes that are
 * none, depends on what happens to be here already.
 */
final class DecodedContent implements ResponseContent {

    /** A content coding (RFC 9110, 8.4.1). */
    enum Coding {
        GZIP,
        DEFLATE
    }

    private static final int BUFFER = 8 * 1024;
    // Below, a body does no harm whatever its ratio; and many a small one is all blanks.
    private static final long HARMLESS = 10 * 1024 * 1024;

    private final ResponseContent coded;
    private final Coding coding;
    private final int mostRatio;
    private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER).limit(0);
    private final CRC32 checksum = new CRC32();
    // Within a member; deflate has one.
    private @Nullable Inflater inflater;
    private boolean hasMember;
    private boolean ended;
    private long codedBytes;
    private long decodedBytes;

    /** @param mostRatio how many times as large as it came the content may become; 0 = without limit */
    DecodedContent(ResponseContent coded, Coding coding, int mostRatio) {
        this.mostRatio = mostRatio;
        this.coded = coded;
        this.coding = coding;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        try {
            int count = 0;
            while (count == 0 && !ended) {
                count = decode(into);
            }
            return count == 0 ? -1 : count;
        } catch (ZipException | EOFException | DataFormatException e) {
            throw Failures.io(
                    RequestState.RESPONSE_STARTED,
                    "the response's " + coding.name().toLowerCase(Locale.ROOT) + " content is damaged or cut short: "
                            + e.getMessage(),
                    e);
        }
    }

    /** One step; may bring no bytes. */
    private int decode(ByteBuffer into) throws IOException, DataFormatException {
        Inflater current = inflater;
        if (current == null) {
            beginMember();
            return 0;
        }
        ByteBuffer written = into.duplicate();
        int count = current.inflate(into);
        if (count > 0) {
            checksum.update(written.limit(into.position()));
            decodedBytes += count;
            requireBounded();
        } else if (current.finished()) {
            endMember(current);
        } else if (current.needsDictionary()) {
            throw new ZipException("it needs a dictionary");
        } else {
            require(fill());
            current.setInput(bytes);
        }
        return count;
    }

    private void requireBounded() throws IOException {
        if (mostRatio > 0 && decodedBytes > HARMLESS && (decodedBytes - 1) / mostRatio >= codedBytes) {
            throw Failures.protocol(
                    RequestState.RESPONSE_STARTED,
                    "%s content has unfolded to %d bytes out of %d: more than %d times as many (maxDecompressionRatio)"
                            .formatted(coding.name().toLowerCase(Locale.ROOT), decodedBytes, codedBytes, mostRatio),
                    null);
        }
    }

    private void beginMember() throws IOException {
        // Servers say that nothing is compressed, too.
        if (!fill()) {
            ended = true;
            return;
        }
        if (coding == Coding.GZIP) {
            skipHeader();
        } else if (hasMember) {
            throw new ZipException("bytes after its end");
        }
        checksum.reset();
        hasMember = true;
        inflater = new Inflater(coding == Coding.GZIP || isBare(bytes.get(bytes.position())));
        inflater.setInput(bytes);
    }

    // "deflate" is the zlib format; some servers send bare deflate data, which starts otherwise (RFC 1950, 2.2).
    private static boolean isBare(int first) {
        return (first & 0x0f) != 8 || (first & 0xff) >> 4 > 7;
    }

    private void endMember(Inflater finished) throws IOException {
        long length = finished.getBytesWritten();
        closeInflater();
        if (coding == Coding.GZIP && (nextInt() != (int) checksum.getValue() || nextInt() != (int) length)) {
            throw new ZipException("wrong checksum or length");
        }
    }

    // RFC 1952, 2.3
    private void skipHeader() throws IOException {
        if (next() != 0x1f || next() != 0x8b) {
            throw new ZipException(hasMember ? "bytes after its end" : "no gzip");
        }
        int method = next();
        int flags = next();
        if (method != 8 || (flags & 0xe0) != 0) {
            throw new ZipException("unknown method " + method + " or flags " + flags);
        }
        skip(6);
        if ((flags & 0x04) != 0) {
            skip(next() | next() << 8);
        }
        if ((flags & 0x08) != 0) {
            skipText();
        }
        if ((flags & 0x10) != 0) {
            skipText();
        }
        if ((flags & 0x02) != 0) {
            skip(2);
        }
        // What follows is looked at as the first byte of the data.
        require(fill());
    }

    private void skip(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            next();
        }
    }

    private void skipText() throws IOException {
        int b = next();
        while (b != 0) {
            b = next();
        }
    }

    private int nextInt() throws IOException {
        return next() | next() << 8 | next() << 16 | next() << 24;
    }

    private int next() throws IOException {
        require(fill());
        return bytes.get() & 0xff;
    }

    private static void require(boolean thereIsMore) throws EOFException {
        if (!thereIsMore) {
            throw new EOFException("it ends too early");
        }
    }

    /** Waits for coded bytes if there are none here; false at their end. */
    private boolean fill() throws IOException {
        if (bytes.hasRemaining()) {
            return true;
        }
        bytes.clear();
        try {
            int count = coded.read(bytes);
            codedBytes += Math.max(count, 0);
            return count >= 0;
        } finally {
            bytes.flip();
        }
    }

    @Override
    public long remaining() {
        return ended ? 0 : -1;
    }

    /** An estimate: a coded byte may bring none, or many. */
    @Override
    public int available() {
        return ended ? 0 : bytes.remaining() + coded.available();
    }

    @Override
    public void close() {
        closeInflater();
        coded.close();
    }

    @Override
    public void lost() {
        closeInflater();
        coded.lost();
    }

    private void closeInflater() {
        if (inflater != null) {
            inflater.end();
            inflater = null;
        }
    }

    @Override
    public void cancel() {
        coded.cancel();
    }
}
