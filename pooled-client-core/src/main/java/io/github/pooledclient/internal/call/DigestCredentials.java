// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import java.net.PasswordAuthentication;
import java.net.URLEncoder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Proof of a password that does not tell it (RFC 7616), with SHA-256 or MD5. Safe for use by several threads. */
final class DigestCredentials implements Credentials {

    private static final List<String> ALGORITHMS = List.of("SHA-256", "SHA-256-SESS", "MD5", "MD5-SESS");
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Challenge challenge;
    private final PasswordAuthentication login;
    private final String algorithm;
    private final Charset charset;
    private final boolean withQop;
    private final AtomicInteger uses = new AtomicInteger();

    private DigestCredentials(Challenge challenge, PasswordAuthentication login) {
        this.challenge = challenge;
        this.login = login;
        this.algorithm = algorithm(challenge);
        this.charset = Credentials.charset(challenge);
        this.withQop = !challenge.parameter("qop").isEmpty();
    }

    /** How strong the answer to a challenge would be, the less the better; -1 if it cannot be answered. */
    static int rank(Challenge challenge) {
        return canProtect(challenge) ? ALGORITHMS.indexOf(algorithm(challenge)) : -1;
    }

    /** Null if the charset of the challenge has no way to say it. */
    static @Nullable DigestCredentials of(Challenge challenge, PasswordAuthentication login) {
        String both = login.getUserName() + new String(login.getPassword());
        return Credentials.charset(challenge).newEncoder().canEncode(both)
                ? new DigestCredentials(challenge, login)
                : null;
    }

    /** In the spelling of {@link #ALGORITHMS}; empty if it is none of them. */
    private static String algorithm(Challenge challenge) {
        String named = challenge.parameter("algorithm");
        // Not in upper case: there a sharp s would become two of the others.
        return named.isEmpty()
                ? "MD5"
                : ALGORITHMS.stream()
                        .filter(named::equalsIgnoreCase)
                        .findFirst()
                        .orElse("");
    }

    // "auth-int" alone would want the content digested before it is sent. A session needs our nonce, which an answer
    // without qop has no place for (RFC 2617, 3.2.2).
    private static boolean canProtect(Challenge challenge) {
        String qop = challenge.parameter("qop");
        return qop.isEmpty()
                ? !algorithm(challenge).endsWith("-SESS")
                : Arrays.stream(qop.split(",", -1))
                        .anyMatch(option -> option.strip().equalsIgnoreCase("auth"));
    }

    @Override
    public String authorization(String method, String target) {
        String nonce = challenge.parameter("nonce");
        String realm = challenge.parameter("realm");
        String cnonce = cnonce();
        String count = "%08x".formatted(uses.incrementAndGet());
        String secret = hash(login.getUserName() + ":" + realm + ":" + new String(login.getPassword()));
        if (algorithm.endsWith("-SESS")) {
            secret = hash(secret + ":" + nonce + ":" + cnonce);
        }
        String middle = withQop ? nonce + ":" + count + ":" + cnonce + ":auth" : nonce;
        String response = hash(secret + ":" + middle + ":" + hash(method + ":" + target));
        StringBuilder value = new StringBuilder("Digest ")
                .append(userName())
                .append(", realm=")
                .append(quoted(realm))
                .append(", nonce=")
                .append(quoted(nonce))
                .append(", uri=")
                .append(quoted(target))
                .append(", response=\"")
                .append(response)
                .append('"');
        if (!challenge.parameter("algorithm").isEmpty()) {
            value.append(", algorithm=").append(challenge.parameter("algorithm"));
        }
        if (challenge.parameters().containsKey("opaque")) {
            value.append(", opaque=").append(quoted(challenge.parameter("opaque")));
        }
        if (withQop) {
            value.append(", qop=auth, nc=")
                    .append(count)
                    .append(", cnonce=\"")
                    .append(cnonce)
                    .append('"');
        }
        return value.toString();
    }

    // RFC 7616, 3.4: a name that does not fit into a quoted string is said in the form of RFC 8187.
    private String userName() {
        String name = login.getUserName();
        if (name.chars().allMatch(c -> c < 0x80) || !charset.equals(StandardCharsets.UTF_8)) {
            return "username=" + quoted(name);
        }
        String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8);
        return "username*=UTF-8''" + encoded.replace("+", "%20").replace("*", "%2A");
    }

    private static String cnonce() {
        byte[] random = new byte[16];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    private String hash(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm.startsWith("SHA-256") ? "SHA-256" : "MD5");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(charset)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("each Java platform has to have it", e);
        }
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    @Override
    public boolean areOf(PasswordAuthentication other) {
        return Credentials.same(login, other);
    }

    @Override
    public String toString() {
        return "Digest " + algorithm;
    }

    /** The answer to a new challenge that only replaces an old nonce, or null. */
    static @Nullable DigestCredentials renewed(@Nullable Credentials old, Challenge challenge) {
        return old instanceof DigestCredentials digest
                        && challenge.parameter("stale").equalsIgnoreCase("true")
                ? of(challenge, digest.login)
                : null;
    }
}
