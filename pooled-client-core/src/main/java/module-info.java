// SPDX-License-Identifier: Apache-2.0
/** A pooled HTTP client that is a {@link java.net.http.HttpClient}. */
module io.github.pooledclient {
    requires transitive java.net.http;
    requires org.slf4j;
    requires static transitive org.jspecify;
    requires static micrometer.core;
    requires static jdk.jfr;

    exports io.github.pooledclient;
    exports io.github.pooledclient.micrometer;
    exports io.github.pooledclient.pool;
    exports io.github.pooledclient.transport;
}
