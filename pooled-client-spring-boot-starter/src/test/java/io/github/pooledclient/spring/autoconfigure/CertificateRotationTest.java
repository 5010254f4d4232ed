// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.pool.CloseReason;
import io.github.pooledclient.testing.TestCertificates.Authority;
import io.github.pooledclient.testing.TestCertificates.Pem;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Certificates and authorities of both sides are replaced as files while calls are under way. */
class CertificateRotationTest {

    /** Long enough for the slowest machine; reached by failing tests only. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path files;

    private final Authority old = new Authority("old authority");
    private final Authority next = new Authority("next authority");
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final AtomicLong calls = new AtomicLong();
    private volatile String seen = "";

    @Test
    void everythingIsReplacedUnderLoadWithoutAFailure() throws Exception {
        write("server.pem", old.sign("server", "localhost"));
        write("client.pem", old.sign("client", "client.example"));
        write("server-trusts.pem", old.pem());
        write("client-trusts.pem", old.pem());
        try (ConfigurableApplicationContext server = start(Server.class, WebApplicationType.SERVLET, "server");
                ConfigurableApplicationContext caller = start(Caller.class, WebApplicationType.NONE, "client")) {
            PooledHttpClient client = caller.getBean(PooledHttpClient.class);
            AtomicBoolean stop = new AtomicBoolean();
            List<Thread> load = load(client, uri(server), stop);
            await().atMost(PATIENCE).until(() -> seen.equals("server of old authority, client of old authority"));

            reload(server, "server", () -> write("server-trusts.pem", old.pem() + next.pem()));
            reload(caller, "client", () -> write("client-trusts.pem", old.pem() + next.pem()));
            reload(server, "server", () -> write("server.pem", next.sign("server", "localhost")));
            reload(caller, "client", () -> write("client.pem", next.sign("client", "client.example")));
            await().atMost(PATIENCE).until(() -> seen.equals("server of next authority, client of next authority"));
            reload(server, "server", () -> write("server-trusts.pem", next.pem()));
            reload(caller, "client", () -> write("client-trusts.pem", next.pem()));
            long before = calls.get();
            await().atMost(PATIENCE).until(() -> calls.get() > before + 100);
            stop.set(true);
            for (Thread thread : load) {
                thread.join();
            }

            assertThat(failures).isEmpty();
            assertThat(seen).isEqualTo("server of next authority, client of next authority");
            Map<CloseReason, Long> closed = client.snapshot().totals().closed();
            assertThat(closed.keySet()).isSubsetOf(CloseReason.EVICTED, CloseReason.RETIRED);
            assertThat(closed.get(CloseReason.RETIRED)).isPositive();
        }
    }

    /** Calls that may not be sent twice. */
    private List<Thread> load(PooledHttpClient client, URI uri, AtomicBoolean stop) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                while (!stop.get()) {
                    call(client, uri);
                }
            });
            thread.start();
            threads.add(thread);
        }
        return threads;
    }

    private void call(PooledHttpClient client, URI uri) {
        try {
            HttpRequest request = HttpRequest.newBuilder(uri)
                    .POST(BodyPublishers.ofString("x"))
                    .build();
            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
            seen = "server of "
                    + issuer(response.sslSession().orElseThrow().getPeerCertificates()[0]) + ", client of "
                    + response.body();
            calls.incrementAndGet();
        } catch (IOException | InterruptedException | RuntimeException e) {
            failures.add(e);
        }
    }

    private static String issuer(Object certificate) {
        return ((X509Certificate) certificate)
                .getIssuerX500Principal()
                .getName()
                .substring("CN=".length());
    }

    private interface Change {
        void make() throws IOException;
    }

    /** Changes files and waits until the bundle has been reloaded; those who were told of it first have then used it. */
    private static void reload(ConfigurableApplicationContext context, String bundle, Change change) throws Exception {
        CountDownLatch reloaded = new CountDownLatch(1);
        context.getBean(SslBundles.class).addBundleUpdateHandler(bundle, updated -> reloaded.countDown());
        change.make();
        assertThat(reloaded.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("reloaded")
                .isTrue();
    }

    private ConfigurableApplicationContext start(Class<?> application, WebApplicationType type, String side) {
        String bundle = "spring.ssl.bundle.pem." + side + ".";
        return new SpringApplicationBuilder(application)
                .web(type)
                .properties(
                        "server.port=0",
                        "server.ssl.bundle=server",
                        "server.ssl.client-auth=need",
                        // Else Tomcat ends connections after a hundred calls, where these are fast.
                        "server.tomcat.max-keep-alive-requests=-1",
                        "pool.ssl.bundle=client",
                        "spring.ssl.bundle.watch.file.quiet-period=20ms",
                        bundle + "reload-on-update=true",
                        bundle + "keystore.certificate="
                                + files.resolve(side + ".pem").toUri(),
                        bundle + "keystore.private-key="
                                + files.resolve(side + ".pem").toUri(),
                        bundle + "truststore.certificate="
                                + files.resolve(side + "-trusts.pem").toUri())
                .run();
    }

    private static URI uri(ConfigurableApplicationContext server) {
        return URI.create("https://localhost:"
                + ((WebServerApplicationContext) server).getWebServer().getPort() + "/issuer");
    }

    private void write(String file, Pem pem) throws IOException {
        write(file, pem.chain() + pem.key());
    }

    // At once, so that nobody reads half of it.
    private void write(String file, String content) throws IOException {
        Path written = Files.writeString(files.resolve(file + ".new"), content);
        Files.move(written, files.resolve(file), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @RestController
    @EnableAutoConfiguration(exclude = PooledClientAutoConfiguration.class)
    static class Server {

        @PostMapping("/issuer")
        String issuerOfTheClientsCertificate(HttpServletRequest request) {
            X509Certificate[] chain =
                    (X509Certificate[]) request.getAttribute("jakarta.servlet.request.X509Certificate");
            return issuer(chain[0]);
        }
    }

    @EnableAutoConfiguration
    static class Caller {}
}
