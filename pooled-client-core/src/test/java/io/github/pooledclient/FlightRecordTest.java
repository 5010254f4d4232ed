// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.github.pooledclient.EndToEnd.Way;
import io.github.pooledclient.testing.OwnProcess;
import io.github.pooledclient.testing.Peer;
import io.github.pooledclient.testing.ScriptedServer;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a recording of the JDK's flight recorder has. */
class FlightRecordTest {

    private static final String PREFIX = "io.github.pooledclient.";

    @TempDir
    private Path directory;

    @Test
    void acquireOpenExchangeAndCloseAreRecorded() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(ScriptedServer.always(ScriptedServer.ok("ok")));
                Recording recording = started(Duration.ZERO)) {
            String host = "http://" + server.uri("/").getAuthority();
            try (PooledHttpClient client = PooledHttpClient.newHttpClient()) {
                HttpRequest request = EndToEnd.get(server.uri("/path?secret=1"));
                Way.SEND.send(client, request, BodyHandlers.ofString());
                Way.SEND.send(client, request, BodyHandlers.ofString());
            }

            List<RecordedEvent> events = stopped(recording);

            assertThat(named("Acquire", events))
                    .extracting(e -> e.getString("host"), e -> e.getBoolean("reused"))
                    .containsExactly(tuple(host, false), tuple(host, true));
            assertThat(named("ConnectionOpened", events)).singleElement().satisfies(opened -> {
                assertThat(opened.getString("host")).isEqualTo(host);
                assertThat(opened.getString("remoteAddress")).contains(":" + server.port());
                assertThat(opened.getString("failure")).isNull();
                assertThat(opened.getDuration()).isPositive();
            });
            assertThat(named("Exchange", events)).hasSize(2).first().satisfies(exchange -> {
                assertThat(exchange.getString("host")).isEqualTo(host);
                assertThat(exchange.getString("method")).isEqualTo("GET");
                assertThat(exchange.getString("path")).isEqualTo("/path");
                assertThat(exchange.getInt("status")).isEqualTo(200);
                assertThat(exchange.getDuration()).isPositive();
            });
            assertThat(named("ConnectionClosed", events)).singleElement().satisfies(closed -> {
                assertThat(closed.getString("host")).isEqualTo(host);
                assertThat(closed.getString("reason")).isEqualTo("pool_closed");
                assertThat(closed.getDuration("age")).isPositive();
            });
        }
    }

    @Test
    void failuresAreRecorded() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(Peer::readRequest);
                PooledHttpClient client = PooledHttpClient.newHttpClient();
                Recording recording = started(Duration.ZERO)) {
            EndToEnd.inBackground(() -> client.send(EndToEnd.get(server), BodyHandlers.ofString()))
                    .handle((response, failure) -> failure)
                    .join();

            List<RecordedEvent> events = stopped(recording);

            assertThat(named("Exchange", events)).singleElement().satisfies(exchange -> {
                assertThat(exchange.getInt("status")).isZero();
                assertThat(exchange.getString("failure")).contains("waiting for the response head");
            });
        }
    }

    @Test
    void whatIsQuickIsNotRecordedByDefault() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(ScriptedServer.always(ScriptedServer.ok("ok")));
                PooledHttpClient client = PooledHttpClient.newHttpClient();
                Recording recording = started(Duration.ofHours(1))) {
            EndToEnd.fetch(client, server);

            List<RecordedEvent> events = stopped(recording);

            assertThat(named("Exchange", events)).isEmpty();
            assertThat(named("Acquire", events)).isEmpty();
        }
    }

    @Test
    void clientWorksWithoutTheFlightRecordersModule() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(ScriptedServer.always(ScriptedServer.ok("fetched")))) {
            String output = OwnProcess.run(
                    WithoutRecorder.class,
                    List.of("--limit-modules", "java.net.http"),
                    server.uri("/").toString());

            assertThat(output).contains("jdk.jfr: false, fetched");
        }
    }

    /** To be run where there is no flight recorder. */
    static final class WithoutRecorder {

        private WithoutRecorder() {}

        @SuppressWarnings("SystemOut") // read by the test
        public static void main(String[] uri) throws Exception {
            try (PooledHttpClient client = PooledHttpClient.newHttpClient()) {
                String body = client.send(
                                HttpRequest.newBuilder(URI.create(uri[0])).build(), BodyHandlers.ofString())
                        .body();
                boolean there = ModuleLayer.boot().findModule("jdk.jfr").isPresent();
                System.out.println("jdk.jfr: " + there + ", " + body);
            }
        }
    }

    private static Recording started(Duration threshold) {
        Recording recording = new Recording();
        for (String name : List.of("Acquire", "Exchange")) {
            recording.enable(PREFIX + name).withThreshold(threshold);
        }
        for (String name : List.of("ConnectionOpened", "ConnectionClosed")) {
            recording.enable(PREFIX + name);
        }
        recording.start();
        return recording;
    }

    private List<RecordedEvent> stopped(Recording recording) throws Exception {
        recording.stop();
        Path file = Files.createTempFile(directory, "test", ".jfr");
        recording.dump(file);
        return RecordingFile.readAllEvents(file);
    }

    // Oldest first: threads write into buffers of their own.
    private static List<RecordedEvent> named(String name, List<RecordedEvent> events) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals(PREFIX + name))
                .sorted(Comparator.comparing(RecordedEvent::getStartTime))
                .toList();
    }
}
