// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;

/** A client of either kind, which can be closed on each JDK. */
record OpenClient(HttpClient http) implements AutoCloseable {

    HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    /** The JDK's has this since 21; before, it ends when nobody has it. */
    @Override
    public void close() throws ReflectiveOperationException {
        for (Method method : Arrays.asList(http.getClass().getMethods())) {
            if (method.getName().equals("shutdownNow")) {
                Class<?> owner = http instanceof PooledHttpClient ? PooledHttpClient.class : HttpClient.class;
                owner.getMethod("shutdownNow").invoke(http);
            }
        }
    }
}
