// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.pooledclient.MessageLimits;
import io.github.pooledclient.internal.buffer.BufferPool;
import io.github.pooledclient.internal.http1.ReferenceReader.Refused;
import io.github.pooledclient.internal.wire.WireInput;
import io.github.pooledclient.testing.SegmentedTransport;
import io.github.pooledclient.testing.SegmentedTransport.Cut;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Content in chunks, whatever the bytes are, however they come, and with however much room they are read. */
class ChunkedInputFuzzTest {

    private static final MessageLimits LIMITS = ResponseHeadFuzzTest.LIMITS;

    private final BufferPool buffers = new BufferPool(256, 4, ByteBuffer::allocate);

    /**
     * @param content as far as it came
     * @param rest what was left behind the end, if there was one
     */
    private record Outcome(
            String content, String rest, @Nullable String failure) {}

    @FuzzTest
    void contentIsWhatTheGrammarSaysInWhateverSegmentsItComes(byte[] bytes) {
        Outcome whole = read(bytes, Cut.NOWHERE, 1000);

        assertThat(read(bytes, Cut.EVERYWHERE, 7)).isEqualTo(whole);
        assertThat(read(bytes, Cut.SOMEWHERE, 1)).isEqualTo(whole);
        assertThat(read(bytes, Cut.SOMEWHERE, 300)).isEqualTo(whole);
        ReferenceReader reference = new ReferenceReader(bytes, LIMITS);
        try {
            reference.chunkedBody();
            assertThat(whole).isEqualTo(new Outcome(reference.content(), reference.rest(), null));
        } catch (Refused e) {
            assertThat(whole.failure()).as(e.getMessage()).isNotNull();
            assertThat(whole.content()).isEqualTo(reference.content());
        }
    }

    private Outcome read(byte[] bytes, Cut cut, int room) {
        WireInput input = new WireInput(new SegmentedTransport(cut.of(bytes)).send(bytes), buffers);
        StringBuilder content = new StringBuilder();
        try {
            ChunkedInput chunked = new ChunkedInput(input, LIMITS);
            ByteBuffer into = ByteBuffer.allocate(room);
            while (chunked.read(into.clear()) >= 0) {
                assertThat(into.position()).isPositive();
                assertThat(chunked.isAtEnd()).isFalse();
                content.append(StandardCharsets.ISO_8859_1.decode(into.flip()));
            }
            assertThat(chunked.isAtEnd()).isTrue();
            assertThat(chunked.read(into.clear())).isEqualTo(-1);
            return new Outcome(content.toString(), rest(input), null);
        } catch (IOException e) {
            return new Outcome(content.toString(), "", e.getClass().getName() + ": " + e.getMessage());
        } finally {
            input.discard();
        }
    }

    private static String rest(WireInput input) throws IOException {
        StringBuilder rest = new StringBuilder();
        for (int b = input.read(); b >= 0; b = input.read()) {
            rest.append((char) b);
        }
        return rest.toString();
    }
}
