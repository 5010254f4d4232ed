// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.transport;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who asks a proxy for tunnels (RFC 9110, 9.3.6 and 11.7). Equal ones are the same user, and share the tunnels that are
 * there. Safe for use by several threads.
 */
public interface ProxyLogin {

    /** Says always the same, whatever a proxy asks. */
    static ProxyLogin saying(String authorization) {
        return new FixedLogin(authorization);
    }

    /**
     * What to say without being asked, as {@code Proxy-Authorization}; null = nothing.
     *
     * @param proxy who is asked for a tunnel
     * @param target where to
     */
    @Nullable
    String authorization(Origin proxy, Origin target);

    /**
     * What to say to a refusal; null = nothing, so that it stands.
     *
     * @param challenges the values of {@code Proxy-Authenticate}
     * @param refused what was said and refused; null = nothing
     * @throws IOException if there is an answer, and it could not be found out
     */
    @Nullable
    String answer(Origin proxy, Origin target, List<String> challenges, @Nullable String refused) throws IOException;
}
