// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http;

import io.github.pooledclient.internal.wire.Ascii;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Fields of a received head, kept as the bytes that came and turned into strings when asked for: most are never looked
 * at. Immutable; names are compared without regard to case.
 */
public final class Fields {

    /** No fields. */
    public static final Fields NONE = new Fields(new byte[0], new int[0], 0);

    // How many numbers describe a field in {@link #at}: start and end of its name, start and end of its value.
    private static final int STEP = 4;
    private static final int DIGITS_OF_ANY_LONG = 18;

    private final byte[] bytes;
    private final int[] at;
    private final int size;

    /**
     * @param bytes holds all names and values; not copied, so not to be changed any more
     * @param at for each field the index of the first byte of its name, the one after its name, the first of its value and
     *     the one after its value; not copied either
     * @param size how many fields
     */
    public Fields(byte[] bytes, int[] at, int size) {
        this.bytes = bytes;
        this.at = at;
        this.size = size;
    }

    public int size() {
        return size;
    }

    public String name(int index) {
        return string(at[index * STEP], at[index * STEP + 1]);
    }

    public String value(int index) {
        return string(at[index * STEP + 2], at[index * STEP + 3]);
    }

    /** Whether the field at an index has this name. */
    public boolean isNamed(int index, String name) {
        return matches(at[index * STEP], at[index * STEP + 1], name);
    }

    private boolean matches(int start, int end, String text) {
        if (end - start != text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            byte here = bytes[start + i];
            byte wanted = (byte) text.charAt(i);
            if (here != wanted && lower(here) != lower(wanted)) {
                return false;
            }
        }
        return true;
    }

    /** The index of the first field of this name that is not before another index, or -1. */
    public int indexOf(String name, int from) {
        for (int i = from; i < size(); i++) {
            if (isNamed(i, name)) {
                return i;
            }
        }
        return -1;
    }

    /** The value of the first field of this name, or null. */
    public @Nullable String first(String name) {
        int index = indexOf(name, 0);
        return index < 0 ? null : value(index);
    }

    /** The value at an index if it is plain digits, and not more than a long can hold in any case; else -1. */
    public long number(int index) {
        int start = at[index * STEP + 2];
        int end = at[index * STEP + 3];
        if (start == end || end - start > DIGITS_OF_ANY_LONG) {
            return -1;
        }
        long number = 0;
        for (int i = start; i < end; i++) {
            if (!Ascii.isDigit(bytes[i])) {
                return -1;
            }
            number = number * 10 + (bytes[i] - '0');
        }
        return number;
    }

    /** The values of all fields of this name, in order. */
    public List<String> all(String name) {
        List<String> values = List.of();
        for (int i = 0; i < size(); i++) {
            if (isNamed(i, name)) {
                if (values.isEmpty()) {
                    values = new ArrayList<>(2);
                }
                values.add(value(i));
            }
        }
        return values;
    }

    /** The members of a comma-separated list, of all fields of this name, in lower case (RFC 9110, 5.6.1). */
    public List<String> tokens(String name) {
        int first = indexOf(name, 0);
        if (first < 0) {
            return List.of();
        }
        List<String> tokens = new ArrayList<>(2);
        for (int i = first; i >= 0; i = indexOf(name, i + 1)) {
            addMembers(value(i), tokens);
        }
        return tokens;
    }

    /** Whether all that the fields of this name say is one token, as is usual for {@code Connection}. */
    public boolean isOnly(String name, String token) {
        int index = indexOf(name, 0);
        return index >= 0 && matches(at[index * STEP + 2], at[index * STEP + 3], token) && indexOf(name, index + 1) < 0;
    }

    private static void addMembers(String list, List<String> tokens) {
        int start = 0;
        while (start <= list.length()) {
            int comma = list.indexOf(',', start);
            int end = comma < 0 ? list.length() : comma;
            String member = list.substring(start, end).strip();
            if (!member.isEmpty()) {
                tokens.add(member.toLowerCase(Locale.ROOT));
            }
            start = end + 1;
        }
    }

    /** These fields but for those of some names. */
    public Fields without(String... names) {
        int[] kept = new int[size * STEP];
        int count = 0;
        for (int i = 0; i < size; i++) {
            if (!isNamedOneOf(i, names)) {
                System.arraycopy(at, i * STEP, kept, count * STEP, STEP);
                count++;
            }
        }
        return new Fields(bytes, kept, count);
    }

    private boolean isNamedOneOf(int index, String... names) {
        for (String name : names) {
            if (isNamed(index, name)) {
                return true;
            }
        }
        return false;
    }

    /** As the JDK's type, built anew each time. */
    public HttpHeaders toHttpHeaders() {
        Map<String, List<String>> map = new LinkedHashMap<>();
        for (int i = 0; i < size(); i++) {
            // The JDK's type refuses two spellings of one name, so the first one stands for all.
            map.computeIfAbsent(name(i).toLowerCase(Locale.ROOT), name -> new ArrayList<>(1))
                    .add(value(i));
        }
        return HttpHeaders.of(map, (name, value) -> true);
    }

    // Field values are bytes; ISO-8859-1 loses none of them (RFC 9110, 5.5).
    private String string(int start, int end) {
        return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
    }

    private static int lower(byte b) {
        return b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < size(); i++) {
            text.append(i == 0 ? "" : ", ").append(name(i)).append(": ").append(value(i));
        }
        return text.toString();
    }
}
