// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A request as the strictest of servers reads it: by the grammar of RFC 9112 and nothing beside it. What the fuzz tests
 * compare with.
 *
 * @param fields name and value in turn, as they were written
 */
public record ReferenceRequest(String method, String target, List<Field> fields, String content) {

    public record Field(String name, String value) {}

    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final Pattern REQUEST_LINE =
            Pattern.compile("(" + TOKEN + ") ([\\x21\\x22\\x24-\\x7e]+) HTTP/1\\.1");
    private static final Pattern FIELD = Pattern.compile("(" + TOKEN + "): ([\\x21-\\x7e\\x80-\\xff]"
            + "(?:[\\t\\x20-\\x7e\\x80-\\xff]*[\\x21-\\x7e\\x80-\\xff])?)?");
    private static final Pattern CHUNK = Pattern.compile("([0-9a-fA-F]{1,8})\\r\\n");

    /**
     * The requests that these bytes are.
     *
     * @throws AssertionError if they are anything else
     */
    public static List<ReferenceRequest> all(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        List<ReferenceRequest> requests = new ArrayList<>();
        while (!text.isEmpty()) {
            int end = text.indexOf("\r\n\r\n");
            require(end >= 0, "no end of a head", text);
            List<String> lines = List.of(text.substring(0, end).split("\r\n", -1));
            Matcher requestLine = REQUEST_LINE.matcher(lines.get(0));
            require(requestLine.matches(), "request line", text);
            ReferenceRequest head = new ReferenceRequest(
                    requestLine.group(1), requestLine.group(2), fields(lines.subList(1, lines.size())), "");
            String behind = text.substring(end + 4);
            StringBuilder content = new StringBuilder();
            text = head.takeContent(behind, content);
            requests.add(new ReferenceRequest(head.method, head.target, head.fields, content.toString()));
        }
        return requests;
    }

    private static List<Field> fields(List<String> lines) {
        List<Field> fields = new ArrayList<>();
        for (String line : lines) {
            Matcher field = FIELD.matcher(line);
            require(field.matches(), "field line", line);
            fields.add(new Field(field.group(1), field.group(2) == null ? "" : field.group(2)));
        }
        return fields;
    }

    /** The values of all fields of a name. */
    public List<String> values(String name) {
        return fields.stream()
                .filter(field -> field.name.equalsIgnoreCase(name))
                .map(Field::value)
                .toList();
    }

    /** Returns what is behind the content (RFC 9112, 6.3). */
    private String takeContent(String text, StringBuilder content) {
        List<String> lengths = values("Content-Length");
        List<String> codings = values("Transfer-Encoding");
        require(lengths.size() + codings.size() <= 1, "more than one framing", lengths + " and " + codings);
        require(values("Host").size() == 1, "Host", fields.toString());
        if (!codings.isEmpty()) {
            require(codings.get(0).equals("chunked"), "coding", codings.get(0));
            return takeChunks(text, content);
        }
        int length = lengths.isEmpty() ? 0 : Integer.parseInt(lengths.get(0));
        require(text.length() >= length, "content that is cut off", text);
        content.append(text, 0, length);
        return text.substring(length);
    }

    private static String takeChunks(String text, StringBuilder content) {
        int at = 0;
        while (true) {
            Matcher chunk = CHUNK.matcher(text).region(at, text.length());
            require(chunk.lookingAt(), "chunk", text);
            int size = Integer.parseInt(chunk.group(1), 16);
            int end = chunk.end() + size;
            require(text.startsWith("\r\n", end), "end of a chunk", text);
            content.append(text, chunk.end(), end);
            at = end + 2;
            if (size == 0) {
                return text.substring(at);
            }
        }
    }

    private static void require(boolean right, String what, String text) {
        if (!right) {
            throw new AssertionError("not the grammar's " + what + ": " + text);
        }
    }
}
