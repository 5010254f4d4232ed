// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import io.github.pooledclient.MessageLimits;
import io.github.pooledclient.RequestState;
import io.github.pooledclient.internal.buffer.BufferPool;
import io.github.pooledclient.internal.http.Exchange;
import io.github.pooledclient.internal.http.ExchangeLimits;
import io.github.pooledclient.internal.http.Failures;
import io.github.pooledclient.internal.http.FieldRules;
import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.internal.http.RequestHead;
import io.github.pooledclient.internal.http.ResponseHead;
import io.github.pooledclient.internal.wire.WireInput;
import io.github.pooledclient.internal.wire.WireOutput;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.transport.Deadline;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response on a connection: the order of steps. Confined to one thread at a time, but for
 * {@link #cancel()}.
 */
final class Http1Exchange implements Exchange {

    private static final long SHORTEST_PAUSE_NANOS = 100_000;
    private static final long LONGEST_PAUSE_NANOS = 5_000_000;

    private static final AtomicReferenceFieldUpdater<Http1Exchange, Use> USE =
            AtomicReferenceFieldUpdater.newUpdater(Http1Exchange.class, Use.class, "use");

    private enum Use {
        OPEN,
        CANCELLED,
        ENDED
    }

    private final Http1Connection connection;
    private final ExchangeLimits limits;
    private final WireInput input;
    private final WireOutput output;
    private final ResponseHeads heads;
    private final long begunAt;

    private volatile Use use = Use.OPEN;
    private Phase phase = Phase.WRITING;
    private boolean isRequestCutShort;
    private @Nullable CloseReason broken;
    // Both known once the head of the final response has come.
    private @Nullable BodyInput body;
    private @Nullable KeepAlive keepAlive;

    Http1Exchange(
            Http1Connection connection,
            ExchangeLimits limits,
            ResponseHeadReader reader,
            WireInput input,
            WireOutput output) {
        this.connection = connection;
        this.limits = limits;
        this.input = input;
        this.output = output;
        this.heads = new ResponseHeads(connection, reader, input, limits.messages());
        this.begunAt = connection.now();
    }

    @Override
    public ResponseHead send(RequestHead request, RequestContent content) throws IOException {
        boolean close = !limits.reusable() || FieldRules.hasConnectionOption(request.caller(), "close");
        try {
            ResponseHead head = write(request, content, close);
            if (head == null) {
                phase = Phase.WAITING;
                head = heads.awaitFinal();
            }
            phase = Phase.READING;
            begin(request.method(), head, close);
            // Who reads the body may take his time: without a buffer of ours, unless there is something in it.
            input.release();
            return head;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Writes the request, or as much of it as the peer wants: null, unless the final response came before its end. */
    private @Nullable ResponseHead write(RequestHead request, RequestContent content, boolean close)
            throws IOException {
        boolean expectContinue =
                content.length() != 0 && (request.expectContinue() || FieldRules.expectsContinue(request.caller()));
        ResponseHead early;
        try {
            RequestHeadWriter.write(request, content, close, expectContinue, output);
            if (WireLog.isOn()) {
                WireLog.request(connection, output);
            }
            early = expectContinue ? awaitContinue() : null;
            isRequestCutShort = early != null;
            if (early == null && content == RequestContent.NONE) {
                output.flush();
            } else if (early == null) {
                ContentSink sink = new ContentSink(framed(content), heads, connection, limits.readTimeoutNanos());
                early = sink.send(content);
                isRequestCutShort = sink.isCutShort();
            }
        } catch (IOException e) {
            // What came in has failed already, or what goes out: only then there may be something to be read.
            if (heads.hasFailed() || !output.hasFailed()) {
                throw e;
            }
            early = answerDespite(e);
            isRequestCutShort = true;
        }
        return early;
    }

    private BodyOutput framed(RequestContent content) {
        return content.length() < 0 ? new ChunkedOutput(output) : new FixedLengthOutput(output, content.length());
    }

    /**
     * Waits until the peer asks for the content, or answers without it, or has had the time to (RFC 9110, 10.1.1). By
     * looking again and again: a blocking read could be ended only together with the connection.
     */
    private @Nullable ResponseHead awaitContinue() throws IOException {
        output.flush();
        Deadline until =
                Deadline.at(connection.now() + limits.expectContinueNanos()).earlier(limits.deadline());
        long pause = SHORTEST_PAUSE_NANOS;
        ResponseHead answer = heads.look();
        while (answer == null && !heads.hasContinued() && !until.hasPassed(connection.now())) {
            LockSupport.parkNanos(this, pause);
            if (Thread.currentThread().isInterrupted()) {
                throw new ClosedByInterruptException();
            }
            pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
            answer = heads.look();
        }
        return answer;
    }

    // A server that has refused a request may reset the connection while we still write; what it said before that can
    // be read nevertheless. Unless it accepted nothing: then whatever is there answers no request of ours.
    private ResponseHead answerDespite(IOException writeFailure) throws IOException {
        if (!output.hasSent() || use != Use.OPEN || Diagnosis.isOurDoing(writeFailure)) {
            throw writeFailure;
        }
        try {
            return heads.awaitFinal();
        } catch (IOException e) {
            if (e != writeFailure) {
                writeFailure.addSuppressed(e);
            }
            throw writeFailure;
        }
    }

    private void begin(String method, ResponseHead head, boolean close) throws ProtocolException {
        BodyFraming framing = BodyFraming.of(method, head);
        keepAlive = KeepAlive.of(close, head, framing, connection.obeysHints());
        body = switch (framing.kind()) {
            case NONE, LENGTH -> new FixedLengthInput(input, framing.length());
            case CHUNKED -> new ChunkedInput(input, limits.messages());
            case UNTIL_CLOSE -> new UntilCloseInput(input, connection::endedCleanly);
        };
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        BodyInput current = body;
        if (current == null || use == Use.ENDED) {
            throw new IllegalStateException("there is no response to read");
        }
        if (broken != null) {
            // What framing there is left means nothing any more.
            throw Failures.io(progress(), "the exchange has failed before: " + broken.word(), null);
        }
        try {
            return current.read(into);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    @Override
    public long remaining() {
        return body == null ? -1 : body.remaining();
    }

    @Override
    public int available() {
        return body == null || broken != null ? 0 : body.available();
    }

    @Override
    public RequestState progress() {
        if (input.hasReceived()) {
            return RequestState.RESPONSE_STARTED;
        }
        return output.hasSent() ? RequestState.MAYBE_SENT : RequestState.NOT_SENT;
    }

    private IOException failed(IOException e) {
        Diagnosis diagnosis = Diagnosis.of(
                e,
                new Diagnosis.Position(
                        connection.origin(),
                        phase,
                        progress(),
                        connection.now() - begunAt,
                        limits.readTimeoutNanos(),
                        use == Use.CANCELLED));
        boolean isUntouched = e instanceof ContentFailure && progress() == RequestState.NOT_SENT;
        if (!isUntouched) {
            broken = broken == null ? diagnosis.reason() : broken;
            // At once, because a peer that waits for the rest of the request should know that it will not come.
            connection.abort();
        }
        if (diagnosis.failure() instanceof InterruptedIOException) {
            Thread.currentThread().interrupt();
        }
        return diagnosis.failure();
    }

    @Override
    public void end() {
        if (use == Use.ENDED) {
            return;
        }
        CloseReason reason = conclude();
        output.discard();
        input.discard();
        if (!USE.compareAndSet(this, Use.OPEN, Use.ENDED)) {
            reason = CloseReason.CANCELLED;
            use = Use.ENDED;
        }
        connection.ended(reason, keepAlive);
    }

    /** Why the connection cannot be used again, or null if it can. */
    private @Nullable CloseReason conclude() {
        BodyInput content = body;
        KeepAlive ofConnection = keepAlive;
        if (broken != null) {
            return broken;
        }
        if (use == Use.CANCELLED) {
            // Cut off: there is nothing to drain.
            return CloseReason.CANCELLED;
        }
        if (content == null || ofConnection == null) {
            // Nothing happened yet, or a source of content threw what is no IOException in the middle of the request.
            return progress() == RequestState.NOT_SENT ? null : CloseReason.BODY_ABANDONED;
        }
        CloseReason closes = ofConnection.closes();
        boolean isDrainable = closes == null && !isRequestCutShort;
        if (!content.isAtEnd() && !(isDrainable && drain(content))) {
            return broken != null ? broken : CloseReason.BODY_ABANDONED;
        }
        if (closes != null) {
            return closes;
        }
        return isRequestCutShort ? CloseReason.BODY_ABANDONED : surplus();
    }

    /** Reads what is left of the body, if that is little and soon here: cheaper than a new connection. */
    private boolean drain(BodyInput content) {
        MessageLimits bounds = limits.messages();
        long most = bounds.maxDrainSize();
        if (content.remaining() > most) {
            return false;
        }
        Deadline until = Deadline.at(connection.now() + Deadline.toNanos(bounds.drainTimeout()))
                .earlier(limits.deadline());
        connection.allow(until, limits.readTimeoutNanos());
        ByteBuffer scratch = BufferPool.DIRECT_16K.borrow();
        try {
            for (long total = 0; total <= most && !until.hasPassed(connection.now()); ) {
                // One byte more than there may be tells whether that was all.
                int count = content.read(scratch.clear().limit((int) Math.min(scratch.capacity(), most - total + 1)));
                if (count < 0) {
                    return true;
                }
                total += count;
            }
        } catch (ProtocolException e) {
            broken = CloseReason.PROTOCOL_ERROR;
        } catch (IOException e) {
            // Too late or cut off: whichever it was, nobody wanted this body.
        } finally {
            BufferPool.DIRECT_16K.giveBack(scratch);
        }
        return false;
    }

    private @Nullable CloseReason surplus() {
        try {
            int surplus = input.surplus(connection.mayHideBytes());
            return surplus == 0 ? null : surplus > 0 ? CloseReason.SURPLUS_BYTES : CloseReason.PEER_CLOSED;
        } catch (IOException e) {
            return CloseReason.PEER_CLOSED;
        }
    }

    @Override
    public void cancel() {
        // Not after the end: the connection may serve another exchange by then.
        if (USE.compareAndSet(this, Use.OPEN, Use.CANCELLED)) {
            connection.abort();
        }
    }
}
