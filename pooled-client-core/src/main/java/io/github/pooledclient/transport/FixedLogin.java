// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.transport;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** See {@link ProxyLogin#saying}. */
record FixedLogin(String authorization) implements ProxyLogin {

    @Override
    public String authorization(Origin proxy, Origin target) {
        return authorization;
    }

    @Override
    public @Nullable String answer(Origin proxy, Origin target, List<String> challenges, @Nullable String refused) {
        return null;
    }

    /** Without what is said. */
    @Override
    public String toString() {
        return "a login of the caller's";
    }
}
