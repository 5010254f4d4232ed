// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import io.github.pooledclient.MessageLimits;
import io.github.pooledclient.internal.http.ResponseHead;
import io.github.pooledclient.internal.wire.WireInput;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import org.jspecify.annotations.Nullable;

/** Finds the final response to a request behind the interim ones (RFC 9110, 15.2). Confined to the thread of the exchange. */
final class ResponseHeads {

    private final Http1Connection connection;
    private final ResponseHeadReader reader;
    private final WireInput input;
    private final MessageLimits limits;
    private int interim;
    private boolean hasContinued;
    private boolean hasFailed;

    ResponseHeads(Http1Connection connection, ResponseHeadReader reader, WireInput input, MessageLimits limits) {
        this.connection = connection;
        this.reader = reader;
        this.input = input;
        this.limits = limits;
    }

    /** Waits for the final response. */
    ResponseHead awaitFinal() throws IOException {
        while (true) {
            ResponseHead head = next();
            if (head != null) {
                return head;
            }
        }
    }

    /**
     * The final response if it has begun to arrive, without waiting for it otherwise.
     *
     * @throws EOFException if the peer has closed, and will answer no more
     */
    @Nullable
    ResponseHead look() throws IOException {
        while (input.available() > 0 || hasArrived()) {
            ResponseHead head = next();
            if (head != null) {
                return head;
            }
        }
        return null;
    }

    /** Whether there is nothing more to be read: the peer has closed, or what it sent makes no sense. */
    boolean hasFailed() {
        return hasFailed;
    }

    /** Whether the peer asked for the content: 100 (Continue). */
    boolean hasContinued() {
        return hasContinued;
    }

    private boolean hasArrived() throws IOException {
        hasFailed = true;
        int count = input.fillNow();
        if (count < 0) {
            throw new EOFException("closed by the peer before the response head");
        }
        hasFailed = false;
        return count > 0;
    }

    /** The next head if it is the final one, null if it is another. */
    private @Nullable ResponseHead next() throws IOException {
        hasFailed = true;
        ResponseHead head = reader.read(input, limits);
        if (WireLog.isOn()) {
            WireLog.response(connection, head);
        }
        boolean isFinal = isFinal(head);
        hasFailed = false;
        return isFinal ? head : null;
    }

    private boolean isFinal(ResponseHead head) throws ProtocolException {
        if (head.statusCode() >= 200) {
            return true;
        }
        if (head.statusCode() == 101) {
            throw new ProtocolException("101 (Switching Protocols) was not asked for (RFC 9110, 15.2.2)");
        }
        if (++interim > limits.maxInterimResponses()) {
            throw new ProtocolException(
                    "more than %d interim responses (maxInterimResponses)".formatted(limits.maxInterimResponses()));
        }
        hasContinued |= head.statusCode() == 100;
        return false;
    }
}
