// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.testing.ScriptedTransport;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class UntilCloseInputTest {

    private final ScriptedTransport script =
            new ScriptedTransport().answer("hello").end();
    private final ByteBuffer into = ByteBuffer.allocate(10);

    @Test
    void cleanEndIsTheEndOfTheContent() throws IOException {
        UntilCloseInput body = new UntilCloseInput(Wire.input(script), () -> true);

        assertThat(body.read(into)).isEqualTo(5);
        assertThat(body.isAtEnd()).isFalse();
        assertThat(body.read(into)).isEqualTo(-1);
        assertThat(body.isAtEnd()).isTrue();
        assertThat(body.read(into)).isEqualTo(-1);
    }

    @Test
    void endWithoutCloseNotifyIsATruncation() throws IOException {
        UntilCloseInput body = new UntilCloseInput(Wire.input(script), () -> false);

        assertThat(body.read(into)).isEqualTo(5);

        assertThatThrownBy(() -> body.read(into))
                .isInstanceOf(EOFException.class)
                .hasMessageContaining("RFC 9112, 9.8");
        assertThat(body.isAtEnd()).isFalse();
    }
}
