// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.spring.testing.EchoServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.transport.SenderContext;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Bean;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

/** What is observed of calls, in a whole application. */
@SpringBootTest(classes = ObservationTest.Application.class, webEnvironment = WebEnvironment.NONE)
@DirtiesContext
class ObservationTest {

    private static EchoServer server;

    @Autowired
    private PooledHttpClient client;

    @Autowired
    private RestClient.Builder restClient;

    @Autowired
    private WebClient.Builder webClient;

    @Autowired
    private ObservationRegistry registry;

    @Autowired
    private MeterRegistry meters;

    @Autowired
    private Recorded recorded;

    @BeforeAll
    static void startServer() throws IOException {
        server = new EchoServer();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void forget() {
        client.retire();
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(client.snapshot().totals().idle()).isZero());
        recorded.all.clear();
    }

    @Test
    void observationOfRestClientHasTheStepsToItsConnection() {
        get(restClient.build());

        assertThat(recorded.all)
                .containsExactly(
                        "start http.client.requests",
                        "dns.start",
                        "dns.end",
                        "connect.start",
                        "connect.end",
                        "acquire.start",
                        "acquire.end",
                        "stop http.client.requests 200");
    }

    @Test
    void observationOfWebClientHasThemToo() {
        WebClient web = webClient.build();
        post(web);
        post(web);

        List<String> ofEachCall = List.of("acquire.start", "acquire.end", "stop http.client.requests 200");
        Awaitility.await()
                .untilAsserted(() -> assertThat(recorded.all)
                        .startsWith(
                                "start http.client.requests", "dns.start", "dns.end", "connect.start", "connect.end")
                        .containsSubsequence(ofEachCall)
                        .endsWith(ofEachCall.toArray(String[]::new))
                        .hasSize(12));
        assertThat(registry.getCurrentObservation()).isNull();
    }

    private static void post(WebClient web) {
        web.post()
                .uri(server.uri("/echo"))
                .bodyValue("letters")
                .retrieve()
                .toBodilessEntity()
                .block();
    }

    @Test
    void reusedConnectionIsOnlyAcquired() {
        RestClient rest = restClient.build();
        get(rest);
        recorded.all.clear();

        get(rest);

        assertThat(recorded.all)
                .containsExactly(
                        "start http.client.requests", "acquire.start", "acquire.end", "stop http.client.requests 200");
    }

    @Test
    void injectedClientIsObservedAndSendsTheTrace() throws Exception {
        HttpResponse<String> response = client.send(request(), BodyHandlers.ofString());

        assertThat(response.headers().firstValue("Echo-Traceparent")).contains("trace of http.client.requests");
        assertThat(recorded.all)
                .startsWith("start http.client.requests", "dns.start")
                .endsWith("acquire.end", "stop http.client.requests 200");
        assertThat(meters.get("http.client.requests")
                        .tags("method", "GET", "status", "200", "client.name", "localhost", "uri", "none")
                        .timer()
                        .count())
                .isPositive();
    }

    @Test
    void asynchronousCallIsObservedAsPartOfWhatItsCallerDoes() throws Exception {
        Observation caller = Observation.start("caller", registry);
        HttpResponse<String> response = caller.scoped(() -> client.sendAsync(request(), BodyHandlers.ofString()))
                .get(10, TimeUnit.SECONDS);
        caller.stop();

        assertThat(response.headers().firstValue("Echo-Traceparent")).contains("trace of http.client.requests");
        assertThat(recorded.all)
                .contains("start http.client.requests in caller", "acquire.end")
                .endsWith("stop http.client.requests in caller 200", "stop caller");
    }

    @Test
    void failureIsAnErrorOfTheObservation() {
        server.close();
        try {
            assertThatThrownBy(() -> client.send(request(), BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class);
        } finally {
            reopenServer();
        }

        assertThat(recorded.all)
                .startsWith("start http.client.requests")
                .endsWith("not connected", "stop http.client.requests");
    }

    private static void reopenServer() {
        try {
            server = new EchoServer();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void callsThatSpringObservesAreObservedOnce() {
        get(RestClient.builder()
                .requestFactory(new JdkClientHttpRequestFactory(client))
                .observationRegistry(registry)
                .build());
        assertThat(recorded.starts()).hasSize(1);

        get(restClient.build());
        assertThat(recorded.starts()).hasSize(2);

        webClient
                .build()
                .get()
                .uri(server.uri("/echo"))
                .retrieve()
                .toBodilessEntity()
                .block();
        assertThat(recorded.starts()).hasSize(3);
    }

    @Test
    void callWithinACallIsObservedToo() {
        restClient
                .requestInterceptor((request, body, execution) -> {
                    sendToken(server.uri("/token"));
                    return execution.execute(request, body);
                })
                .build()
                .get()
                .uri(server.uri("/echo"))
                .retrieve()
                .toBodilessEntity();

        assertThat(recorded.starts())
                .containsExactly("start http.client.requests", "start http.client.requests in http.client.requests");
    }

    private void sendToken(URI uri) throws IOException {
        try {
            client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding());
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void eventsAreNoMeters() {
        get(restClient.build());

        assertThat(meters.getMeters())
                .extracting(meter -> meter.getId().getName())
                .contains("http.client.requests")
                .noneMatch(name -> name.startsWith("http.client.requests.acquire")
                        || name.startsWith("http.client.requests.dns")
                        || name.startsWith("http.client.requests.connect"));
    }

    private static void get(RestClient rest) {
        rest.get().uri(server.uri("/echo")).retrieve().toBodilessEntity();
    }

    private static HttpRequest request() {
        return HttpRequest.newBuilder(server.uri("/echo")).build();
    }

    /** Writes down what is observed, and sends a trace as a tracer does. */
    static final class Recorded implements ObservationHandler<Observation.Context> {

        private final List<String> all = new CopyOnWriteArrayList<>();

        List<String> starts() {
            return all.stream().filter(what -> what.startsWith("start")).toList();
        }

        @Override
        public void onStart(Observation.Context context) {
            all.add("start " + named(context));
            if (context instanceof SenderContext<?> sender) {
                send(sender, "trace of " + context.getName());
            }
        }

        private static <C> void send(SenderContext<C> context, String trace) {
            context.getSetter().set(context.getCarrier(), "traceparent", trace);
        }

        @Override
        public void onEvent(Observation.Event event, Observation.Context context) {
            all.add(event.getName());
        }

        @Override
        public void onError(Observation.Context context) {
            all.add(context.getError() instanceof ConnectException ? "not connected" : "failed");
        }

        @Override
        public void onStop(Observation.Context context) {
            boolean hasStatus = context.getLowCardinalityKeyValue("status") != null
                    && context.getLowCardinalityKeyValue("status").getValue().matches("\\d+");
            all.add("stop " + named(context)
                    + (hasStatus
                            ? " " + context.getLowCardinalityKeyValue("status").getValue()
                            : ""));
        }

        private static String named(Observation.Context context) {
            return context.getName()
                    + (context.getParentObservation() == null
                            ? ""
                            : " in "
                                    + context.getParentObservation()
                                            .getContextView()
                                            .getName());
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return true;
        }
    }

    @EnableAutoConfiguration
    static class Application {

        @Bean
        TestObservationRegistry observationRegistry() {
            return TestObservationRegistry.create();
        }

        @Bean
        Recorded recorded() {
            return new Recorded();
        }
    }
}
