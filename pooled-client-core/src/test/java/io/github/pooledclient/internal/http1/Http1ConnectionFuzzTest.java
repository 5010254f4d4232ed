// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.pooledclient.MessageLimits;
import io.github.pooledclient.internal.http.Exchange;
import io.github.pooledclient.internal.http.Fields;
import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.internal.http.ResponseHead;
import io.github.pooledclient.internal.http1.ReferenceReader.Field;
import io.github.pooledclient.internal.http1.ReferenceReader.Refused;
import io.github.pooledclient.internal.net.TimedTransport;
import io.github.pooledclient.internal.time.DeadlineWatchdog;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.testing.SegmentedTransport;
import io.github.pooledclient.testing.SegmentedTransport.Cut;
import io.github.pooledclient.transport.Ticker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A connection and its exchanges, whatever the peer sends, and in whatever segments. */
class Http1ConnectionFuzzTest {

    private static final MessageLimits LIMITS = ResponseHeadFuzzTest.LIMITS;
    // Ends of parts of the input: ASCII's own, and in no head.
    private static final String SEPARATOR = "\u001c";
    // Between what arrives before the content of a request that expects 100 (Continue), and what arrives after it.
    private static final char CONTENT_SENT = '\u001d';
    private static final String CONTENT = "hello";
    private static final int ENOUGH = 3;

    /** What is done with the connection, and named by a letter. */
    private enum Step {
        GET("G", "GET"),
        HEAD("H", "HEAD"),
        POST("P", "POST"),
        EXPECT("E", "POST"),
        GET_UNREAD("g", "GET"),
        POST_UNREAD("p", "POST"),
        EXPECT_UNREAD("e", "POST"),
        /** Nothing is sent, and what arrives was not asked for. */
        WAIT("w", "");

        final String letter;
        final String method;

        Step(String letter, String method) {
            this.letter = letter;
            this.method = method;
        }

        boolean expectsContinue() {
            return this == EXPECT || this == EXPECT_UNREAD;
        }

        /** How much of the content is read. */
        int room() {
            return letter.matches("[a-z]") ? ENOUGH : Integer.MAX_VALUE;
        }

        static Step of(char letter) {
            for (Step step : values()) {
                if (step.letter.charAt(0) == letter) {
                    return step;
                }
            }
            return values()[letter % values().length];
        }
    }

    /**
     * What became of one step.
     *
     * @param head null if there is none
     * @param content as far as it came, or was read
     * @param hasFailed whether by an exception
     * @param isReusable whether the connection may be used after it
     */
    private record Outcome(@Nullable String head, String content, boolean hasFailed, boolean isReusable) {}

    /** The first part of the input names the steps; each other one is what arrives in one of them. */
    @FuzzTest
    void exchangesGetTheirOwnResponsesAndNothingElse(byte[] bytes) {
        String[] parts = new String(bytes, StandardCharsets.ISO_8859_1).split(SEPARATOR, -1);
        List<Step> steps = parts[0].chars().mapToObj(c -> Step.of((char) c)).toList();
        List<byte[]> arriving = IntStream.range(0, steps.size())
                .mapToObj(i -> i + 1 < parts.length ? parts[i + 1] : "")
                .map(text -> text.getBytes(StandardCharsets.ISO_8859_1))
                .toList();
        List<Outcome> expected = expected(steps, arriving);

        assertThat(run(steps, arriving, Cut.NOWHERE, bytes)).isEqualTo(expected);
        assertThat(run(steps, arriving, Cut.EVERYWHERE, bytes)).isEqualTo(expected);
        assertThat(run(steps, arriving, Cut.SOMEWHERE, bytes)).isEqualTo(expected);
    }

    private static List<Outcome> run(List<Step> steps, List<byte[]> arriving, Cut cut, byte[] bytes) {
        SegmentedTransport transport = new SegmentedTransport(cut.of(bytes));
        TimedTransport timed = new TimedTransport(transport, DeadlineWatchdog.shared(), Ticker.system());
        Http1Connection connection = new Http1Connection(Wire.ORIGIN, timed, timed, null, true, Ticker.system());
        List<Outcome> outcomes = new ArrayList<>();
        try {
            boolean isReusable = true;
            for (int i = 0; i < steps.size() && isReusable; i++) {
                Outcome outcome = steps.get(i) == Step.WAIT
                        ? idle(connection, transport.send(arriving.get(i)))
                        : exchange(connection, steps.get(i), answering(transport, steps.get(i), arriving.get(i)));
                isReusable = outcome.isReusable;
                outcomes.add(outcome);
            }
        } finally {
            connection.close(CloseReason.EVICTED);
        }
        return outcomes;
    }

    private static SegmentedTransport answering(SegmentedTransport transport, Step step, byte[] answer) {
        int early = early(step, answer);
        transport.answer(Arrays.copyOf(answer, early));
        return early == answer.length
                ? transport
                : transport.answer(Arrays.copyOfRange(answer, early + 1, answer.length));
    }

    /** How much of an answer arrives before the content has been sent. */
    private static int early(Step step, byte[] answer) {
        int mark = new String(answer, StandardCharsets.ISO_8859_1).indexOf(CONTENT_SENT);
        return step.expectsContinue() && mark >= 0 ? mark : answer.length;
    }

    private static Outcome idle(Http1Connection connection, SegmentedTransport transport) {
        boolean isReusable = connection.probe() == null;
        assertThat(transport.isClosed()).isFalse();
        return new Outcome(null, "", false, isReusable);
    }

