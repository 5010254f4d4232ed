// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.pooledclient.testing.OddRequest;
import io.github.pooledclient.testing.ReferenceRequest;
import io.github.pooledclient.testing.ReferenceRequest.Field;
import io.github.pooledclient.testing.SegmentedTransport;
import io.github.pooledclient.transport.Connector;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;

/** What is written, whatever a caller asks for: exactly that, or nothing. */
class RequestFuzzTest {

    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ANSWER =
            "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final String HOST = "(\\[[0-9a-fA-F:.]+]|[0-9A-Za-z._~!$&'()*+;=%-]+)(:[0-9]*)?";
    private static final Set<String> ADDED = Set.of("Accept-Encoding", "User-Agent");
    // Fields that are the connection's: the caller's are looked at, and not sent as they are.
    private static final Set<String> OURS = Set.of(
            "host",
            "connection",
            "content-length",
            "expect",
            "te",
            "keep-alive",
            "proxy-connection",
            "transfer-encoding",
            "trailer",
            "upgrade",
            "http2-settings");

    // A pool remembers each host for a while, and fuzzing finds many.
    private static final int MOST_USES = 1000;

    private static Connector connector = (route, deadline) -> {
        throw new AssertionError("there is nothing to connect to");
    };
    private static @Nullable PooledHttpClient client;
    private static int uses;

    private static PooledHttpClient client() {
        if (client == null || ++uses % MOST_USES == 0) {
            close();
            client = PooledHttpClient.newBuilder()
                    .connector((route, deadline) -> connector.connect(route, deadline))
                    .build();
        }
        return client;
    }

    @AfterAll
    static void close() {
        if (client != null) {
            client.close();
        }
    }

    /** A request of a caller that checks nothing, in contrast to the JDK's builder. */
    private static final class Asked extends OddRequest {

        private final String method;
        private final String content;
        private final HttpHeaders fields;

        /** Its words end where ASCII says that a unit does: method, URI, content, then names and values of fields. */
        static Asked of(byte[] bytes) {
            String[] words = new String(bytes, StandardCharsets.UTF_8).split("\u001f", -1);
            Map<String, List<String>> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            for (int i = 3; i + 1 < words.length; i += 2) {
                values.computeIfAbsent(words[i], name -> new ArrayList<>()).add(words[i + 1]);
            }
            return new Asked(
                    words[0],
                    URI.create(words.length > 1 ? words[1] : ""),
                    words.length > 2 ? words[2] : "",
                    HttpHeaders.of(values, (name, value) -> true));
        }

        private Asked(String method, URI uri, String content, HttpHeaders fields) {
            super(uri);
            this.method = method;
            this.content = content;
            this.fields = fields;
        }

        @Override
        public Optional<BodyPublisher> bodyPublisher() {
            return content.isEmpty() ? Optional.empty() : Optional.of(BodyPublishers.ofString(content));
        }

        @Override
        public String method() {
            return method;
        }

        @Override
        public HttpHeaders headers() {
            return fields;
        }
    }

    @FuzzTest
    void requestIsWrittenAsItIsAskedForOrNotAtAll(byte[] bytes) throws InterruptedException {
        Asked asked;
        try {
            asked = Asked.of(bytes);
        } catch (IllegalArgumentException e) {
            // No URI, or no map of fields.
            return;
        }
        List<SegmentedTransport> opened = new ArrayList<>();
        boolean waits = asked.fields.firstValue("Expect").isPresent() && !asked.content.isEmpty();
        connector = (route, deadline) -> {
            opened.add(new SegmentedTransport(() -> 1000)
                    .answer(waits ? CONTINUE : ANSWER)
                    .answer(ANSWER));
            return opened.get(0);
        };
        try {
            assertThat(client().send(asked, BodyHandlers.discarding()).statusCode())
                    .isEqualTo(204);
        } catch (IllegalArgumentException e) {
            assertThat(opened).as("refused before anything was opened: " + e).isEmpty();
            return;
        } catch (IOException e) {
            assertThat(asked.uri().getScheme()).as("the peer speaks no TLS").isEqualToIgnoringCase("https");
            return;
        }
        assertThat(opened).hasSize(1);
        List<ReferenceRequest> written = ReferenceRequest.all(opened.get(0).written());
        assertThat(written).hasSize(1);
        assertThat(written.get(0).method()).isEqualTo(asked.method);
        assertThat(written.get(0).target()).isEqualTo(target(asked.uri()));
        assertThat(written.get(0).content()).isEqualTo(utf8(asked.content));
        assertThat(fieldsOfCaller(written.get(0), asked)).isEqualTo(valuesOfCaller(asked));
        assertOurs(written.get(0), asked);
    }

    private static String target(URI uri) {
        URI ascii = URI.create(uri.toASCIIString());
        String path = ascii.getRawPath().isEmpty() ? "/" : ascii.getRawPath();
        return ascii.getRawQuery() == null ? path : path + "?" + ascii.getRawQuery();
    }

    private static String utf8(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static Map<String, List<String>> fieldsOfCaller(ReferenceRequest written, Asked asked) {
        Map<String, List<String>> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (Field field : written.fields()) {
            boolean isAdded = ADDED.contains(field.name())
                    && asked.fields.firstValue(field.name()).isEmpty();
            if (!isAdded && !OURS.contains(field.name().toLowerCase(Locale.ROOT))) {
                fields.computeIfAbsent(field.name(), name -> new ArrayList<>()).add(field.value());
            }
        }
        return fields;
    }

    private static Map<String, List<String>> valuesOfCaller(Asked asked) {
        Map<String, List<String>> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        asked.fields.map().forEach((name, values) -> {
            if (!OURS.contains(name.toLowerCase(Locale.ROOT))) {
                fields.put(name, values.stream().map(RequestFuzzTest::trim).toList());
            }
        });
        return fields;
    }

    private static void assertOurs(ReferenceRequest written, Asked asked) {
        assertThat(written.values("Connection")).isSubsetOf("close", "keep-alive", "TE");
        assertThat(written.values("Expect")).isSubsetOf("100-continue");
        assertThat(written.values("TE")).isSubsetOf("trailers");
        for (String name : List.of("Keep-Alive", "Proxy-Connection", "Trailer", "Upgrade", "HTTP2-Settings")) {
            assertThat(written.values(name)).as(name).isEmpty();
        }
        String host = written.values("Host").get(0);
        assertThat(host)
                .isEqualTo(asked.fields
                        .firstValue("Host")
                        .map(RequestFuzzTest::trim)
                        .orElse(authority(asked.uri())));
        assertThat(host).matches(HOST);
    }

    private static String authority(URI uri) {
        // The zone of an IPv6 address means nothing to anybody else (RFC 6874, 4).
        String host = uri.getHost().toLowerCase(Locale.ROOT).replaceAll("%[^]]*", "");
        return uri.getPort() == -1 || uri.getPort() == 80 ? host : host + ":" + uri.getPort();
    }

    private static String trim(String value) {
        return value.replaceAll("^[ \\t]+|[ \\t]+$", "");
    }
}
