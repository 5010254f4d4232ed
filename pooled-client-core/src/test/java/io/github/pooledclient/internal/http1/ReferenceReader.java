// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import io.github.pooledclient.MessageLimits;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads responses by rules that are short enough to be seen to be right, at the price of having all bytes at once: what
 * the fuzz tests compare with. Each method takes what it reads from the front of the text.
 */
final class ReferenceReader {

    /** What is left is not, or not yet, what is asked for. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String why) {
            super(why, null, false, false);
        }
    }

    record Field(String name, String value) {}

    record Head(int minorVersion, int status, List<Field> fields) {

        List<String> all(String name) {
            return fields.stream()
                    .filter(field -> field.name.equalsIgnoreCase(name))
                    .map(Field::value)
                    .toList();
        }

        /** The members of a list, of all fields of a name. */
        List<String> members(String name) {
            return Stream.of(String.join(",", all(name)).split(",", -1))
                    .map(member -> trim(member).toLowerCase(Locale.ROOT))
                    .toList();
        }
    }

    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final String TEXT = "[\\t\\x20-\\x7e\\x80-\\xff]*";
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.([0-9]) ([1-9][0-9]{2})(?: " + TEXT + ")?");
    private static final Pattern FIELD_LINE = Pattern.compile("(" + TOKEN + "):(" + TEXT + ")");
    private static final Pattern FOLD = Pattern.compile("[ \\t]" + TEXT);
    private static final Pattern CHUNK_HEAD = Pattern.compile("([0-9A-Fa-f]{1,16})([ \\t]*;" + TEXT + ")?\r\n");

    private final String text;
    private final MessageLimits limits;
    private final StringBuilder content = new StringBuilder();
    private int at;

    ReferenceReader(byte[] bytes, MessageLimits limits) {
        this.text = new String(bytes, StandardCharsets.ISO_8859_1);
        this.limits = limits;
    }

    /** What was not read. */
    String rest() {
        return text.substring(at);
    }

    /** The content that was read, as far as it came. */
    String content() {
        return content.toString();
    }

    /** The final response behind at most so many interim ones. */
    Head finalHead() throws Refused {
        Head head = head();
        for (int interim = 1; head.status < 200; interim++) {
            require(head.status != 101, "101");
            require(interim <= limits.maxInterimResponses(), "too many interim responses");
            head = head();
        }
        return head;
    }

    Head head() throws Refused {
        // The first line says how all of them end.
        int lineFeed = text.indexOf('\n', at);
        require(lineFeed > at, "no line");
        String lineEnd = text.charAt(lineFeed - 1) == '\r' ? "\r\n" : "\n";
        List<String> lines = lines(lineEnd, limits.maxResponseHeadSize());
        Matcher status = STATUS_LINE.matcher(lines.get(0));
        require(status.matches(), "status line");
        List<Field> fields = fields(lines.subList(1, lines.size()));
        return new Head(status.group(1).equals("0") ? 0 : 1, Integer.parseInt(status.group(2)), fields);
    }

    // Up to the empty line, which is taken too.
    private List<String> lines(String lineEnd, long most) throws Refused {
        int end = text.indexOf(lineEnd + lineEnd, at);
        require(end >= 0, "no empty line");
        String section = text.substring(at, end);
        at = end + 2 * lineEnd.length();
        require(section.length() + 2 * lineEnd.length() <= most, "too long");
        return List.of(section.split(lineEnd, -1));
    }

    private List<Field> fields(List<String> lines) throws Refused {
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < lines.size(); ) {
            Matcher field = FIELD_LINE.matcher(lines.get(i++));
            require(field.matches(), "field line");
            String value = trim(field.group(2));
            for (; i < lines.size() && lines.get(i).matches("(?s)[ \\t].*"); i++) {
                require(FOLD.matcher(lines.get(i)).matches(), "folded line");
                require(
                        !List.of("content-length", "transfer-encoding", "connection")
                                .contains(field.group(1).toLowerCase(Locale.ROOT)),
                        "folded framing");
                value = trim(value + " " + trim(lines.get(i)));
            }
            fields.add(new Field(field.group(1), value));
        }
        require(fields.size() <= limits.maxResponseFields(), "too many fields");
        return fields;
    }

    /** The framing of the content behind a head (RFC 9112, 6.3). */
    static BodyFraming framing(String method, Head head) throws Refused {
        if (method.equals("HEAD") || List.of(204, 304).contains(head.status)) {
            return BodyFraming.NONE;
        }
        boolean hasLength = !head.all("Content-Length").isEmpty();
        if (!head.all("Transfer-Encoding").isEmpty()) {
            List<String> codings = head.members("Transfer-Encoding").stream()
                    .filter(coding -> !coding.isEmpty())
                    .toList();
            require(head.minorVersion == 1 && !hasLength && codings.equals(List.of("chunked")), "framing");
            return BodyFraming.CHUNKED;
        }
        if (!hasLength) {
            return BodyFraming.UNTIL_CLOSE;
        }
        List<String> lengths = head.members("Content-Length");
        require(lengths.stream().allMatch(length -> length.matches("0*[0-9]{1,19}")), "length");
        List<BigInteger> numbers =
                lengths.stream().map(BigInteger::new).distinct().toList();
        require(numbers.size() == 1 && numbers.get(0).bitLength() < 64, "length");
        return new BodyFraming(BodyFraming.Kind.LENGTH, numbers.get(0).longValue());
    }

    /** The content in its framing. */
    void body(BodyFraming framing) throws Refused {
        switch (framing.kind()) {
            case NONE -> {}
            case LENGTH -> takeContent(framing.length());
            case CHUNKED -> chunkedBody();
            case UNTIL_CLOSE -> takeContent(text.length() - at);
        }
    }

    // RFC 9112, 7.1
    void chunkedBody() throws Refused {
        long extensionBytes = 0;
        while (true) {
            Matcher chunk = CHUNK_HEAD.matcher(text).region(at, text.length());
            require(chunk.lookingAt(), "chunk size");
            long size = Long.parseUnsignedLong(chunk.group(1), 16);
            require(size >= 0, "chunk size overflows");
            extensionBytes += Objects.toString(chunk.group(2), "").length();
            require(extensionBytes <= limits.maxChunkExtensionSize(), "extensions are too long");
            extensionBytes = chunk.group(2) == null ? extensionBytes : Math.max(0, extensionBytes - size);
            at = chunk.end();
            if (size == 0) {
                trailers();
                return;
            }
            takeContent(size);
            take("\r\n");
        }
    }

    private void trailers() throws Refused {
        if (text.startsWith("\r\n", at)) {
            take("\r\n");
        } else {
            fields(lines("\r\n", limits.maxTrailerSize()));
        }
    }

    private void take(String expected) throws Refused {
        require(text.startsWith(expected, at), "line end");
        at += expected.length();
    }

    private void takeContent(long length) throws Refused {
        int end = (int) Math.min(text.length(), at + length);
        // A length near 2^63 overflows, and is too long all the same.
        end = at + length < 0 ? text.length() : end;
        content.append(text, at, end);
        boolean isWhole = end - at == length;
        at = end;
        require(isWhole, "content is cut off");
    }

    private static String trim(String value) {
        return value.replaceAll("^[ \\t]+|[ \\t]+$", "");
    }

    private static void require(boolean right, String what) throws Refused {
        if (!right) {
            throw new Refused(what);
        }
    }

    @Override
    public String toString() {
        return "at " + at + " of " + Arrays.toString(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
