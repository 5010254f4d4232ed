// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The content of a request, on its way out. */
public interface RequestContent {

    /** No content, and no field that speaks of it. */
    RequestContent NONE = new RequestContent() {
        @Override
        public long length() {
            return 0;
        }

        @Override
        public boolean isAbsent() {
            return true;
        }

        @Override
        public boolean isRepeatable() {
            return true;
        }

        @Override
        public void writeTo(Sink sink) {
            // Nothing to write.
        }
    };

    /** Takes the bytes of content, in order, and blocks until they are accepted. */
    interface Sink {

        /** Writes what remains in the buffer. Small pieces are gathered until there are more, or {@link #flush}. */
        void write(ByteBuffer bytes) throws IOException;

        /** Sends what is gathered: to be called before waiting for a source that has nothing more now. */
        default void flush() throws IOException {}
    }

    /** How many bytes there will be, or -1 if that is not known: then they leave in chunks. */
    long length();

    /** Whether the request has no content at all, as a GET, in contrast to content of zero bytes, as an empty POST. */
    default boolean isAbsent() {
        return false;
    }

    /** Whether {@link #writeTo} gives the same bytes when it is called again, for another try. */
    boolean isRepeatable();

    /**
     * Writes all content to the sink, on the calling thread.
     *
     * @throws IOException what the sink threw, as it is, or if the source of the content failed
     */
    void writeTo(Sink sink) throws IOException;
}
