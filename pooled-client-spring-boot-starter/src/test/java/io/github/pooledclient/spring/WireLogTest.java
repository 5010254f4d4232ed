// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.spring.testing.EchoServer;
import io.github.pooledclient.testing.ScriptedServer;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What {@code io.github.pooledclient.wire} logs: here, where the logger's level can be changed. */
class WireLogTest {

    private final Logger logger = (Logger) LoggerFactory.getLogger("io.github.pooledclient.wire");
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

    @BeforeEach
    void listen() {
        appender.start();
        logger.addAppender(appender);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(appender);
        logger.setLevel(null);
    }

    @Test
    void headsAreLoggedWithoutSecretsAndBodies() throws Exception {
        logger.setLevel(Level.TRACE);

        String authority = send();

        assertThat(messages()).hasSize(2);
        assertThat(messages().get(0))
                .startsWith("http://" + authority + " from ")
                .contains("> POST /echo HTTP/1.1")
                .contains("> Host: " + authority)
                .contains("> Authorization: (redacted)")
                .contains("> Content-Length: 7");
        assertThat(messages().get(1)).contains("< HTTP/1.1 200").containsIgnoringCase("< Echo-Method: POST");
        assertThat(String.join("", messages()).replaceAll("(?i)Echo-Authorization.*", ""))
                .doesNotContain("letmein")
                .doesNotContain("letters");
    }

    @Test
    void nothingIsLoggedAboveDebug() throws Exception {
        logger.setLevel(Level.INFO);

        send();

        assertThat(messages()).isEmpty();
    }

    @Test
    void interimResponsesAreLoggedToo() throws Exception {
        logger.setLevel(Level.DEBUG);
        String hints = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\nSet-Cookie: id=letmein\r\n\r\n";

        try (ScriptedServer server = ScriptedServer.start(always(hints + ok("")));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            client.send(HttpRequest.newBuilder(server.uri("/")).build(), BodyHandlers.discarding());
        }

        assertThat(messages()).hasSize(3);
        assertThat(messages().get(1))
                .endsWith("receives:\n< HTTP/1.1 103\n< Link: </style.css>\n< Set-Cookie: (redacted)");
        assertThat(messages().get(2)).contains("< HTTP/1.1 200");
    }

    private List<String> messages() {
        return appender.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private static String send() throws Exception {
        try (EchoServer server = new EchoServer();
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(server.uri("/echo"))
                    .header("Authorization", "Bearer letmein")
                    .POST(BodyPublishers.ofString("letters"))
                    .build();
            client.send(request, BodyHandlers.ofString());
            return server.authority();
        }
    }
}
