// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.internal.http.ResponseHead;
import io.github.pooledclient.internal.net.TimedTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Hands content to its framing piece by piece, and looks in between whether the response is there already: a server that
 * refuses a large upload says so early, and may then stop reading. One that accepts it (2xx) gets the rest as well, as long
 * as it takes it. Confined to the thread of the exchange.
 */
final class ContentSink implements RequestContent.Sink, TimedTransport.Patience {

    // A look is one system call; writing as much as this costs many times that. It is also what a system takes at once.
    private static final int LOOK_EVERY = 64 * 1024;
    // With the answer here, this is how long neither side may pause: the peer may be waiting for us to read.
    private static final long LONGEST_PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

    private final BodyOutput body;
    private final ResponseHeads heads;
    private final Http1Connection connection;
    private final long longestPauseNanos;

    private int sinceLook;
    private long lastWriteAt;
    private @Nullable ResponseHead answer;
    private boolean isCutShort;
    private @Nullable IOException failure;

    /**
     * @param readTimeoutNanos how long the peer may accept nothing, if there is no answer yet; 0 = for ever
     */
    ContentSink(BodyOutput body, ResponseHeads heads, Http1Connection connection, long readTimeoutNanos) {
        this.body = body;
        this.heads = heads;
        this.connection = connection;
        this.longestPauseNanos =
                readTimeoutNanos == 0 ? LONGEST_PAUSE_NANOS : Math.min(LONGEST_PAUSE_NANOS, readTimeoutNanos);
    }

    /**
     * Sends all content, or up to an early answer.
     *
     * @return the early answer, or null if there is none yet
     */
    @Nullable
    ResponseHead send(RequestContent content) throws IOException {
        try {
            Exception thrown = write(content);
            // What the peer has said stands, also if it then closes.
            isCutShort |= answer != null && failure != null && isPeers(failure);
            if (isCutShort) {
                return answer;
            }
            // Ours first, and even if the source swallowed or wrapped it: it must not go on as if nothing had happened.
            if (failure != null) {
                throw failure;
            }
            if (thrown != null) {
                throw new ContentFailure("content of the request failed: " + thrown, thrown);
            }
            return answer;
        } finally {
            connection.waitWith(null);
        }
    }

    /** Whether the answer came before the end of the content, and some of that was not sent. */
    boolean isCutShort() {
        return isCutShort;
    }

    private @Nullable Exception write(RequestContent content) {
        try {
            content.writeTo(this);
            attempt(body::finish);
            return null;
        } catch (IOException | RuntimeException e) {
            return e;
        }
    }

    private static boolean isPeers(IOException failure) {
        return !(failure instanceof ContentFailure) && !Diagnosis.isOurDoing(failure);
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        int end = bytes.limit();
        while (bytes.position() < end) {
            bytes.limit(Math.min(end, bytes.position() + LOOK_EVERY - sinceLook));
            int count = bytes.remaining();
            attempt(() -> body.write(bytes));
            bytes.limit(end);
            sinceLook += count;
            if (sinceLook >= LOOK_EVERY) {
                look();
                // No more than this is sent blindly.
                connection.waitWith(this);
            }
        }
        lastWriteAt = connection.now();
    }

    @Override
    public void flush() throws IOException {
        attempt(body::flush);
        look();
        requireWanted(connection.now() - lastWriteAt);
    }

    private void look() throws IOException {
        sinceLook = 0;
        if (answer == null) {
            attempt(() -> {
                answer = heads.look();
            });
            requireWanted(0);
        }
    }

    /** The peer accepts nothing: perhaps because it has answered. */
    @Override
    public boolean goesOnAfter(long nanos) {
        try {
            look();
            requireWanted(nanos);
            return true;
        } catch (IOException e) {
            // Kept where it was thrown.
            return false;
        }
    }

    private void attempt(Step step) throws IOException {
        if (isCutShort) {
            throw cutShort();
        }
        if (failure != null) {
            throw failure;
        }
        try {
            step.run();
        } catch (IOException e) {
            // The first one, if it was thrown by a look within a write.
            failure = failure == null ? e : failure;
            throw failure;
        }
    }

    // RFC 9112, 9.3: who sees that the peer does not want the content ceases to send it. 2xx says that it does.
    private void requireWanted(long pausedNanos) throws IOException {
        if (answer != null && (answer.statusCode() / 100 != 2 || pausedNanos >= longestPauseNanos)) {
            isCutShort = true;
            throw cutShort();
        }
    }

    private static IOException cutShort() {
        return new IOException("the response came before the end of the content");
    }

    private interface Step {
        void run() throws IOException;
    }
}
