// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FieldRulesTest {

    @ParameterizedTest
    @ValueSource(strings = {"GET", "patch", "M-SEARCH", "!#$%&'*+-.^_`|~"})
    void methodsAreTokens(String method) {
        assertThatCode(() -> FieldRules.checkMethod(method)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "GET ", "GET /", "GET\r\n", "G\0T", "GÉT", "G:T"})
    void whatIsNoTokenIsNoMethod(String method) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FieldRules.checkMethod(method))
                .withMessageStartingWith("method must be a token");
    }

    @ParameterizedTest
    @CsvSource({
        "http://a.example, /",
        "http://a.example/, /",
        "http://a.example?q=1, /?q=1",
        "http://a.example/a/b?q=1&r=%20, /a/b?q=1&r=%20",
        "http://user:secret@a.example/a, /a",
        "http://a.example/a#fragment, /a",
        "http://a.example/a?q#fragment, /a?q",
        "http://a.example/a?, /a?",
        "http://a.example//b, //b",
        "http://a.example/%0d%0aX, /%0d%0aX",
        "http://a.example/ü?é, /%C3%BC?%C3%A9",
        "http://[::1]:8080/a, /a",
    })
    void targetIsPathAndQuery(URI uri, String target) {
        assertThat(FieldRules.target(uri)).isEqualTo(target);
    }

    @Test
    void whatIsCheckedIsWhatIsSentHoweverOftenARequestChanges() {
        RequestHead head = FieldRules.checkedHead(new ChangingRequest(), null);

        assertThat(head.caller().map()).containsOnlyKeys("first");
        assertThat(head.target()).isEqualTo("/1");
        assertThat(head.origin().host()).isEqualTo("h1");
    }

    @Test
    void halfOfASurrogatePairIsNoTarget() {
        assertThatIllegalArgumentException().isThrownBy(() -> FieldRules.target(URI.create("http://a.example/\ud800")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/a b", "/a\r\nX: y", "/a\0", "/a\tb", "/\u007f", "/ü", "/a#b"})
    void targetsHaveVisibleAsciiOnly(String target) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FieldRules.checkTarget(target))
                .withMessageStartingWith("target must not");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a:", "a\r\n", "a\0", "ä", "(a)", "a/b"})
    void whatIsNoTokenIsNoFieldName(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FieldRules.checkName(name))
                .withMessageStartingWith("field name must be a token");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a\rb", "a\nb", "a\0b", "a\u0001b", "a\u007fb", "a\u0100b", "\u560d\u560aX: y", "\ud83d\ude00"})
    void valuesWithWhatTheGrammarForbidsAreRefusedByName(String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FieldRules.check(fields("X-Name", value), 0))
                .withMessageContaining("'X-Name'");
    }

    @Test
    void messageShowsTheValueWithoutItsControls() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FieldRules.checkValue("X-Name", "a\r\nEvil: 1"))
                .withMessage("field 'X-Name' must not contain CR, as at index 1 (RFC 9110, 5.5): 'a\\r\\nEvil: 1'");
    }

    @Test
    void messageDoesNotShowCredentials() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FieldRules.checkValue("authorization", "Bearer secret\n"))
                .withMessage("field 'authorization' must not contain LF, as at index 13 (RFC 9110, 5.5)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " a ", "a\tb", "ü", "\u00ff", "a: b", "\"quoted\", (comment)"})
    void otherValuesPass(String value) {
        assertThatCode(() -> FieldRules.check(fields("X-Name", value), 0)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Content-Length    | 5              | 5  | the length of the content",
                "content-length    | 0              | 0  | no content at all",
                "Host              | b.example:8080 | 0  | RFC 9110, 7.2",
                "Host              | [::1]:80       | 0  | RFC 9110, 7.2",
                "Host              | a_b.example:   | 0  | RFC 3986, 3.2.2 and 3.2.3",
                "Connection        | close          | 0  | RFC 9112, 9.6",
                "Connection        | Keep-Alive     | 0  | for servers of HTTP/1.0",
                "Connection        | keep-alive, close | 0 | close wins",
                "TE                | trailers       | 0  | RFC 9110, 10.1.4",
                "Expect            | 100-Continue   | 5  | RFC 9110, 10.1.1",
                "Keep-Alive        | timeout=5      | 0  | not sent, and no harm",
                "Proxy-Connection  | keep-alive     | 0  | not sent, and no harm",
            })
    void fieldsOfTheConnectionMaySayWhatWeSay(String name, String value, long length, String why) {
        assertThat(FieldRules.isOurs(name)).isTrue();
        assertThatCode(() -> FieldRules.check(fields(name, value), length))
                .as(why)
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Content-Length    | 6          | 5  | another length than the content's",
                "Content-Length    | 5          | -1 | content of unknown length leaves in chunks",
                "Content-Length    | +5         | 5  | RFC 9110, 8.6",
                "Content-Length    | 5, 5       | 5  | RFC 9110, 8.6",
                "Transfer-Encoding | chunked    | -1 | RFC 9112, 6.1",
                "Transfer-Encoding | gzip       | 5  | RFC 9112, 6.1",
                "Host              | ''         | 0  | RFC 9110, 7.2",
                "Host              | a, b       | 0  | RFC 9110, 7.2",
                "Host              | u@a        | 0  | RFC 9110, 4.2.4",
                "Host              | a/b        | 0  | RFC 9110, 7.2",
                "Host              | a:b:80     | 0  | RFC 9110, 7.2: two ports",
                "Host              | a:x        | 0  | RFC 3986, 3.2.3: port of letters",
                "Host              | :80        | 0  | RFC 9110, 4.2.1: no host",
                "Host              | ::1        | 0  | RFC 3986, 3.2.2: address without brackets",
                "Host              | [::1       | 0  | RFC 3986, 3.2.2",
                "Host              | a[::1]     | 0  | RFC 3986, 3.2.2",
                "Host              | [::1%eth0] | 0  | RFC 6874, 4: zones mean nothing to others",
                "Connection        | upgrade    | 0  | RFC 9110, 7.8",
                "Connection        | close, X-A | 0  | RFC 9110, 7.6.1",
                "Connection        | ''         | 0  | RFC 9110, 7.6.1",
                "TE                | gzip       | 0  | RFC 9110, 10.1.4",
                "Trailer           | X-A        | -1 | RFC 9110, 6.6.2",
                "Upgrade           | h2c        | 0  | RFC 9110, 7.8",
                "HTTP2-Settings    | AAMAAABk   | 0  | RFC 7540, 3.2.1",
                "Expect            | miracles   | 5  | RFC 9110, 10.1.1",
            })
    void fieldsOfTheConnectionMustNotSayAnythingElse(String name, String value, long length, String rfc) {
        assertThatIllegalArgumentException()
                .as(rfc)
                .isThrownBy(() -> FieldRules.check(fields(name, value), length))
                .withMessageContaining("'" + name.toLowerCase(Locale.ROOT) + "'");
    }

    @Test
    void hostMustNotBeSetTwice() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FieldRules.check(fields("Host", "a", "b"), 0))
                .withMessage("field 'host' must not be set 2 times");
    }

    @Test
    void ordinaryFieldsAreNotOurs() {
        for (String name : List.of("Accept", "Cookie", "Authorization", "X-TE", "Content-Type", "User-Agent")) {
            assertThat(FieldRules.isOurs(name)).as(name).isFalse();
        }
    }

    @Property
    void fieldThatPassesCannotEndItsLine(@ForAll String name, @ForAll String value) {
        try {
            FieldRules.checkName(name);
            FieldRules.checkValue(name, value);
        } catch (IllegalArgumentException e) {
            return;
        }

        assertThat(name + value).matches("[\\t\\x20-\\x7e\\x80-\\xff]*");
    }

    @Test
    void headOfARequestIsChecked() {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://user@a.example:8080/p?q#f"))
                .header("X-Name", "value")
                .expectContinue(true)
                .POST(BodyPublishers.ofString("hello"))
                .build();

        RequestHead head = FieldRules.checkedHead(request, null);

        assertThat(head.method()).isEqualTo("POST");
        assertThat(head.origin()).hasToString("http://a.example:8080");
        assertThat(head.target()).isEqualTo("/p?q");
        assertThat(head.caller().map()).containsOnlyKeys("X-Name");
        assertThat(head.added()).isNull();
        assertThat(head.expectContinue()).isTrue();
    }

    private static HttpHeaders fields(String name, String... values) {
        return HttpHeaders.of(Map.of(name, Arrays.asList(values)), (n, v) -> true);
    }
}
