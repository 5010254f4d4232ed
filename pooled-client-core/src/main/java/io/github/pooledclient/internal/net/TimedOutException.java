// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A transport took too long, and was closed. Whoever knows the exchange turns it into what callers expect. */
public final class TimedOutException extends IOException {

    private static final long serialVersionUID = 1L;

    private final boolean ofExchange;

    public TimedOutException(String message, boolean ofExchange, @Nullable Throwable cause) {
        super(message, cause);
        this.ofExchange = ofExchange;
    }

    /** True if the deadline of the whole has passed; false if the peer was silent, or accepted nothing, for too long. */
    public boolean ofExchange() {
        return ofExchange;
    }
}
