// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.wire;

/** The classes of bytes that HTTP is written in. */
public final class Ascii {

    public static final byte CR = '\r';
    public static final byte LF = '\n';

    private static final int TOKEN = 1;
    private static final int FIELD_VALUE = 2;

    private static final byte[] CLASSES = classes();

    private Ascii() {}

    /** Whether a name may contain this byte (tchar: RFC 9110, 5.6.2). */
    public static boolean isToken(byte b) {
        return (CLASSES[b & 0xff] & TOKEN) != 0;
    }

    /** Whether a name may contain this character (tchar: RFC 9110, 5.6.2). */
    public static boolean isToken(char c) {
        return c < 0x80 && isToken((byte) c);
    }

    /** Whether the text is a token: at least one character, and each of them allowed. */
    public static boolean isToken(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isToken(text.charAt(i))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /**
     * Whether a field's value, or a reason phrase, may contain this byte: visible, blank, tab, or above ASCII (RFC 9110,
     * 5.5). CR, LF and NUL it may not, nor any other control: that a recipient may keep those gains nobody anything.
     */
    public static boolean isFieldValue(byte b) {
        return (CLASSES[b & 0xff] & FIELD_VALUE) != 0;
    }

    /** Whether a field's value may contain this character, which must also fit into one byte. */
    public static boolean isFieldValue(char c) {
        return c <= 0xff && isFieldValue((byte) c);
    }

    /**
     * A character of a line, as ISO-8859-1.
     *
     * @throws IllegalArgumentException if it would end the line or does not fit into a byte: the last guard against an
     *     injected line, below those that know what to say about it
     */
    static byte ofLine(char c) {
        if (!isFieldValue(c)) {
            throw new IllegalArgumentException("no line may contain U+%04X".formatted((int) c));
        }
        return (byte) c;
    }

    /**
     * A line with its end, as ISO-8859-1.
     *
     * @throws IllegalArgumentException if a character would end it before, or does not fit into a byte
     */
    public static byte[] line(String text) {
        byte[] line = new byte[text.length() + 2];
        for (int i = 0; i < text.length(); i++) {
            line[i] = ofLine(text.charAt(i));
        }
        line[line.length - 2] = CR;
        line[line.length - 1] = LF;
        return line;
    }

    /** Whether this is a blank or a tab: what may surround a field's value (OWS: RFC 9110, 5.6.3). */
    public static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    public static boolean isDigit(int b) {
        return b >= '0' && b <= '9';
    }

    /** The value of a hexadecimal digit, or -1. */
    public static int hexDigit(int b) {
        if (isDigit(b)) {
            return b - '0';
        }
        int lower = b | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    private static byte[] classes() {
        byte[] classes = new byte[256];
        for (int c = 0; c < 256; c++) {
            boolean visible = c > ' ' && c < 0x7f;
            boolean token = visible && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0;
            boolean fieldValue = visible || c == ' ' || c == '\t' || c >= 0x80;
            classes[c] = (byte) ((token ? TOKEN : 0) | (fieldValue ? FIELD_VALUE : 0));
        }
        return classes;
    }
}
