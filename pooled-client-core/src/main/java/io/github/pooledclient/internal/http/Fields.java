// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http;

import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
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
    public static final Fields NONE = new Fields(new byte[0], new int[0]);

    // How many numbers describe a field in {@link #at}: start and end of its name, start and end of its value.
    private static final int STEP = 4;

    private final byte[] bytes;
    private final int[] at;

    /**
     * @param bytes holds all names and values; not copied, so not to be changed any more
     * @param at for each field the index of the first byte of its name, the one after its name, the first of its value and
     *     the one after its value
     */
    public Fields(byte[] bytes, int[] at) {
        this.bytes = bytes;
        this.at = at;
    }

    public int size() {
        return at.length / STEP;
    }

    public String name(int index) {
        return string(at[index * STEP], at[index * STEP + 1]);
    }

    public String value(int index) {
        return string(at[index * STEP + 2], at[index * STEP + 3]);
    }

    /** Whether the field at an index has this name. */
    public boolean isNamed(int index, String name) {
        int start = at[index * STEP];
        if (at[index * STEP + 1] - start != name.length()) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (lower(bytes[start + i]) != lower((byte) name.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** The value of the first field of this name, or null. */
    public @Nullable String first(String name) {
        for (int i = 0; i < size(); i++) {
            if (isNamed(i, name)) {
                return value(i);
            }
        }
        return null;
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
        List<String> tokens = List.of();
        for (String value : all(name)) {
            if (tokens.isEmpty()) {
                tokens = new ArrayList<>(2);
            }
            addMembers(value, tokens);
        }
        return tokens;
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
        int[] kept = new int[at.length];
        int length = 0;
        for (int i = 0; i < size(); i++) {
            if (!isNamedOneOf(i, names)) {
                System.arraycopy(at, i * STEP, kept, length, STEP);
                length += STEP;
            }
        }
        return new Fields(bytes, Arrays.copyOf(kept, length));
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
