// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import io.github.pooledclient.internal.wire.Ascii;
import io.github.pooledclient.internal.wire.WireInput;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.Arrays;

/**
 * The lines of a head, or of trailers, gathered from the input into one array in which they stay. Confined to the thread
 * of the exchange.
 *
 * <p>A line ends with CRLF. A head whose status line ends with LF alone comes from a server that knows no better, and all
 * of its lines end so (RFC 9112, 2.2, allows to accept it); a lone LF among CRLFs, or the other way round, is what an
 * injected line looks like, and refused. In what belongs to the chunked framing, LF alone is always refused.
 */
final class Lines {

    private static final int FIRST_TRAILERS = 1024;
    private static final byte[] NOTHING = {};

    private final WireInput input;
    private final long mostBytes;
    private final String section;
    private final String setting;
    private final int expected;

    private boolean endsAreKnown;
    private boolean endsAreBare;
    private byte[] bytes = NOTHING;
    private int length;
    private int scanned;
    private int start;
    private int end;
    private int next;

    private Lines(WireInput input, long mostBytes, String section, String setting, int expected, boolean endsAreKnown) {
        this.input = input;
        this.mostBytes = mostBytes;
        this.section = section;
        this.setting = setting;
        this.expected = expected;
        this.endsAreKnown = endsAreKnown;
    }

    /** @param expected how many bytes there will probably be, to begin with an array that is neither too small nor too large */
    static Lines ofHead(WireInput input, long mostBytes, int expected) {
        return new Lines(input, mostBytes, "response head", "maxResponseHeadSize", expected, false);
    }

    static Lines ofTrailers(WireInput input, long mostBytes) {
        return new Lines(input, mostBytes, "trailer section", "maxTrailerSize", FIRST_TRAILERS, true);
    }

    /** Whether the next line is here as a whole. */
    boolean hasNext() {
        // In locals: each byte of a head comes by here.
        byte[] here = bytes;
        int at = scanned;
        while (at < length && here[at] != Ascii.LF) {
            at++;
        }
        scanned = at;
        return at < length;
    }

    /** Waits for more bytes. */
    void readMore() throws IOException {
        if (length >= mostBytes) {
            throw new ProtocolException("%s is longer than %d bytes (%s)".formatted(section, mostBytes, setting));
        }
        if (input.available() == 0 && !input.fill()) {
            throw new EOFException(
                    length == 0
                            ? "closed by the peer before the " + section
                            : "closed by the peer after %d bytes of the %s".formatted(length, section));
        }
        if (length == bytes.length) {
            int more = length == 0 ? Math.min(input.available(), expected) : length;
            bytes = Arrays.copyOf(bytes, (int) Math.min(length + more, mostBytes));
        }
        length += input.take(bytes, length);
    }

    /** Moves on to the next line, waiting for it. */
    void next() throws IOException {
        while (!hasNext()) {
            readMore();
        }
        start = next;
        next = scanned + 1;
        scanned = next;
        end = lineEnd();
    }

    private int lineEnd() throws ProtocolException {
        int lineFeed = next - 1;
        boolean isBare = lineFeed == start || bytes[lineFeed - 1] != Ascii.CR;
        if (!endsAreKnown) {
            endsAreKnown = true;
            endsAreBare = isBare;
        }
        if (isBare != endsAreBare) {
            throw new ProtocolException(
                    "line of the %s must end with %s (RFC 9112, 2.2)".formatted(section, endsAreBare ? "LF" : "CRLF"));
        }
        return isBare ? lineFeed : lineFeed - 1;
    }

    /** Makes what was read behind the current line available again. */
    void finish() {
        input.putBack(length - next);
        length = next;
    }

    /** What the indexes refer to; may be another array after each wait. */
    byte[] bytes() {
        return bytes;
    }

    /** How many bytes are here, of all lines. */
    int length() {
        return length;
    }

    /** The first byte of the current line. */
    int start() {
        return start;
    }

    /** The end of the current line, without what ends it. */
    int end() {
        return end;
    }
}
