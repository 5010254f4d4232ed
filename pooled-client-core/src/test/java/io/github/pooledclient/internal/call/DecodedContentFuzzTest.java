// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.pooledclient.internal.call.DecodedContent.Coding;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;

/** Compressed content, whatever the bytes are, however they come, and with however much room they are read. */
class DecodedContentFuzzTest {

    // What unfolds into more is compared up to here.
    private static final int ENOUGH = 100_000;

    /** As far as it came. */
    private record Outcome(String content, boolean hasFailed) {

        static Outcome of(ByteArrayOutputStream content, boolean hasFailed) {
            return new Outcome(content.toString(StandardCharsets.ISO_8859_1), hasFailed);
        }

        boolean isCutShort() {
            return content.length() == ENOUGH;
        }
    }

    @FuzzTest
    void gzipIsWhatItsMembersHold(byte[] bytes) {
        check(bytes, Coding.GZIP);
    }

    @FuzzTest
    void deflateIsWhatItHoldsWithOrWithoutItsFrame(byte[] bytes) {
        check(bytes, Coding.DEFLATE);
    }

    /**
     * Bytes of gzip that were right before, because fuzzing finds no checksum: the first bytes say how it was made and what
     * happened to it, the others are its content.
     */
    @FuzzTest
    void gzipThatWasDamagedIsNeverTakenForWhole(byte[] bytes) throws IOException {
        if (bytes.length < 6) {
            return;
        }
        byte[] content = Arrays.copyOfRange(bytes, 6, bytes.length);
        int middle = (bytes[0] & 0xff) % (content.length + 1);
        byte[] whole = join(
                gzip(Arrays.copyOf(content, middle), bytes[1]),
                gzip(Arrays.copyOfRange(content, middle, content.length), bytes[2]));
        assertThat(read(whole, Coding.GZIP, () -> 100, 100))
                .isEqualTo(new Outcome(new String(content, StandardCharsets.ISO_8859_1), false));
        assertThat(new GZIPInputStream(new ByteArrayInputStream(whole)).readAllBytes())
                .isEqualTo(content);

        int place = (((bytes[3] & 0xff) << 8) | (bytes[4] & 0xff)) % whole.length;
        byte[] damaged = whole.clone();
        damaged[place] ^= bytes[5];
        check(damaged, Coding.GZIP);
        check(Arrays.copyOf(whole, place), Coding.GZIP);
    }

    private static void check(byte[] bytes, Coding coding) {
        Outcome whole = read(bytes, coding, () -> Integer.MAX_VALUE, 8192);
        SplittableRandom random = new SplittableRandom(Arrays.hashCode(bytes));

        assertSame(read(bytes, coding, () -> 1, 100), whole);
        assertSame(read(bytes, coding, () -> 1 + random.nextInt(40), 1 + random.nextInt(50)), whole);
        assertSame(whole, Reference.decode(bytes, coding));
    }

    private static void assertSame(Outcome one, Outcome other) {
        if (!one.hasFailed() && !other.hasFailed()) {
            assertThat(one.content()).isEqualTo(other.content());
            return;
        }
        assertThat(one.hasFailed() || one.isCutShort()).isEqualTo(other.hasFailed() || other.isCutShort());
        // Where an inflater finds damage, it keeps to itself what it has inflated on the way there.
        assertThat(one.content().startsWith(other.content()) || other.content().startsWith(one.content()))
                .as("'%s' and '%s' begin alike", one.content(), other.content())
                .isTrue();
    }

    private static Outcome read(byte[] bytes, Coding coding, IntSupplier segments, int room) {
        Arriving coded = new Arriving(ByteBuffer.wrap(bytes), segments);
        DecodedContent decoded = new DecodedContent(coded, coding, 0);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        ByteBuffer into = ByteBuffer.allocate(room);
        try {
            while (content.size() < ENOUGH && decoded.read(into.clear()) >= 0) {
                assertThat(into.position()).isPositive();
                content.write(into.array(), 0, Math.min(into.position(), ENOUGH - content.size()));
            }
            return Outcome.of(content, false);
        } catch (IOException e) {
            return Outcome.of(content, true);
        } finally {
            decoded.close();
        }
    }

    private record Arriving(ByteBuffer bytes, IntSupplier segments) implements ResponseContent {

        @Override
        public int read(ByteBuffer into) {
            if (!bytes.hasRemaining()) {
                return -1;
            }
            int count = Math.min(Math.min(bytes.remaining(), into.remaining()), segments.getAsInt());
            into.put(bytes.slice().limit(count));
            bytes.position(bytes.position() + count);
            return count;
        }

