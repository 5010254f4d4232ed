// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.internal.buffer.BufferPool;
import io.github.pooledclient.testing.ForwardingTransport;
import io.github.pooledclient.testing.ScriptedTransport;
import io.github.pooledclient.transport.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WireInputTest {

    private final AtomicInteger allocated = new AtomicInteger();
    private final BufferPool pool = new BufferPool(8, 1, size -> {
        allocated.incrementAndGet();
        return ByteBuffer.allocate(size);
    });

    @Test
    void bytesBehindTheWantedOnesStayAvailable() throws IOException {
        WireInput input = new WireInput(new ScriptedTransport().answer("abcdef"), pool);

        ByteBuffer into = ByteBuffer.allocate(10);
        int count = input.read(into, 4);

        assertThat(count).isEqualTo(4);
        assertThat(text(into)).isEqualTo("abcd");
        assertThat(input.available()).isEqualTo(2);
        assertThat(input.read()).isEqualTo('e');
    }

    @Test
    void moreThanTheCallerHasRoomForIsReadStraightIntoHisBuffer() throws IOException {
        WireInput input = new WireInput(new ScriptedTransport().answer("x".repeat(100)), pool);

        int count = input.read(ByteBuffer.allocate(50), 100);

        assertThat(count).isEqualTo(50);
        assertThat(allocated).hasValue(0);
        assertThat(input.hasReceived()).isTrue();
    }

    @Test
    void smallPiecesAreReadTogether() throws IOException {
        AtomicInteger reads = new AtomicInteger();
        WireInput input = new WireInput(counted(new ScriptedTransport().answer("x".repeat(100)), reads), pool);

        for (int left = 100; left > 0; left -= 2) {
            assertThat(input.read(ByteBuffer.allocate(2), left)).isEqualTo(2);
        }

        // 8 bytes at a time.
        assertThat(reads).hasValue(13);
    }

    @Test
    void endThatTheCallerHasRoomForTakesTwoReads() throws IOException {
        AtomicInteger reads = new AtomicInteger();
        WireInput input = new WireInput(counted(new ScriptedTransport().answer("x".repeat(100) + "y"), reads), pool);
        ByteBuffer into = ByteBuffer.allocate(200);

        for (int left = 100; left > 0; left = 100 - into.position()) {
            input.read(into, left);
        }

        assertThat(reads).hasValue(2);
        assertThat(input.available()).isEqualTo(1);
    }

    private static Transport counted(Transport below, AtomicInteger reads) {
        return new ForwardingTransport(below) {
            @Override
            public int read(ByteBuffer into) throws IOException {
                reads.incrementAndGet();
                return super.read(into);
            }
        };
    }

    @Test
    void emptyBufferGoesBack() throws IOException {
        WireInput input = new WireInput(new ScriptedTransport().answer("ab"), pool);
        input.read(ByteBuffer.allocate(2), 2);

        input.release();

        pool.borrow();
        assertThat(allocated).hasValue(1);
    }

    @Test
    void bufferWithBytesStays() throws IOException {
        WireInput input = new WireInput(new ScriptedTransport().answer("abc"), pool);
        input.read(ByteBuffer.allocate(2), 2);

        input.release();

        assertThat(input.read()).isEqualTo('c');
    }

    @Test
    void failedReadLeavesNothingAvailable() {
        WireInput input = new WireInput(new ScriptedTransport().reset(), pool);

        assertThatThrownBy(input::fill).hasMessage("Connection reset");

        assertThat(input.available()).isZero();
        assertThat(input.hasReceived()).isFalse();
    }

    @Test
    void surplusBehindAFullBufferIsSeen() throws IOException {
        WireInput input = new WireInput(new ScriptedTransport().answer("12345678!"), pool);
        input.read(ByteBuffer.allocate(8), 8);

        assertThat(input.surplus(false)).isEqualTo(1);
    }

    @Test
    void noLookIsNeededBehindAReadThatHadMoreRoom() throws IOException {
        ScriptedTransport transport = new ScriptedTransport().answer("1234567");
        WireInput input = new WireInput(transport, pool);
        input.read(ByteBuffer.allocate(8), 7);

        assertThat(input.surplus(false)).isZero();
        assertThat(transport.looks()).isZero();
    }

    @Test
    void takenBytesCanBePutBack() throws IOException {
        WireInput input = new WireInput(new ScriptedTransport().answer("abcd"), pool);
        input.fill();

        byte[] taken = new byte[10];
        int count = input.take(taken, 0);
        input.putBack(3);

        assertThat(count).isEqualTo(4);
        assertThat(input.read()).isEqualTo('b');
    }

    @Test
    void endOfTheStreamIsMinusOne() throws IOException {
        WireInput input = new WireInput(new ScriptedTransport().end(), pool);

        assertThat(input.fill()).isFalse();
        assertThat(input.read()).isEqualTo(-1);
        assertThat(input.read(ByteBuffer.allocate(1), 1)).isEqualTo(-1);
        assertThat(input.read(ByteBuffer.allocate(1), 9)).isEqualTo(-1);
        assertThat(input.fillNow()).isEqualTo(-1);
    }

    private static String text(ByteBuffer filled) {
        return StandardCharsets.ISO_8859_1.decode(filled.flip()).toString();
    }
}
