// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AsciiTest {

    @Test
    void tokensHaveTheCharactersOfRfc9110Section562() {
        String allowed = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

        for (char c = 0; c < 0x400; c++) {
            assertThat(Ascii.isToken(c)).as("U+%04X", (int) c).isEqualTo(allowed.indexOf(c) >= 0);
        }
    }

    @Test
    void emptyTextIsNoToken() {
        assertThat(Ascii.isToken("")).isFalse();
        assertThat(Ascii.isToken("a b")).isFalse();
        assertThat(Ascii.isToken("X-Name")).isTrue();
    }

    @Test
    void fieldValuesHaveNoControlsButTabAndFitIntoBytes() {
        for (char c = 0; c < 0x400; c++) {
            boolean allowed = c == '\t' || (c >= ' ' && c < 0x7f) || (c >= 0x80 && c <= 0xff);

            assertThat(Ascii.isFieldValue(c)).as("U+%04X", (int) c).isEqualTo(allowed);
        }
    }

    @Test
    void charactersThatEndInTheByteOfALineFeedAreNoFieldValues() {
        assertThat(Ascii.isFieldValue('\u010a')).isFalse();
        assertThat(Ascii.isFieldValue('\u560d')).isFalse();
    }

    @Test
    void lineIsOneByteForEachCharacterAndItsEnd() {
        assertThat(Ascii.line("X-Name: \u00fc"))
                .asString(StandardCharsets.ISO_8859_1)
                .isEqualTo("X-Name: \u00fc\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\rb", "a\nb", "a\0b", "a\u007fb", "\u010a", "\u560d\u560a", "\u20ac"})
    void lineThatWouldBeTwoIsRefused(String text) {
        assertThatThrownBy(() -> Ascii.line(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void hexDigitsAreOfEitherCase() {
        for (int b = -1; b < 256; b++) {
            int value = b < 0 ? -1 : Character.digit(b < 0x80 ? (char) b : ' ', 16);

            assertThat(Ascii.hexDigit(b)).as("0x%02x", b).isEqualTo(value);
        }
    }
}
