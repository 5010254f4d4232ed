// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.PasswordAuthentication;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DigestCredentialsTest {

    @ParameterizedTest
    @CsvSource({
        "SHA-256, 0",
        "sha-256-sess, 1",
        "MD5, 2",
        "md5-SESS, 3",
        "'', 2",
        "SHA-512-256, -1",
        "SHA-256-SE\u00df, -1",
        "MD5x, -1",
    })
    void strongerAlgorithmIsPreferredAndAnUnknownOneNotAnswered(String algorithm, int rank) {
        Challenge challenge = new Challenge("digest", Map.of("nonce", "n", "qop", "auth", "algorithm", algorithm));

        assertThat(DigestCredentials.rank(challenge)).isEqualTo(rank);
    }

    @ParameterizedTest
    @CsvSource({
        "MD5, '', 2, 'RFC 2617, 3.2.2.1: as of old'",
        "MD5-sess, '', -1, 'RFC 2617, 3.2.2: without qop there is no place for a cnonce'",
        "MD5-sess, auth, 3, 'RFC 7616, 3.4.2'",
        "MD5, 'auth-int, AUTH', 2, 'RFC 7616, 3.3'",
        "MD5, auth-int, -1, 'RFC 7616, 3.3: content would be digested before it is sent'",
    })
    void protectionThatIsAskedForMustBeOneThatThereIs(String algorithm, String qop, int rank, String rfc) {
        Challenge challenge = new Challenge("digest", Map.of("nonce", "n", "qop", qop, "algorithm", algorithm));

        assertThat(DigestCredentials.rank(challenge)).as(rfc).isEqualTo(rank);
    }

    @Test
    void algorithmOfNothingIsNotRepeated() {
        Challenge challenge = new Challenge("digest", Map.of("realm", "r", "nonce", "n", "algorithm", ""));

        DigestCredentials credentials =
                DigestCredentials.of(challenge, new PasswordAuthentication("user", "secret".toCharArray()));

        assertThat(credentials.authorization("GET", "/")).doesNotContain("algorithm");
    }
}
