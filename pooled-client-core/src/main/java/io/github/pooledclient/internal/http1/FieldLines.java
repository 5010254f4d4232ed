// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import io.github.pooledclient.internal.http.Fields;
import io.github.pooledclient.internal.wire.Ascii;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads the field lines of a head or of trailers, up to the empty line (RFC 9112, 5), by strict grammar. */
final class FieldLines {

    private static final int STEP = 4;
    private static final int LONGEST_QUOTE = 40;

    private final Lines lines;
    private final int mostFields;
    private int[] at;
    private int size;

    private FieldLines(Lines lines, int mostFields, int expected) {
        this.lines = lines;
        this.mostFields = mostFields;
        this.at = new int[Math.max(expected, 1) * STEP];
    }

    /**
     * All fields; the lines stand behind the empty one then.
     *
     * @param expected how many there will probably be
     */
    static Fields read(Lines lines, int mostFields, int expected) throws IOException {
        FieldLines fields = new FieldLines(lines, mostFields, expected);
        for (lines.next(); lines.start() < lines.end(); lines.next()) {
            fields.readLine();
        }
        lines.finish();
        return new Fields(lines.bytes(), fields.at, fields.size);
    }

    private void readLine() throws ProtocolException {
        if (Ascii.isBlank(lines.bytes()[lines.start()])) {
            unfold();
        } else {
            add();
        }
    }

    private void add() throws ProtocolException {
        int colon = endOfName();
        requireValue(colon + 1);
        if (size == mostFields) {
            throw new ProtocolException("more than " + mostFields + " fields (maxResponseFields)");
        }
        if (size * STEP == at.length) {
            at = Arrays.copyOf(at, 2 * at.length);
        }
        at[size * STEP] = lines.start();
        at[size * STEP + 1] = colon;
        size++;
        int start = skipBlanks(colon + 1);
        at[(size - 1) * STEP + 2] = start;
        at[(size - 1) * STEP + 3] = endOfValue(start);
    }

    // No blank may stand between name and colon: others have taken such a name for another one (RFC 9112, 5.1).
    private int endOfName() throws ProtocolException {
        byte[] bytes = lines.bytes();
        int end = lines.start();
        while (end < lines.end() && Ascii.isToken(bytes[end])) {
            end++;
        }
        if (end == lines.start() || end == lines.end() || bytes[end] != ':') {
            throw new ProtocolException("field line must be 'name: value' (RFC 9112, 5): " + quoteLine());
        }
        return end;
    }

    // A line that begins with a blank continues the one before. A user agent must read the fold as a blank (RFC 9112,
    // 5.2), but nobody honest folds the fields that say where a message ends.
    private void unfold() throws ProtocolException {
        if (size == 0) {
            throw new ProtocolException("first field line must not begin with a blank (RFC 9112, 2.2): " + quoteLine());
        }
        if (isNamed("Content-Length") || isNamed("Transfer-Encoding") || isNamed("Connection")) {
            throw new ProtocolException("field of the framing must not be folded (RFC 9112, 5.2): " + quoteLine());
        }
        requireValue(lines.start());
        // Only this line is looked at, not all that was folded before: a head may be nothing but folds.
        int start = skipBlanks(lines.start());
        int end = endOfValue(start);
        int valueStart = at[(size - 1) * STEP + 2];
        int valueEnd = at[(size - 1) * STEP + 3];
        boolean isEmpty = valueStart == valueEnd;
        at[(size - 1) * STEP + 2] = isEmpty ? start : valueStart;
        at[(size - 1) * STEP + 3] = isEmpty ? end : join(valueEnd, start, end);
    }

    /** Moves what a fold continues with to one blank behind the value, where the fold itself was, and returns its end. */
    private int join(int valueEnd, int moreStart, int moreEnd) {
        if (moreStart == moreEnd) {
            return valueEnd;
        }
        byte[] bytes = lines.bytes();
        bytes[valueEnd] = ' ';
        System.arraycopy(bytes, moreStart, bytes, valueEnd + 1, moreEnd - moreStart);
        return valueEnd + 1 + moreEnd - moreStart;
    }

    private void requireValue(int from) throws ProtocolException {
        byte[] bytes = lines.bytes();
        for (int i = from; i < lines.end(); i++) {
            if (!Ascii.isFieldValue(bytes[i])) {
                throw new ProtocolException(
                        "field value must not contain 0x%02x (RFC 9110, 5.5): %s".formatted(bytes[i], quoteLine()));
            }
        }
    }

    private int skipBlanks(int from) {
        byte[] bytes = lines.bytes();
        int start = from;
        while (start < lines.end() && Ascii.isBlank(bytes[start])) {
            start++;
        }
        return start;
    }

    /** The end of the line without the blanks before it. */
    private int endOfValue(int start) {
        byte[] bytes = lines.bytes();
        int end = lines.end();
        while (end > start && Ascii.isBlank(bytes[end - 1])) {
            end--;
        }
        return end;
    }

    private boolean isNamed(String name) {
        int start = at[(size - 1) * STEP];
        int length = at[(size - 1) * STEP + 1] - start;
        return new String(lines.bytes(), start, length, StandardCharsets.ISO_8859_1).equalsIgnoreCase(name);
    }

    private String quoteLine() {
        return quote(lines.bytes(), lines.start(), lines.end());
    }

    /** Received bytes as a message may show them: without controls, and not too many. */
    static String quote(byte[] bytes, int start, int end) {
        StringBuilder quoted = new StringBuilder("'");
        for (int i = start; i < Math.min(end, start + LONGEST_QUOTE); i++) {
            boolean isVisible = bytes[i] >= ' ' && bytes[i] < 0x7f;
            quoted.append(isVisible ? String.valueOf((char) bytes[i]) : "\\x%02x".formatted(bytes[i]));
        }
        return quoted.append(end - start > LONGEST_QUOTE ? "...'" : "'").toString();
    }
}
