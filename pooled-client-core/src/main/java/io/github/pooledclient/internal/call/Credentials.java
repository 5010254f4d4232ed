// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import java.net.PasswordAuthentication;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Who asks, in the words of a scheme that a server or proxy has asked for. Safe for use by several threads. */
interface Credentials {

    /** The value of the field for one request. */
    String authorization(String method, String target);

    /** Whether these were made of the same name and password: to send them again after they were refused is in vain. */
    boolean areOf(PasswordAuthentication login);

    /** Name and password in the clear (RFC 7617). */
    record Basic(String value, PasswordAuthentication login) implements Credentials {

        /** Null if the scheme has no way to say it: a colon in the name, or what the charset does not have. */
        static @Nullable Basic of(Challenge challenge, PasswordAuthentication login) {
            if (login.getUserName().indexOf(':') >= 0) {
                return null;
            }
            String both = login.getUserName() + ":" + new String(login.getPassword());
            if (!charset(challenge).newEncoder().canEncode(both)) {
                return null;
            }
            return new Basic("Basic " + Base64.getEncoder().encodeToString(both.getBytes(charset(challenge))), login);
        }

        @Override
        public String authorization(String method, String target) {
            return value;
        }

        @Override
        public boolean areOf(PasswordAuthentication other) {
            return same(login, other);
        }

        @Override
        public String toString() {
            return "Basic";
        }
    }

    /** What a challenge asks for; without it, what has always been used. */
    static Charset charset(Challenge challenge) {
        return challenge.parameter("charset").equalsIgnoreCase("UTF-8")
                ? StandardCharsets.UTF_8
                : StandardCharsets.ISO_8859_1;
    }

    static boolean same(PasswordAuthentication one, PasswordAuthentication other) {
        return one.getUserName().equals(other.getUserName()) && Arrays.equals(one.getPassword(), other.getPassword());
    }
}