    private static Outcome exchange(Http1Connection connection, Step step, SegmentedTransport transport) {
        Exchange exchange = connection.begin(Wire.limits(LIMITS));
        String head = null;
        StringBuilder content = new StringBuilder();
        boolean hasFailed = false;
        try {
            head = text(exchange.send(
                    step.expectsContinue() ? Wire.expectingContinue(step.method) : Wire.head(step.method),
                    step.method.equals("POST") ? Pieces.of(CONTENT) : RequestContent.NONE));
            readInto(content, exchange, step.room());
        } catch (IOException e) {
            hasFailed = true;
            assertThat(transport.isClosed()).as("closed at once").isTrue();
        }
        exchange.end();
        boolean isReusable = connection.unusable() == null && connection.probe() == null;
        return new Outcome(head, content.toString(), hasFailed, isReusable);
    }

    private static void readInto(StringBuilder content, Exchange exchange, int room) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(100);
        while (content.length() < room) {
            if (exchange.read(into.clear().limit(Math.min(100, room - content.length()))) < 0) {
                assertThat(exchange.remaining()).isZero();
                return;
            }
            content.append(StandardCharsets.ISO_8859_1.decode(into.flip()));
        }
    }

    private static String text(ResponseHead head) {
        Fields fields = head.fields();
        return text(
                head.minorVersion(),
                head.statusCode(),
                IntStream.range(0, fields.size())
                        .mapToObj(i -> new Field(fields.name(i), fields.value(i)))
                        .toList());
    }

    private static String text(int minorVersion, int status, List<Field> fields) {
        return "HTTP/1." + minorVersion + " " + status + " " + fields;
    }

    private static List<Outcome> expected(List<Step> steps, List<byte[]> arriving) {
        List<Outcome> outcomes = new ArrayList<>();
        int usesLeft = -1;
        boolean isReusable = true;
        for (int i = 0; i < steps.size() && isReusable; i++) {
            if (steps.get(i) == Step.WAIT) {
                isReusable = arriving.get(i).length == 0;
                outcomes.add(new Outcome(null, "", false, isReusable));
            } else {
                Expected expected = new Expected(steps.get(i), arriving.get(i), usesLeft);
                usesLeft = expected.usesLeft;
                isReusable = expected.outcome.isReusable;
                outcomes.add(expected.outcome);
            }
        }
        return outcomes;
    }

    /** What has to become of an exchange whose answer is known as a whole. */
    private static final class Expected {

        private static final Pattern HINT = Pattern.compile("[ \\t]*(timeout|max)[ \\t]*=[ \\t]*([0-9]+)[ \\t]*");

        final Outcome outcome;
        int usesLeft;

        Expected(Step step, byte[] answer, int usesLeftBefore) {
            int early = early(step, answer);
            byte[] beforeContent = Arrays.copyOf(answer, early);
            boolean sendsContent = !step.expectsContinue() || isInterim(beforeContent);
            ReferenceReader reference = new ReferenceReader(
                    sendsContent && early < answer.length ? without(answer, early) : beforeContent, LIMITS);
            String head = null;
            boolean isReusable = false;
            boolean hasFailed = false;
            usesLeft = usesLeftBefore;
            try {
                ReferenceReader.Head received = reference.finalHead();
                BodyFraming framing = ReferenceReader.framing(step.method, received);
                head = text(received.minorVersion(), received.status(), received.fields());
                hasFailed = !isWhole(reference, framing);
                boolean isLittle = reference.content().length() - step.room() <= LIMITS.maxDrainSize();
                isReusable = !hasFailed
                        && isLittle
                        && keepsOpen(received, framing)
                        && reference.rest().isEmpty()
                        && sendsContent;
            } catch (Refused e) {
                hasFailed = true;
            }
            String content = reference.content();
            if (head != null && content.length() >= step.room()) {
                // The rest is read, if at all, when it is too late to fail.
                hasFailed = false;
                content = content.substring(0, step.room());
            }
            outcome = new Outcome(head, content, hasFailed, isReusable);
        }

        private static byte[] without(byte[] bytes, int index) {
            byte[] others = Arrays.copyOf(bytes, bytes.length - 1);
            System.arraycopy(bytes, index + 1, others, index, others.length - index);
            return others;
        }

        /** Whether this is nothing but interim responses, or nothing at all. */
        private static boolean isInterim(byte[] bytes) {
            ReferenceReader reference = new ReferenceReader(bytes, LIMITS);
            try {
                while (!reference.rest().isEmpty()) {
                    int status = reference.head().status();
                    if (status >= 200 || status == 101) {
                        return false;
                    }
                }
                return true;
            } catch (Refused e) {
                return false;
            }
        }

        private static boolean isWhole(ReferenceReader reference, BodyFraming framing) {
            try {
                reference.body(framing);
                return true;
            } catch (Refused e) {
                return false;
            }
        }

        // RFC 9112, 9.3
        private boolean keepsOpen(ReferenceReader.Head head, BodyFraming framing) {
            List<String> options = head.members("Connection");
            usesLeft = Math.max(usesLeft - 1, -1);
            int fewest = hint(head, "max");
            if (fewest >= 0) {
                usesLeft = fewest;
            }
            return framing.kind() != BodyFraming.Kind.UNTIL_CLOSE
                    && head.status() != 408
                    && !options.contains("close")
                    && (head.minorVersion() == 1 || options.contains("keep-alive"))
                    && usesLeft != 0
                    && hint(head, "timeout") != 0;
        }

        /** The least number that the field gives for a word, -1 if it gives none. */
        private static int hint(ReferenceReader.Head head, String word) {
            return head.members("Keep-Alive").stream()
                    .map(HINT::matcher)
                    .filter(Matcher::matches)
                    .filter(hint -> hint.group(1).equals(word))
                    .mapToInt(hint -> hint.group(2).length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(hint.group(2)))
                    .min()
                    .orElse(-1);
        }
    }
}
