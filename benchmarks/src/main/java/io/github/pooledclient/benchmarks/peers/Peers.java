// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.peers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All peers by name. */
public final class Peers {

    public static final String FLOOR = "floor";
    public static final String OURS = "ours";

    private static final Map<String, Maker> MAKERS = new LinkedHashMap<>();

    static {
        MAKERS.put(FLOOR, Floor::new);
        MAKERS.put(OURS, OursPeer::new);
        MAKERS.put("apache", ApachePeer::new);
        MAKERS.put("urlconnection", UrlConnectionPeer::new);
        MAKERS.put("reactor", ReactorPeer::new);
        MAKERS.put("jetty", JettyPeer::new);
        MAKERS.put("okhttp", OkHttpPeer::new);
        MAKERS.put("jdk", JdkPeer::new);
        MAKERS.put("ours-restclient", RestClientPeer::overOurs);
        MAKERS.put("apache-restclient", RestClientPeer::overApache);
        MAKERS.put("jdk-restclient", RestClientPeer::overJdk);
    }

    private Peers() {}

    private interface Maker {
        Peer make(Job job) throws Exception;
    }

    public static List<String> names() {
        return new ArrayList<>(MAKERS.keySet());
    }

    /**
     * Makes a peer.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public static Peer make(String name, Job job) throws Exception {
        Maker maker = MAKERS.get(name);
        if (maker == null) {
            throw new IllegalArgumentException("there is no peer " + name + ", only " + names());
        }
        return maker.make(job);
    }
}
