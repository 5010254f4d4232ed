// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import io.github.pooledclient.testing.TestCertificates;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.util.function.UnaryOperator;

/** The clients that the contract is stated for: what the JDK's does over HTTP/1.1 is what ours must do. */
enum Client {
    JDK {
        @Override
        HttpClient.Builder newBuilder() {
            return HttpClient.newBuilder();
        }
    },
    OURS {
        @Override
        HttpClient.Builder newBuilder() {
            return PooledHttpClient.newBuilder();
        }
    };

    /** The builder as it comes. */
    abstract HttpClient.Builder newBuilder();

    /** A client for HTTP/1.1 that trusts the servers of the tests. */
    OpenClient open() {
        return open(builder -> builder);
    }

    OpenClient open(UnaryOperator<HttpClient.Builder> settings) {
        HttpClient.Builder builder = newBuilder().version(Version.HTTP_1_1).sslContext(TestCertificates.client());
        return new OpenClient(settings.apply(builder).build());
    }

    /** What is true for this one, where the two differ. */
    <T> T differs(T jdks, T ours) {
        return this == JDK ? jdks : ours;
    }
}