        @Override
        public long remaining() {
            return -1;
        }

        @Override
        public int available() {
            return bytes.remaining();
        }

        @Override
        public void close() {}

        @Override
        public void lost() {}

        @Override
        public void cancel() {}
    }

    /** Decodes what is here as a whole. */
    private static final class Reference {

        private final ByteBuffer bytes;
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();

        private Reference(byte[] bytes) {
            this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }

        static Outcome decode(byte[] bytes, Coding coding) {
            Reference reference = new Reference(bytes);
            boolean isWhole = coding == Coding.GZIP ? reference.gzip() : reference.deflate();
            return Outcome.of(reference.content, !isWhole);
        }

        // RFC 1952, 2.2
        private boolean gzip() {
            while (bytes.hasRemaining()) {
                int start = content.size();
                if (!header() || !inflate(true)) {
                    return false;
                }
                if (content.size() == ENOUGH) {
                    return true;
                }
                CRC32 checksum = new CRC32();
                checksum.update(content.toByteArray(), start, content.size() - start);
                if (bytes.remaining() < 8
                        || bytes.getInt() != (int) checksum.getValue()
                        || bytes.getInt() != content.size() - start) {
                    return false;
                }
            }
            return true;
        }

        // RFC 1952, 2.3
        private boolean header() {
            try {
                boolean isGzip = bytes.getShort() == (short) 0x8b1f && bytes.get() == 8;
                int flags = bytes.get();
                bytes.getInt();
                bytes.getShort();
                if ((flags & 4) != 0) {
                    bytes.get(new byte[bytes.getShort() & 0xffff]);
                }
                for (int texts = Integer.bitCount(flags & 0x18); texts > 0; texts--) {
                    while (bytes.get() != 0) {
                        // Up to the end of a name or a comment.
                    }
                }
                if ((flags & 2) != 0) {
                    bytes.getShort();
                }
                return isGzip && (flags & 0xe0) == 0;
            } catch (BufferUnderflowException e) {
                return false;
            }
        }

        // RFC 1950, or RFC 1951 alone, which no server says, but some send
        private boolean deflate() {
            if (!bytes.hasRemaining()) {
                return true;
            }
            int first = bytes.get(0) & 0xff;
            boolean isFramed = first % 16 == 8 && first < 0x80;
            return inflate(!isFramed) && (!bytes.hasRemaining() || content.size() == ENOUGH);
        }

        private boolean inflate(boolean bare) {
            Inflater inflater = new Inflater(bare);
            try {
                inflater.setInput(bytes);
                byte[] piece = new byte[1000];
                int count = -1;
                while (!inflater.finished() && count != 0 && content.size() < ENOUGH) {
                    count = inflater.inflate(piece);
                    content.write(piece, 0, Math.min(count, ENOUGH - content.size()));
                }
                return inflater.finished() || content.size() == ENOUGH;
            } catch (DataFormatException e) {
                return false;
            } finally {
                inflater.end();
            }
        }
    }

    /** A member with what the bits of a number ask for. */
    private static byte[] gzip(byte[] content, int how) {
        ByteArrayOutputStream member = new ByteArrayOutputStream();
        member.writeBytes(new byte[] {0x1f, (byte) 0x8b, 8, (byte) (how & 0x1e), 0, 0, 0, 0, 0, 3});
        if ((how & 4) != 0) {
            member.writeBytes(new byte[] {3, 0, 'a', 'b', 'c'});
        }
        if ((how & 8) != 0) {
            member.writeBytes(new byte[] {'n', 'a', 'm', 'e', 0});
        }
        if ((how & 16) != 0) {
            member.write(0);
        }
        if ((how & 2) != 0) {
            CRC32 checksum = new CRC32();
            checksum.update(member.toByteArray());
            member.write((int) checksum.getValue());
            member.write((int) checksum.getValue() >> 8);
        }
        Deflater deflater = new Deflater((how & 0x20) != 0 ? 0 : (how & 0x40) != 0 ? 9 : 6, true);
        deflater.setInput(content);
        deflater.finish();
        byte[] piece = new byte[1000];
        while (!deflater.finished()) {
            member.write(piece, 0, deflater.deflate(piece));
        }
        deflater.end();
        CRC32 checksum = new CRC32();
        checksum.update(content);
        member.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) checksum.getValue())
                .putInt(content.length)
                .array());
        return member.toByteArray();
    }

    private static byte[] join(byte[] one, byte[] other) {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(one);
        both.writeBytes(other);
        return both.toByteArray();
    }
}
