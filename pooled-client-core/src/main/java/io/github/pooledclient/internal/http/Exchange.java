// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http;

import io.github.pooledclient.RequestState;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One request and its response. The order of calls is {@link #send}, then {@link #read} until it says -1 or the reader
 * has had enough, then {@link #end}, always. Confined to one thread at a time, but for {@link #cancel}.
 *
 * <p>Each {@link IOException} says by its {@link io.github.pooledclient.ExchangeFailure} how far the request had come,
 * and leaves the connection unusable. An interrupt of the thread ends {@link #send} and {@link #read} with an
 * {@link java.io.InterruptedIOException} and the thread's flag set.
 */
public interface Exchange {

    /**
     * Sends the request, and returns the head of the final response; interim ones (1xx) are passed over. The response may
     * come before all of the content was sent, and then the rest is not.
     *
     * @param content what to send after the head; asked for its bytes at most once
     * @throws IOException if sending or receiving failed, a deadline passed ({@link java.net.http.HttpTimeoutException}), or
     *     the peer broke the protocol ({@link java.net.ProtocolException}). What {@link RequestContent#writeTo} throws comes
     *     as the cause
     */
    ResponseHead send(RequestHead head, RequestContent content) throws IOException;

    /** How many bytes of content are left, if the response said; -1 if that is not known until the end. */
    long remaining();

    /** How many bytes of content are here already and can be read without waiting for the peer. */
    int available();

    /**
     * Reads content, as the response said it (transfer coding removed), and blocks until there is a byte.
     *
     * @return how many bytes, or -1 at its end
     * @throws IOException as for {@link #send}; content that ends early is an error, never a short body
     */
    int read(ByteBuffer into) throws IOException;

    /** How far the request has come. */
    RequestState progress();

    /**
     * Ends the exchange. What is left of the content is drained if that is quick, else the connection becomes unusable, and
     * says so when asked. Calling it again has no effect.
     */
    void end();

    /** Ends the exchange from any thread: the thread in it fails at once, and the connection is unusable. */
    void cancel();
}
