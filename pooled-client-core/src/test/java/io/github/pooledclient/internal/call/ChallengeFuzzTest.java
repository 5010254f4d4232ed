// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.PasswordAuthentication;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Challenges, whatever a server writes into its fields, and the answers to them. */
class ChallengeFuzzTest {

    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final Pattern PARAMETER =
            Pattern.compile("(" + TOKEN + ")=(?:(" + TOKEN + ")|\"((?:[^\"\\\\]|\\\\.)*)\")");
    private static final PasswordAuthentication LOGIN =
            new PasswordAuthentication("Mufasa \"the\\lion\"", "Circle of Life".toCharArray());

    @FuzzTest
    void answerToADigestChallengeIsRightAndWellFormed(byte[] bytes) {
        // What the bytes of a field may be, its reader has seen to.
        List<String> fields = new String(bytes, StandardCharsets.ISO_8859_1)
                .replaceAll("[\\x00-\\x08\\x0b-\\x1f\\x7f]", "?")
                .lines()
                .toList();

        List<Challenge> challenges = Challenge.parse(fields);

        List<Challenge> oneByOne = new ArrayList<>();
        fields.forEach(field -> oneByOne.addAll(Challenge.parse(List.of(field))));
        assertThat(challenges).isEqualTo(oneByOne);
        for (Challenge challenge : challenges) {
            assertThat(challenge.scheme()).isEqualTo(challenge.scheme().toLowerCase(Locale.ROOT));
            assertThat(challenge.scheme()).doesNotContainPattern("[\\s,=\"]").isNotEmpty();
            if (challenge.scheme().equals("digest") && DigestCredentials.rank(challenge) >= 0) {
                assertAnswers(
                        DigestCredentials.of(challenge, LOGIN).authorization("GET", "/a\\b?\"c\""),
                        challenge,
                        "GET:/a\\b?\"c\"");
            }
        }
    }

    // RFC 7616, 3.4
    private static void assertAnswers(String answer, Challenge challenge, String methodAndTarget) {
        Map<String, String> given = parameters(answer);
        assertThat(given.keySet())
                .isSubsetOf(
                        "username", "realm", "nonce", "uri", "response", "algorithm", "opaque", "qop", "nc", "cnonce");
        assertThat(given).containsEntry("username", LOGIN.getUserName()).containsEntry("uri", "/a\\b?\"c\"");
        for (String name : List.of("realm", "nonce")) {
            assertThat(given.get(name)).isEqualTo(challenge.parameter(name));
        }
        assertThat(given.get("opaque")).isEqualTo(challenge.parameters().get("opaque"));
        assertThat(given.getOrDefault("algorithm", "")).isEqualTo(challenge.parameter("algorithm"));
        String algorithm = challenge.parameter("algorithm").toLowerCase(Locale.ROOT);
        String secret = hash(algorithm, LOGIN.getUserName(), given.get("realm"), new String(LOGIN.getPassword()));
        if (algorithm.endsWith("-sess")) {
            secret = hash(algorithm, secret, given.get("nonce"), given.get("cnonce"));
        }
        String asked = hash(algorithm, methodAndTarget);
        if (given.containsKey("qop")) {
            assertThat(challenge.parameter("qop")).isNotEmpty();
            assertThat(given.get("response"))
                    .isEqualTo(hash(
                            algorithm,
                            secret,
                            given.get("nonce"),
                            given.get("nc"),
                            given.get("cnonce"),
                            "auth",
                            asked));
        } else {
            assertThat(challenge.parameter("qop")).isEmpty();
            assertThat(given.get("response")).isEqualTo(hash(algorithm, secret, given.get("nonce"), asked));
        }
    }

