// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.internal.buffer.BufferPool;
import io.github.pooledclient.testing.ScriptedTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireOutputTest {

    private final BufferPool pool = new BufferPool(16, 1, ByteBuffer::allocate);

    @Test
    void whatIsPutLeavesInOneWrite() throws IOException {
        ScriptedTransport transport = new ScriptedTransport().expect("GET /\r\n\u00fc");
        WireOutput output = new WireOutput(transport, pool);

        output.text("GET");
        output.put(new byte[] {' ', '/'});
        output.endLine();
        output.text("\u00fc");
        output.flush();

        assertThat(transport.writes()).isEqualTo(1);
        assertThat(transport.isDone()).isTrue();
    }

    @Test
    void whatIsLargerThanTheBufferIsPutInPieces() throws IOException {
        String text = "text that is longer than a buffer is; ";
        String constant = "and a constant that is longer than two of them";
        ScriptedTransport transport = new ScriptedTransport().expect("GET " + text + constant);
        WireOutput output = new WireOutput(transport, pool);

        output.text("GET ");
        output.text(text);
        output.put(constant.getBytes(StandardCharsets.ISO_8859_1));
        output.flush();

        assertThat(transport.isDone()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\rb", "a\nb", "a\0b", "a\u007fb", "\u010a", "\u560d\u560a", "\u20ac"})
    void textThatWouldBreakALineIsRefused(String text) {
        WireOutput output = new WireOutput(new ScriptedTransport(), pool);

        assertThatThrownBy(() -> output.text(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Property
    void lastByteStaysUntilFlush(@ForAll @Size(max = 8) List<@IntRange(max = 70) Integer> sizes) throws IOException {
        int total = sizes.stream().mapToInt(Integer::intValue).sum();
        ScriptedTransport transport = new ScriptedTransport().swallow(total);
        WireOutput output = new WireOutput(transport, pool);
        StringBuilder expected = new StringBuilder();

        for (int size : sizes) {
            String piece = "x".repeat(size);
            expected.append(piece);
            output.write(ByteBuffer.wrap(piece.getBytes(StandardCharsets.ISO_8859_1)));
            assertThat(transport.written().length()).isLessThan(Math.max(1, expected.length()));
        }
        output.flush();

        assertThat(transport.written()).isEqualTo(expected.toString());
    }

    @Test
    void refusedWriteThatAcceptedNothingHasSentNothing() throws IOException {
        WireOutput output = new WireOutput(new ScriptedTransport().refuseWrites(), pool);
        output.text("GET");

        assertThatThrownBy(output::flush).hasMessage("Broken pipe");

        assertThat(output.hasSent()).isFalse();
        assertThat(output.hasFailed()).isTrue();
    }

    @Test
    void refusedWriteThatAcceptedAByteHasSentSomething() throws IOException {
        WireOutput output = new WireOutput(new ScriptedTransport().swallow(1).refuseWrites(), pool);
        output.text("GET");

        assertThatThrownBy(output::flush).hasMessage("Broken pipe");

        assertThat(output.hasSent()).isTrue();
    }

    @Test
    void nothingIsWrittenAfterAFailedWrite() throws IOException {
        ScriptedTransport transport = new ScriptedTransport().refuseWrites();
        WireOutput output = new WireOutput(transport, pool);
        output.text("GET");
        assertThatThrownBy(output::flush).hasMessage("Broken pipe");

        output.text("more");

        assertThatThrownBy(output::flush).hasMessage("an earlier write has failed");
        assertThat(transport.writes()).isEqualTo(1);
    }
}
