// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.pooledclient.MessageLimits;
import io.github.pooledclient.internal.buffer.BufferPool;
import io.github.pooledclient.internal.http.Fields;
import io.github.pooledclient.internal.http.ResponseHead;
import io.github.pooledclient.internal.http1.ReferenceReader.Field;
import io.github.pooledclient.internal.http1.ReferenceReader.Refused;
import io.github.pooledclient.internal.wire.WireInput;
import io.github.pooledclient.testing.SegmentedTransport;
import io.github.pooledclient.testing.SegmentedTransport.Cut;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Heads of responses, whatever the bytes are and however they come. */
class ResponseHeadFuzzTest {

    // So small that fuzzing gets over them.
    static final MessageLimits LIMITS = MessageLimits.builder()
            .maxResponseHeadSize(400)
            .maxResponseFields(6)
            .maxTrailerSize(100)
            .maxChunkExtensionSize(40)
            .maxInterimResponses(3)
            .maxDrainSize(100)
            .drainTimeout(Duration.ofHours(1))
            .build();

    private final BufferPool buffers = new BufferPool(256, 4, ByteBuffer::allocate);

    /** What became of some bytes: a head, with what stands behind it, or a failure. */
    private record Outcome(
            int minorVersion,
            int status,
            List<Field> fields,
            String rest,
            @Nullable String failure) {

        static Outcome of(IOException failure) {
            // A status line that is wrong is refused with as much of it as has come.
            String message = String.valueOf(failure.getMessage());
            String stable = message.startsWith("response must begin") ? message.replaceAll(": '.*", "") : message;
            return new Outcome(0, 0, List.of(), "", failure.getClass().getName() + ": " + stable);
        }
    }

    @FuzzTest
    void headIsWhatTheGrammarSaysInWhateverSegmentsItComes(byte[] bytes) {
        Outcome whole = read(bytes, Cut.NOWHERE);

        assertThat(read(bytes, Cut.EVERYWHERE)).isEqualTo(whole);
        assertThat(read(bytes, Cut.SOMEWHERE)).isEqualTo(whole);
        ReferenceReader reference = new ReferenceReader(bytes, LIMITS);
        try {
            ReferenceReader.Head head = reference.head();
            assertThat(whole)
                    .isEqualTo(new Outcome(head.minorVersion(), head.status(), head.fields(), reference.rest(), null));
        } catch (Refused e) {
            assertThat(whole.failure()).as(e.getMessage()).isNotNull();
        }
    }

    private Outcome read(byte[] bytes, Cut cut) {
        SegmentedTransport transport = new SegmentedTransport(cut.of(bytes)).send(bytes);
        WireInput input = new WireInput(transport, buffers);
        try {
            ResponseHead head = new ResponseHeadReader().read(input, LIMITS);
            return new Outcome(head.minorVersion(), head.statusCode(), fields(head.fields()), rest(input), null);
        } catch (IOException e) {
            // Not more than a buffer beyond the limit.
            assertThat(bytes.length - transport.unread()).isLessThanOrEqualTo((int) LIMITS.maxResponseHeadSize() + 256);
            return Outcome.of(e);
        } finally {
            input.discard();
        }
    }

    private static List<Field> fields(Fields fields) {
        return IntStream.range(0, fields.size())
                .mapToObj(i -> new Field(fields.name(i), fields.value(i)))
                .toList();
    }

    private static String rest(WireInput input) throws IOException {
        StringBuilder rest = new StringBuilder();
        for (int b = input.read(); b >= 0; b = input.read()) {
            rest.append((char) b);
        }
        return rest.toString();
    }
}
