// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import java.time.Duration;

/**
 * How much of what is not content a peer may send, how far compressed content may unfold, and how much unread content is
 * worth a connection: what keeps memory and time bounded whatever comes. Immutable; made by {@link #builder()}.
 *
 * <p>A response that is over a limit fails with a {@link java.net.ProtocolException} that names the setting and its value;
 * its connection is closed. The two of draining only decide whether a connection is kept.
 *
 * <p>They hold for each exchange, so that a {@linkplain PooledHttpClient#toBuilder() view} may have others. The answer of a
 * proxy to CONNECT belongs to a connection, not to an exchange of a view: it is read with the limits of the client that
 * made the pool.
 */
public final class MessageLimits {

    /** The most that head and trailers can be allowed, because each is gathered in one piece: 16 MiB. */
    private static final long MOST_IN_ONE_PIECE = 16 * 1024 * 1024;

    private static final MessageLimits DEFAULTS = builder().build();

    private final long maxResponseHeadSize;
    private final int maxResponseFields;
    private final long maxTrailerSize;
    private final long maxChunkExtensionSize;
    private final int maxInterimResponses;
    private final int maxDecompressionRatio;
    private final long maxDrainSize;
    private final Duration drainTimeout;

    private MessageLimits(Builder builder) {
        maxResponseHeadSize = builder.maxResponseHeadSize;
        maxResponseFields = builder.maxResponseFields;
        maxTrailerSize = builder.maxTrailerSize;
        maxChunkExtensionSize = builder.maxChunkExtensionSize;
        maxInterimResponses = builder.maxInterimResponses;
        maxDecompressionRatio = builder.maxDecompressionRatio;
        maxDrainSize = builder.maxDrainSize;
        drainTimeout = builder.drainTimeout;
    }

    /** The limits of a client that sets none. */
    public static MessageLimits defaults() {
        return DEFAULTS;
    }

    /** A builder that starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from these limits. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.maxResponseHeadSize = maxResponseHeadSize;
        builder.maxResponseFields = maxResponseFields;
        builder.maxTrailerSize = maxTrailerSize;
        builder.maxChunkExtensionSize = maxChunkExtensionSize;
        builder.maxInterimResponses = maxInterimResponses;
        builder.maxDecompressionRatio = maxDecompressionRatio;
        builder.maxDrainSize = maxDrainSize;
        builder.drainTimeout = drainTimeout;
        return builder;
    }

    /** See {@link Builder#maxResponseHeadSize(long)}. */
    public long maxResponseHeadSize() {
        return maxResponseHeadSize;
    }

    /** See {@link Builder#maxResponseFields(int)}. */
    public int maxResponseFields() {
        return maxResponseFields;
    }

    /** See {@link Builder#maxTrailerSize(long)}. */
    public long maxTrailerSize() {
        return maxTrailerSize;
    }

    /** See {@link Builder#maxChunkExtensionSize(long)}. */
    public long maxChunkExtensionSize() {
        return maxChunkExtensionSize;
    }

    /** See {@link Builder#maxInterimResponses(int)}. */
    public int maxInterimResponses() {
        return maxInterimResponses;
    }

    /** See {@link Builder#maxDecompressionRatio(int)}. */
    public int maxDecompressionRatio() {
        return maxDecompressionRatio;
    }

    /** See {@link Builder#maxDrainSize(long)}. */
    public long maxDrainSize() {
        return maxDrainSize;
    }

    /** See {@link Builder#drainTimeout(Duration)}. */
    public Duration drainTimeout() {
        return drainTimeout;
    }

    /** Collects {@link MessageLimits}. Each method refuses a value out of its range with its name, value and range. */
    public static final class Builder {

        private long maxResponseHeadSize = 64 * 1024;
        private int maxResponseFields = 500;
        private long maxTrailerSize = 16 * 1024;
        private long maxChunkExtensionSize = 16 * 1024;
        private int maxInterimResponses = 20;
        private int maxDecompressionRatio = 200;
        private long maxDrainSize = 64 * 1024;
        private Duration drainTimeout = Duration.ofMillis(100);

        private Builder() {}

        /**
         * How many bytes the head of a response may have: status line, field lines and the empty line, line ends included; 1
         * to 16 MiB. It holds for each interim response too. Default: 64 KiB.
         */
        public Builder maxResponseHeadSize(long bytes) {
            maxResponseHeadSize = between(1, MOST_IN_ONE_PIECE, "maxResponseHeadSize", bytes);
            return this;
        }

        /** How many field lines a head may have, and how many the trailers; at least 1. Default: 500. */
        public Builder maxResponseFields(int value) {
            maxResponseFields = (int) atLeast(1, "maxResponseFields", value);
            return this;
        }

        /**
         * How many bytes the trailers behind a chunked body may have, line ends and the empty line included; 0 to 16 MiB, and
         * 0 = a response with trailers is refused. Default: 16 KiB.
         */
        public Builder maxTrailerSize(long bytes) {
            maxTrailerSize = between(0, MOST_IN_ONE_PIECE, "maxTrailerSize", bytes);
            return this;
        }

        /**
         * How many bytes the extensions of chunks (RFC 9112, 7.1.1) may have, from behind the size to the end of the line; 0 = a
         * response with extensions is refused. Each chunk makes up for as many of them as it has bytes of content: a signature
         * with each is fine for a body of any length, a body made of extensions is not. Default: 16 KiB.
         */
        public Builder maxChunkExtensionSize(long bytes) {
            maxChunkExtensionSize = atLeast(0, "maxChunkExtensionSize", bytes);
            return this;
        }

        /**
         * How many interim responses (1xx) may come before the response to one request, 100 (Continue) included; 0 = one that
         * comes is refused. Default: 20.
         */
        public Builder maxInterimResponses(int value) {
            maxInterimResponses = (int) atLeast(0, "maxInterimResponses", value);
            return this;
        }

        /**
         * How many times as large as it came a decompressed body may become; 0 = without limit. The first 10 MiB of a body
         * pass whatever their ratio: what is small does no harm. Default: 200. Deflate ends at about 1000, text stays below 50.
         */
        public Builder maxDecompressionRatio(int value) {
            maxDecompressionRatio = (int) atLeast(0, "maxDecompressionRatio", value);
            return this;
        }

        /**
         * How many bytes of content that nobody wants are read to keep the connection; 0 = none, a body that is not read to
         * its end closes its connection. Default: 64 KiB.
         */
        public Builder maxDrainSize(long bytes) {
            maxDrainSize = atLeast(0, "maxDrainSize", bytes);
            return this;
        }

        /**
         * How long to wait, in all, for content that nobody wants; zero = not at all, as with {@link #maxDrainSize} of 0.
         * Default: 100 ms.
         */
        public Builder drainTimeout(Duration value) {
            if (value.isNegative()) {
                throw new IllegalArgumentException("drainTimeout must not be negative: " + value);
            }
            drainTimeout = value;
            return this;
        }

        public MessageLimits build() {
            return new MessageLimits(this);
        }

        private static long atLeast(long least, String name, long value) {
            if (value < least) {
                throw new IllegalArgumentException(name + " must be at least " + least + ": " + value);
            }
            return value;
        }

        private static long between(long least, long most, String name, long value) {
            if (value < least || value > most) {
                throw new IllegalArgumentException(name + " must be " + least + " to " + most + ": " + value);
            }
            return value;
        }
    }
}
