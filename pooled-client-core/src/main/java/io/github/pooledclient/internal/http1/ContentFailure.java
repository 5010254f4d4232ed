// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The content of a request is not what was announced, or its source failed: our side's fault, not the connection's. */
final class ContentFailure extends IOException {

    private static final long serialVersionUID = 1L;

    ContentFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
