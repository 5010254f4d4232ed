// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.benchmarks.loopback;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the peers talk to, in a process of its own: nginx where it is installed, else {@link SmallServer}. */
final class Server implements AutoCloseable {

    static final String SMALL = "/small";
    static final int SMALL_LENGTH = 100;
    static final String LARGE = "/large";
    static final int LARGE_LENGTH = 1024 * 1024;

    private final Process process;
    private final String name;
    private final int plainPort;
    private final int tlsPort;

    private Server(Process process, String name, int plainPort, int tlsPort) {
        this.process = process;
        this.name = name;
        this.plainPort = plainPort;
        this.tlsPort = tlsPort;
    }

    static Server start(Path directory, Path keyStore, int core)
            throws IOException, InterruptedException, GeneralSecurityException {
        int plainPort = freePort();
        int tlsPort = freePort();
        if (!Processes.isInstalled("nginx")) {
            return start(
                    directory,
                    "small server",
                    plainPort,
                    tlsPort,
                    Processes.onCore(core, small(keyStore, plainPort, tlsPort)));
        }
        String configuration = nginx(directory, keyStore, plainPort, tlsPort);
        List<String> command = List.of("nginx", "-p", directory.toString(), "-c", configuration);
        return start(directory, "nginx", plainPort, tlsPort, Processes.onCore(core, command));
    }

    /** Starts the one of ours, which can do more. */
    static Server startSmall(Path directory, Path keyStore) throws IOException, InterruptedException {
        int plainPort = freePort();
        int tlsPort = freePort();
        return start(directory, "small server", plainPort, tlsPort, small(keyStore, plainPort, tlsPort));
    }

    private static List<String> small(Path keyStore, int plainPort, int tlsPort) {
        return Processes.java(
                List.of(),
                SmallServer.class,
                List.of(Integer.toString(plainPort), Integer.toString(tlsPort), keyStore.toString()));
    }

    private static Server start(Path directory, String name, int plainPort, int tlsPort, List<String> command)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("server.log").toFile())
                .start();
        Server server = new Server(process, name, plainPort, tlsPort);
        server.awaitStart(directory);
        return server;
    }

    private static String nginx(Path directory, Path keyStore, int plainPort, int tlsPort)
            throws IOException, GeneralSecurityException {
        ServerKey.writePem(keyStore, directory.resolve("server.crt"), directory.resolve("server.key"));
        Files.write(directory.resolve(LARGE.substring(1)), new byte[LARGE_LENGTH]);
        Path configuration = directory.resolve("nginx.conf");
        Files.writeString(configuration, """
                daemon off;
                user root;
                worker_processes 1;
                worker_rlimit_nofile 20000;
                pid nginx.pid;
                error_log stderr error;
                events { worker_connections 19500; }
                http {
                  access_log off;
                  keepalive_requests 1000000000;
                  keepalive_timeout 1h;
                  sendfile on;
                  tcp_nopush on;
                  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
                  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                  server {
                    listen %d backlog=10000 reuseport;
                    listen %d ssl backlog=10000 reuseport;
                    ssl_certificate server.crt;
                    ssl_certificate_key server.key;
                    ssl_protocols TLSv1.3;
                    location = %s { default_type text/plain; return 200 "%s"; }
                    location = %s { root .; }
                  }
                }
                """.formatted(plainPort, tlsPort, SMALL, "x".repeat(SMALL_LENGTH), LARGE));
        return configuration.toString();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private void awaitStart(Path directory) throws IOException, InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() < until && process.isAlive()) {
            if (accepts(plainPort) && accepts(tlsPort)) {
                return;
            }
            Thread.sleep(50);
        }
        throw new IOException(name + " did not start: " + Files.readString(directory.resolve("server.log")));
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    String name() {
        return name;
    }

    int port(boolean tls) {
        return tls ? tlsPort : plainPort;
    }

    @Override
    public void close() {
        Processes.stop(process);
    }
}