    /** The parameters of an answer that is written as the grammar says, to the letter. */
    private static Map<String, String> parameters(String answer) {
        assertThat(answer).startsWith("Digest ");
        Map<String, String> parameters = new HashMap<>();
        Matcher parameter = PARAMETER.matcher(answer);
        int at = "Digest ".length();
        while (true) {
            assertThat(parameter.region(at, answer.length()).lookingAt())
                    .as("a parameter at %d of: %s", at, answer)
                    .isTrue();
            String value = parameter.group(2) != null
                    ? parameter.group(2)
                    : parameter.group(3).replaceAll("\\\\(.)", "$1");
            assertThat(parameters.put(parameter.group(1), value)).isNull();
            if (parameter.end() == answer.length()) {
                return parameters;
            }
            assertThat(answer.substring(parameter.end())).startsWith(", ");
            at = parameter.end() + 2;
        }
    }

    private static String hash(String algorithm, String... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm.startsWith("sha") ? "SHA-256" : "MD5");
            return HexFormat.of()
                    .formatHex(digest.digest(String.join(":", parts).getBytes(StandardCharsets.ISO_8859_1)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** Each byte decides about the next thing that the grammar allows (RFC 9110, 11.3). */
    @FuzzTest
    void challengesThatFollowTheGrammarAreReadAsTheyWereWritten(byte[] bytes) {
        Writer writer = new Writer(bytes);
        List<Challenge> written = new ArrayList<>();
        while (writer.hasMore()) {
            writer.separate(!written.isEmpty());
            written.add(writer.challenge());
        }

        assertThat(Challenge.parse(List.of(writer.text.toString())))
                .as(writer.text.toString())
                .isEqualTo(written);
    }

    private static final class Writer {

        private static final String TOKEN_CHARS = "abcXYZ019!#$%&'*+-.^_`|~";
        private static final String QUOTED_CHARS = "ab ,=\"\\\t;:()\u00e4";

        final StringBuilder text = new StringBuilder();
        private final byte[] bytes;
        private int at;

        Writer(byte[] bytes) {
            this.bytes = bytes;
        }

        boolean hasMore() {
            return at < bytes.length;
        }

        private int next(int bound) {
            return at < bytes.length ? (bytes[at++] & 0xff) % bound : 0;
        }

        private void blanks() {
            text.append(List.of("", "", "", " ", "\t ").get(next(5)));
        }

        void separate(boolean comma) {
            blanks();
            text.append(
                    comma
                            ? List.of(",", ",", ",,", ", ,").get(next(4))
                            : List.of("", ",").get(next(2)));
            blanks();
        }

        Challenge challenge() {
            String scheme = token();
            text.append(scheme);
            Map<String, String> parameters = new HashMap<>();
            int count = next(5);
            if (count == 4) {
                text.append(' ').append(token68());
            } else if (count > 0) {
                text.append(List.of(" ", "  ").get(next(2)));
            }
            for (int i = 0; i < count % 4; i++) {
                if (i > 0) {
                    separate(true);
                }
                parameter(parameters, i);
            }
            return new Challenge(scheme.toLowerCase(Locale.ROOT), parameters);
        }

        private void parameter(Map<String, String> parameters, int index) {
            // Each of another name, as the grammar demands.
            String name = token() + index;
            text.append(name);
            blanks();
            text.append('=');
            blanks();
            String value = next(2) == 0 ? quoted() : token();
            if (text.charAt(text.length() - 1) != '"') {
                text.append(value);
            }
            parameters.put(name.toLowerCase(Locale.ROOT), value);
        }

        private String token() {
            StringBuilder token = new StringBuilder();
            for (int left = 1 + next(4); left > 0; left--) {
                token.append(TOKEN_CHARS.charAt(next(TOKEN_CHARS.length())));
            }
            return token.toString();
        }

        private String token68() {
            return List.of("a", "basic", "YII", "a/b+c", "a=", "YII==", "1234====")
                    .get(next(7));
        }

        private String quoted() {
            StringBuilder value = new StringBuilder();
            text.append('"');
            for (int left = next(6); left > 0; left--) {
                char c = QUOTED_CHARS.charAt(next(QUOTED_CHARS.length()));
                value.append(c);
                text.append(c == '"' || c == '\\' || next(4) == 0 ? "\\" : "").append(c);
            }
            text.append('"');
            return value.toString();
        }
    }
}
