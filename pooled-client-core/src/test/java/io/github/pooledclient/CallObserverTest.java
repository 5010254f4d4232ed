// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.EndToEnd.Way;
import io.github.pooledclient.pool.PoolListener;
import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import java.io.IOException;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CallObserverTest {

    private final Observer observer = new Observer();

    /** Writes down what it hears, on which thread, and adds a field. */
    private static final class Observer implements CallObserver, PoolListener {

        private final List<String> heard = new CopyOnWriteArrayList<>();
        private final List<Thread> threads = new CopyOnWriteArrayList<>();
        private Map<String, String> fields = Map.of("traceparent", "00-1-2-01");

        @Override
        public ObservedCall begin(HttpRequest request) {
            hear("begin " + request.uri().getPath());
            return new ObservedCall() {
                @Override
                public Map<String, String> start() {
                    hear("start");
                    return fields;
                }

                @Override
                public void end(@Nullable HttpResponse<?> response, @Nullable Throwable failure) {
                    hear(response == null ? "failed " + failure : "answered " + response.statusCode());
                }
            };
        }

        @Override
        public void acquired(String host, long waitNanos, boolean reused) {
            hear("acquired");
        }

        private void hear(String what) {
            heard.add(what);
            threads.add(Thread.currentThread());
        }
    }

    private PooledHttpClient client() {
        return PooledHttpClient.newBuilder()
                .observer(observer)
                .listener(observer)
                .followRedirects(Redirect.NORMAL)
                .build();
    }

    @ParameterizedTest
    @EnumSource
    void callIsObservedFromItsBeginningToItsResponse(Way way) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(ScriptedServer.always(ScriptedServer.ok("ok")));
                PooledHttpClient client = client()) {
            HttpResponse<String> response = way.send(client, EndToEnd.get(server), BodyHandlers.ofString());

            assertThat(response.body()).isEqualTo("ok");
            assertThat(observer.heard).containsExactly("begin /", "start", "acquired", "answered 200");
            // All but the first, which is the caller's, are of the one that runs the call.
            assertThat(observer.threads.subList(1, 4)).containsOnly(observer.threads.get(1));
        }
    }

    @ParameterizedTest
    @EnumSource
    void fieldsAreSentUnlessTheRequestHasThem(Way way) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(ScriptedServer.always(ScriptedServer.ok("ok")));
                PooledHttpClient client = client()) {
            way.send(client, EndToEnd.get(server), BodyHandlers.ofString());
            HttpRequest own = HttpRequest.newBuilder(server.uri("/"))
                    .header("Traceparent", "own")
                    .build();
            way.send(client, own, BodyHandlers.ofString());

            assertThat(server.requests())
                    .extracting(request -> request.fields("traceparent"))
                    .containsExactly(List.of("00-1-2-01"), List.of("own"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void failureIsHeard(Way way) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(Peer::readRequest);
                PooledHttpClient client = client()) {
            assertThatThrownBy(() -> way.send(client, EndToEnd.get(server), BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class);

            assertThat(observer.heard).hasSize(4).last().asString().contains("failed", "waiting for the response head");
        }
    }

    @Test
    void redirectsArePartOfTheCall() throws Exception {
        String moved = "HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n";
        try (ScriptedServer server = ScriptedServer.start(ScriptedServer.answers(moved, ScriptedServer.ok("ok")));
                PooledHttpClient client = client()) {
            EndToEnd.fetch(client, server);

            assertThat(observer.heard).containsExactly("begin /", "start", "acquired", "acquired", "answered 200");
        }
    }

    @Test
    void wrongFieldFailsTheCallWhichEnds() throws Exception {
        observer.fields = Map.of("traceparent", "a\r\nb");
        try (ScriptedServer server = ScriptedServer.start();
                PooledHttpClient client = client()) {
            assertThatThrownBy(() -> EndToEnd.fetch(client, server))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("traceparent");

            assertThat(observer.heard).hasSize(3).last().asString().startsWith("failed");
        }
        // And closing the client has not waited for it.
    }

    @Test
    void viewHasTheObserverOfItsClientUnlessItSaysOtherwise() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(ScriptedServer.always(ScriptedServer.ok("ok")));
                PooledHttpClient client = client()) {
            EndToEnd.fetch(client.toBuilder().observer(null).build(), server);
            assertThat(observer.heard).containsExactly("acquired");

            EndToEnd.fetch(client.toBuilder().build(), server);
            assertThat(observer.heard).hasSize(5);
        }
    }
}
