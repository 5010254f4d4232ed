// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import java.time.Duration;

/**
 * How much a peer may send that is not content, and how much unread content is worth a connection: what keeps memory and
 * time bounded whatever comes. What is over a limit is a {@link java.net.ProtocolException}, but for the two of draining.
 *
 * @param headBytes a response head, line ends included
 * @param fields fields of a head, or of trailers
 * @param trailerBytes the trailers behind the last chunk
 * @param chunkExtensionBytes extensions of chunks, beyond as many bytes as the chunks have content
 * @param interimResponses interim responses (1xx) to one request, each of them a head
 * @param drainBytes unread content that is read to keep the connection
 * @param drainTime how long to wait for unread content
 */
public record Http1Limits(
        int headBytes,
        int fields,
        int trailerBytes,
        int chunkExtensionBytes,
        int interimResponses,
        int drainBytes,
        Duration drainTime) {

    public static final Http1Limits DEFAULTS =
            new Http1Limits(64 * 1024, 500, 16 * 1024, 16 * 1024, 20, 64 * 1024, Duration.ofMillis(100));
}
