// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.testing.OwnProcess;
import io.github.pooledclient.testing.ScriptedServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

class DefaultTlsTest {

    /** A process of its own, because the default context is made once for all. */
    static final class Caller {

        private Caller() {}

        /** Gets each of the addresses, and prints the status or the failure. */
        public static void main(String[] addresses) throws InterruptedException {
            try (PooledHttpClient client = PooledHttpClient.newHttpClient()) {
                for (String address : addresses) {
                    System.out.println(answer(client, address));
                }
            }
        }

        private static String answer(HttpClient client, String address) throws InterruptedException {
            try {
                HttpRequest request =
                        HttpRequest.newBuilder(URI.create(address)).build();
                return "" + client.send(request, BodyHandlers.discarding()).statusCode();
            } catch (IOException e) {
                return RequestState.of(e) + " " + e.getMessage();
            }
        }
    }

    @Test
    void defaultContextIsMadeForTheFirstExchangeThatNeedsIt() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(peer -> {
            peer.readRequest();
            peer.send("HTTP/1.1 204 No Content\r\n\r\n");
        })) {
            String plain = server.uri("/").toString();

            String answers = OwnProcess.run(
                    Caller.class, List.of("-Djavax.net.ssl.keyStore=missing.p12"), plain, "https://localhost:1/");

            List<String> lines = answers.lines().toList();
            assertThat(lines).hasSize(2).element(0).isEqualTo("204");
            assertThat(lines.get(1))
                    .startsWith("NOT_SENT no TLS for https://localhost:1: the JVM has no default TLS context, see");
        }
    }

    @Test
    void contextThatWasNotSetIsTheDefaultOneOfTheTime() throws Exception {
        SSLContext before = SSLContext.getDefault();
        SSLContext later = SSLContext.getInstance("TLS");
        later.init(null, null, null);
        try (PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            SSLContext.setDefault(later);

            assertThat(client.sslContext()).isSameAs(later);
            SSLContext.setDefault(before);
            assertThat(client.sslContext()).isSameAs(later);
        } finally {
            SSLContext.setDefault(before);
        }
    }
}
