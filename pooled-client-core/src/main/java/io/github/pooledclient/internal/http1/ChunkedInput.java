// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import io.github.pooledclient.MessageLimits;
import io.github.pooledclient.internal.wire.Ascii;
import io.github.pooledclient.internal.wire.WireInput;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;

/**
 * Content in chunks (RFC 9112, 7.1). Extensions are passed over, trailers checked and forgotten, both within limits;
 * the framing is read by strict grammar, without the blanks, signs and lone line feeds that some forgive.
 */
final class ChunkedInput implements BodyInput {

    // More than a long holds; zeros in front count too, so that they cannot go on for ever.
    private static final int MOST_DIGITS = 16;

    private enum State {
        BEFORE_FIRST_SIZE,
        IN_CHUNKS,
        AT_END
    }

    private final WireInput input;
    private final MessageLimits limits;
    private State state = State.BEFORE_FIRST_SIZE;
    private long left;
    private long extensionBytes;

    ChunkedInput(WireInput input, MessageLimits limits) {
        this.input = input;
        this.limits = limits;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (left == 0 && !nextChunk()) {
            return -1;
        }
        int count = take(into);
        // Together, or a peer that sends a byte in each chunk makes each of them a buffer of its reader's.
        while (into.hasRemaining() && left == 0 && nextHasArrived()) {
            nextChunk();
            count += take(into);
        }
        return count;
    }

    private int take(ByteBuffer into) throws IOException {
        int count = input.read(into, left);
        if (count < 0) {
            throw truncated();
        }
        left -= count;
        return count;
    }

    /** Whether there is a chunk with content, in the usual form, behind the one that was read: CRLF, size, CRLF, a byte. */
    private boolean nextHasArrived() {
        int end = Math.min(input.available() - 3, 2 + MOST_DIGITS - 1);
        int digits = 2;
        boolean isEmpty = true;
        while (digits < end && Ascii.hexDigit(input.peek(digits)) >= 0) {
            isEmpty &= input.peek(digits) == '0';
            digits++;
        }
        return !isEmpty
                && input.peek(0) == Ascii.CR
                && input.peek(1) == Ascii.LF
                && input.peek(digits) == Ascii.CR
                && input.peek(digits + 1) == Ascii.LF;
    }

    private boolean nextChunk() throws IOException {
        if (state == State.AT_END) {
            return false;
        }
        if (state == State.IN_CHUNKS) {
            require(next(), Ascii.CR, "chunk must end with CRLF");
            require(next(), Ascii.LF, "chunk must end with CRLF");
        }
        state = State.IN_CHUNKS;
        left = sizeLine();
        if (left == 0) {
            trailers();
            state = State.AT_END;
        }
        return left > 0;
    }

    // chunk-size [ chunk-ext ] CRLF
    private long sizeLine() throws IOException {
        long size = 0;
        int digits = 0;
        int b = next();
        for (int digit = Ascii.hexDigit(b); digit >= 0; digit = Ascii.hexDigit(b)) {
            if (++digits > MOST_DIGITS) {
                throw new ProtocolException("chunk size of more than %d digits (RFC 9112, 7.1)".formatted(MOST_DIGITS));
            }
            size = size << 4 | digit;
            b = next();
        }
        if (digits == 0) {
            throw new ProtocolException("chunk size must be hexadecimal (RFC 9112, 7.1): 0x%02x".formatted(b));
        }
        if (size < 0) {
            throw new ProtocolException("chunk size overflows (RFC 9112, 7.1): " + Long.toHexString(size));
        }
        if (b != Ascii.CR) {
            b = extensions(b, size);
        }
        require(b, Ascii.CR, "chunk size must be followed by CRLF");
        require(next(), Ascii.LF, "chunk size must be followed by CRLF");
        return size;
    }

    // *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] ), of which only the bytes matter to us.
    private int extensions(int first, long size) throws IOException {
        int b = first;
        boolean semicolon = false;
        while (b != Ascii.CR) {
            semicolon |= b == ';';
            if (!(semicolon || Ascii.isBlank((byte) b)) || !Ascii.isFieldValue((byte) b)) {
                throw new ProtocolException(
                        "chunk size must be followed by ';' or CRLF (RFC 9112, 7.1.1): 0x%02x".formatted(b));
            }
            if (++extensionBytes > limits.maxChunkExtensionSize()) {
                throw new ProtocolException("chunk extensions are longer than %d bytes (maxChunkExtensionSize)"
                        .formatted(limits.maxChunkExtensionSize()));
            }
            b = next();
        }
        if (!semicolon) {
            throw new ProtocolException("chunk size must not be followed by a blank (RFC 9112, 7.1)");
        }
        // A signature with each chunk is fine for any length; a body made of extensions is not.
        extensionBytes = Math.max(0, extensionBytes - size);
        return b;
    }

    private void trailers() throws IOException {
        int b = next();
        if (b == Ascii.CR) {
            require(next(), Ascii.LF, "chunked body must end with CRLF");
        } else {
            input.putBack(1);
            FieldLines.read(Lines.ofTrailers(input, limits.maxTrailerSize()), limits.maxResponseFields(), 1);
        }
    }

    private int next() throws IOException {
        int b = input.read();
        if (b < 0) {
            throw truncated();
        }
        return b;
    }

    private static void require(int actual, byte expected, String rule) throws ProtocolException {
        if (actual != expected) {
            throw new ProtocolException("%s (RFC 9112, 7.1), not 0x%02x".formatted(rule, actual));
        }
    }

    private static EOFException truncated() {
        return new EOFException("closed by the peer before the last chunk of the body (RFC 9112, 8)");
    }

    @Override
    public boolean isAtEnd() {
        return state == State.AT_END;
    }

    @Override
    public long remaining() {
        return state == State.AT_END ? 0 : -1;
    }

    @Override
    public int available() {
        return (int) Math.min(input.available(), left);
    }
}
