// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.internal.http.ResponseHead;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Hands content to its framing piece by piece, and looks in between whether the response is there already: a server that
 * refuses a large upload says so early, and may then stop reading. Confined to the thread of the exchange.
 */
final class ContentSink implements RequestContent.Sink {

    // A look is one system call; writing as much as this costs many times that.
    private static final int LOOK_EVERY = 64 * 1024;

    private final BodyOutput body;
    private final ResponseHeads heads;

    private int sinceLook;
    private @Nullable ResponseHead answer;
    private @Nullable IOException failure;

    ContentSink(BodyOutput body, ResponseHeads heads) {
        this.body = body;
        this.heads = heads;
    }

    /**
     * Sends all content, or up to an early answer.
     *
     * @return the early answer, or null if the content was sent
     */
    @Nullable
    ResponseHead send(RequestContent content) throws IOException {
        Exception thrown = null;
        try {
            content.writeTo(this);
        } catch (IOException | RuntimeException e) {
            thrown = e;
        }
        if (answer != null) {
            return answer;
        }
        // Ours first, and even if the source swallowed or wrapped it: it must not go on as if nothing had happened.
        if (failure != null) {
            throw failure;
        }
        if (thrown != null) {
            throw new ContentFailure("content of the request failed: " + thrown, thrown);
        }
        body.finish();
        return null;
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
            }
        }
    }

    @Override
    public void flush() throws IOException {
        attempt(body::flush);
        look();
    }

    private void look() throws IOException {
        sinceLook = 0;
        attempt(() -> {
            answer = heads.look();
        });
        requireUnanswered();
    }

    private void attempt(Step step) throws IOException {
        requireUnanswered();
        if (failure != null) {
            throw failure;
        }
        try {
            step.run();
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    private void requireUnanswered() throws IOException {
        if (answer != null) {
            throw new IOException("the response came before the end of the content");
        }
    }

    private interface Step {
        void run() throws IOException;
    }
}
