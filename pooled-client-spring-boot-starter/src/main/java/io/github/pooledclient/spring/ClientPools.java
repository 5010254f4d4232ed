// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import io.github.pooledclient.PooledHttpClient;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which of an application's clients stand for its pools: views of one client show one pool, which counts once. */
public final class ClientPools {

    private ClientPools() {}

    /**
     * For each pool the first client that has it, in the order of the clients.
     *
     * @param clients by name
     */
    public static Map<String, PooledHttpClient> oneClientEach(Map<String, PooledHttpClient> clients) {
        Map<String, PooledHttpClient> first = new LinkedHashMap<>();
        clients.forEach((name, client) -> {
            if (first.values().stream().noneMatch(client::sharesPoolWith)) {
                first.put(name, client);
            }
        });
        return first;
    }
}
