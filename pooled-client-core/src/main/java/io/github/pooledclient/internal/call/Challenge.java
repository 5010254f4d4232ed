// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How a server or proxy wants to be told who asks (RFC 9110, 11.3).
 *
 * @param scheme in lower case
 * @param parameters by name in lower case; a token68 is left out, as no scheme we answer has one
 */
record Challenge(String scheme, Map<String, String> parameters) {

    /** A parameter, or the empty string. */
    String parameter(String name) {
        return parameters.getOrDefault(name, "");
    }

    /** The challenges of all fields, in order; what cannot be read is passed over. */
    static List<Challenge> parse(List<String> fields) {
        List<Challenge> challenges = new ArrayList<>();
        fields.forEach(field -> new Parser(field).addTo(challenges));
        return challenges;
    }

    /** Reads one field: schemes and their parameters are both separated by commas, so each word may begin either. */
    private static final class Parser {

        private final String text;
        private int at;

        Parser(String text) {
            this.text = text;
        }

        void addTo(List<Challenge> challenges) {
            Map<String, String> parameters = new HashMap<>();
            while (skipBlanks(",")) {
                String word = word();
                if (word.isEmpty()) {
                    // Not a token: whatever it is, go on behind it.
                    at++;
                    continue;
                }
                int behindWord = at;
                skipBlanks("");
                if (peek() == '=' && isParameter()) {
                    at++;
                    skipBlanks("");
                    parameters.putIfAbsent(word.toLowerCase(Locale.ROOT), value());
                } else if (at > behindWord || peek() == ',' || at == text.length()) {
                    parameters = new HashMap<>();
                    challenges.add(new Challenge(word.toLowerCase(Locale.ROOT), parameters));
                    skipToken68();
                } else {
                    at = end(",");
                }
            }
        }

        // Behind a scheme; "Negotiate basic" asks for no Basic.
        private void skipToken68() {
            int start = at;
            boolean isToken68 = !word().isEmpty();
            skipBlanks("");
            boolean isParameter = peek() == '=' && isParameter();
            at = isToken68 && !isParameter ? end(",") : start;
        }

        /** Skips blanks and others; false at the end. */
        private boolean skipBlanks(String others) {
            while (at < text.length() && (isBlank(peek()) || others.indexOf(peek()) >= 0)) {
                at++;
            }
            return at < text.length();
        }

        // "=" may also be the padding of a token68, and then nothing follows but more of it.
        private boolean isParameter() {
            int next = at + 1;
            while (next < text.length() && isBlank(text.charAt(next))) {
                next++;
            }
            return next < text.length() && text.charAt(next) != '=' && text.charAt(next) != ',';
        }

        private String value() {
            return peek() == '"' ? quoted() : word();
        }

        private String word() {
            int start = at;
            at = end(" \t,=\"");
            return text.substring(start, at);
        }

        private int end(String of) {
            int end = at;
            while (end < text.length() && of.indexOf(text.charAt(end)) < 0) {
                end++;
            }
            return end;
        }

        private String quoted() {
            StringBuilder value = new StringBuilder();
            for (at++; at < text.length() && peek() != '"'; at++) {
                if (peek() == '\\' && at + 1 < text.length()) {
                    at++;
                }
                value.append(peek());
            }
            at++;
            return value.toString();
        }

        private char peek() {
            return at < text.length() ? text.charAt(at) : 0;
        }

        private static boolean isBlank(char c) {
            return c == ' ' || c == '\t';
        }
    }
}
