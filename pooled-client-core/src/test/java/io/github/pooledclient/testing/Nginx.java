// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** An nginx of a test's own: in a folder of its own, on free ports, over HTTP and HTTPS. */
public final class Nginx implements AutoCloseable {

    /** How long the text is that it compresses. */
    public static final int TEXT_SIZE = 100_000;

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final Process process;
    private final Path folder;
    private final int port;
    private final int securePort;
    private final byte[] large = new byte[1024 * 1024];

    private Nginx(Process process, Path folder, int port, int securePort) {
        this.process = process;
        this.folder = folder;
        this.port = port;
        this.securePort = securePort;
        new Random(1).nextBytes(large);
    }

    /** Skips the test where there is no nginx. */
    public static void assumeInstalled() {
        assumeThat(program()).as("nginx is installed").isPresent();
    }

    private static Optional<Path> program() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.concat(Stream.of(path.split(File.pathSeparator, -1)), Stream.of("/usr/sbin"))
                .map(folder -> Path.of(folder, "nginx"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Starts it, and waits until it accepts connections. */
    public static Nginx start(Path folder) throws IOException, InterruptedException {
        int port = FreePort.any();
        int securePort = FreePort.any();
        TestCertificates.writePem(folder.resolve("chain.pem"), folder.resolve("key.pem"));
        Files.writeString(folder.resolve("nginx.conf"), configuration(folder, port, securePort));
        Process process = new ProcessBuilder(
                        program().orElseThrow().toString(), "-p", folder.toString(), "-c", "nginx.conf")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .start();
        Nginx nginx = new Nginx(process, folder, port, securePort);
        nginx.writeFiles();
        nginx.awaitStart();
        return nginx;
    }

    private static String configuration(Path folder, int port, int securePort) {
        return """
                daemon off;
                master_process off;
                pid nginx.pid;
                error_log error.log;
                events {}
                http {
                    access_log off;
                    client_body_temp_path body;
                    proxy_temp_path proxy;
                    fastcgi_temp_path fastcgi;
                    uwsgi_temp_path uwsgi;
                    scgi_temp_path scgi;
                    default_type text/plain;
                    client_max_body_size 10m;
                    server {
                        listen 127.0.0.1:%d;
                        listen 127.0.0.1:%d ssl;
                        ssl_certificate chain.pem;
                        ssl_certificate_key key.pem;
                        root %s;
                        location = /text.txt { gzip on; gzip_types text/plain; }
                        location = /upload { return 200 "got $content_length"; }
                        location = /impatient { keepalive_timeout 500ms; return 200 "soon gone"; }
                        location = /closing { keepalive_timeout 0; return 200 "bye"; }
                    }
                }
                """.formatted(port, securePort, folder);
    }

    private void writeFiles() throws IOException {
        Files.writeString(folder.resolve("small"), "small");
        Files.write(folder.resolve("large"), large);
        Files.writeString(folder.resolve("text.txt"), "x".repeat(TEXT_SIZE));
    }

    private void awaitStart() throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!accepts()) {
            if (!process.isAlive() || System.nanoTime() - end > 0) {
                throw new IOException("nginx did not start: " + Files.readString(folder.resolve("output")));
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private boolean accepts() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), securePort)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    public URI uri(boolean secure, String path) {
        return URI.create(secure ? "https://127.0.0.1:" + securePort + path : "http://127.0.0.1:" + port + path);
    }

    /** The content of {@code /large}: random, so that nothing can be taken for anything else. */
    public byte[] large() {
        return large.clone();
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }
}
