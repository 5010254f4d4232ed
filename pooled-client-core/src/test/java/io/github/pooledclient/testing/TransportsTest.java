// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.transport.Transport;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a test may rely on of the transports in memory. */
@Timeout(60)
class TransportsTest {

    @Test
    void answerComesOnceWhatIsBeforeItWasWritten() throws IOException {
        ScriptedTransport script = new ScriptedTransport()
                .expect("ask")
                .answer("answer")
                .expect("again")
                .end();

        assertThat(script.readNow(ByteBuffer.allocate(10))).isZero();
        write(script, "as");
        assertThat(script.readNow(ByteBuffer.allocate(10))).isZero();
        write(script, "k");
        assertThat(read(script, 10)).isEqualTo("answer");
        assertThat(script.isDone()).isFalse();
        write(script, "again");

        assertThat(script.read(ByteBuffer.allocate(10))).isEqualTo(-1);
        assertThat(script.isDone()).isTrue();
        assertThat(script.written()).isEqualTo("askagain");
    }

    @Test
    void whatTheScriptDoesNotExpectFailsTheTest() {
        ScriptedTransport script = new ScriptedTransport().expect("GET /");

        assertThatThrownBy(() -> write(script, "GET x"))
                .isInstanceOf(AssertionError.class)
                .hasMessage("expected '/' at the end of: GET x");
        assertThatThrownBy(() -> write(new ScriptedTransport(), "GET"))
                .isInstanceOf(AssertionError.class)
                .hasMessage("nothing more was expected, but: GET");
    }

    @Test
    void readThatWouldHangFailsTheTest() {
        assertThatThrownBy(() -> read(new ScriptedTransport().expect("ask"), 1))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("a read would wait for ever");
    }

    @Test
    void segmentsSplitAnswersAtEachByte() throws IOException {
        ScriptedTransport script = new ScriptedTransport().answer("abc").inSegmentsOf(1);

        assertThat(read(script, 10)).isEqualTo("a");
        assertThat(read(script, 10)).isEqualTo("b");
        assertThat(script.reads()).isEqualTo(2);
    }

    @Test
    void scriptResetsAndRefuses() {
        assertThatThrownBy(() -> read(new ScriptedTransport().reset(), 1))
                .isInstanceOf(SocketException.class)
                .hasMessage("Connection reset");
        assertThatThrownBy(() -> write(new ScriptedTransport().refuseWrites(), "x"))
                .isInstanceOf(IOException.class)
                .hasMessage("Broken pipe");
    }

    @Test
    void silenceLastsUntilTheClose() throws Exception {
        ScriptedTransport script = new ScriptedTransport().silence();
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Thread reader = new Thread(() -> failure.complete(failureOf(() -> read(script, 1))));
        reader.start();

        script.close();

        assertThat(failure.get(15, TimeUnit.SECONDS)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> write(script, "x")).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void interruptEndsASilenceAsItEndsARead() {
        ScriptedTransport script = new ScriptedTransport().silence();
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> read(script, 1)).isInstanceOf(ClosedByInterruptException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(script.isClosed()).isTrue();
    }

    @Test
    void pipeCarriesBothWaysAndEnds() throws IOException {
        PipeTransport one = new PipeTransport(10);
        write(one, "there");
        write(one.peer(), "back");

        assertThat(read(one.peer(), 10)).isEqualTo("there");
        assertThat(read(one, 10)).isEqualTo("back");
        assertThat(one.readNow(ByteBuffer.allocate(1))).isZero();

        one.peer().close();
        assertThat(one.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        assertThatThrownBy(() -> write(one, "x")).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void writerOfAFullPipeWaitsForTheReader() throws Exception {
        PipeTransport pipe = new PipeTransport(4);
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Thread writer = new Thread(() -> failure.complete(failureOf(() -> write(pipe, "0123456789"))));
        writer.start();

        StringBuilder all = new StringBuilder();
        while (all.length() < 10) {
            all.append(read(pipe.peer(), 10));
        }

        assertThat(all).hasToString("0123456789");
        assertThat(failure.get(15, TimeUnit.SECONDS)).isNull();
    }

    @Test
    void writeThatDoesNotWaitLeavesWhatDoesNotFit() throws IOException {
        ByteBuffer bytes = bytes("0123456789");

        new PipeTransport(4).writeNow(bytes);

        assertThat(bytes.remaining()).isEqualTo(6);
    }

    @Test
    void dribbleGivesNoMoreThanItMay() throws IOException {
        PipeTransport pipe = new PipeTransport(10);
        DribblingTransport dribble = new DribblingTransport(pipe.peer(), 3);
        write(pipe, "0123");

        assertThat(read(dribble, 10)).isEqualTo("012");
        assertThat(read(dribble, 10)).isEqualTo("3");
    }

    @Test
    void endlessPeerGoesOnAndCounts() throws IOException {
        EndlessTransport endless = new EndlessTransport("ab", "xyz");

        assertThat(read(endless, 4)).isEqualTo("abxy");
        assertThat(read(endless, 4)).isEqualTo("zxyz");
        assertThat(endless.consumed()).isEqualTo(8);
        endless.close();
        assertThatThrownBy(() -> read(endless, 1)).isInstanceOf(ClosedChannelException.class);
    }

    private interface Step {
        void run() throws IOException;
    }

    private static Throwable failureOf(Step step) {
        try {
            step.run();
            return null;
        } catch (Throwable failure) {
            return failure;
        }
    }

    private static void write(Transport transport, String text) throws IOException {
        transport.write(bytes(text));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String read(Transport transport, int most) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(most);
        transport.read(into);
        return StandardCharsets.ISO_8859_1.decode(into.flip()).toString();
    }
}
