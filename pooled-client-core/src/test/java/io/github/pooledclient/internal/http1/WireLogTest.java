// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WireLogTest {

    @Test
    void headIsShownAsItIsSent() {
        String head = "GET /a?b=c HTTP/1.1\r\nHost: api.example.com\r\nAccept: */*\r\n\r\n";

        assertThat(WireLog.request(head)).isEqualTo("> GET /a?b=c HTTP/1.1\n> Host: api.example.com\n> Accept: */*");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Authorization: Bearer secret            | Authorization: (redacted)",
                "authorization: Basic secret             | authorization: (redacted)",
                "PROXY-Authorization: Basic secret       | PROXY-Authorization: (redacted)",
                "Cookie: a=secret; b=secret              | Cookie: (redacted)",
                "Set-Cookie: id=secret; Path=/           | Set-Cookie: (redacted)",
                "Authentication-Info: nextnonce=\"secret\" | Authentication-Info: (redacted)",
                "Referer: https://me:secret@a.example/x  | Referer: https://(redacted)@a.example/x",
                "Link: <http://secret@a.example>, <http://secret@b.example> "
                        + "| Link: <http://(redacted)@a.example>, <http://(redacted)@b.example>",
                "X-Mail: me@example.com                  | X-Mail: me@example.com",
                "Referer: https://a.example/users/@me    | Referer: https://a.example/users/@me",
            })
    void secretsAreNot(String sent, String shown) {
        String head = "GET / HTTP/1.1\r\n" + sent + "\r\n\r\n";

        assertThat(WireLog.request(head)).isEqualTo("> GET / HTTP/1.1\n> " + shown);
    }

    @Test
    void userInformationInTheTargetIsNot() {
        String head = "GET http://me:secret@a.example/x:y HTTP/1.1\r\nHost: a.example\r\n\r\n";

        assertThat(WireLog.request(head)).startsWith("> GET http://(redacted)@a.example/x:y HTTP/1.1\n");
    }
}
