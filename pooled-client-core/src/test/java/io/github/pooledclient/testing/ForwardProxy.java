// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * The script of a proxy that really is one: passes requests on to origins on the loopback address, whatever their name, and
 * opens tunnels to them. One request to an origin for each connection, which is closed with the answer.
 */
public final class ForwardProxy implements ScriptedServer.Script {

    private final String challenge;
    private final Predicate<Peer.Request> mayPass;

    /**
     * @param challenge for requests that may not
     */
    private ForwardProxy(String challenge, Predicate<Peer.Request> mayPass) {
        this.challenge = challenge;
        this.mayPass = mayPass;
    }

    /** For anybody. */
    public static ForwardProxy open() {
        return new ForwardProxy("", request -> true);
    }

    /** For whoever has these credentials; others are asked for them, with Basic. */
    public static ForwardProxy asking(String userName, String password) {
        byte[] both = (userName + ":" + password).getBytes(StandardCharsets.UTF_8);
        String authorization = "Basic " + Base64.getEncoder().encodeToString(both);
        return new ForwardProxy(
                "Basic realm=\"proxy\"", request -> authorization.equals(request.field("Proxy-Authorization")));
    }

    /** For whoever has an answer to Digest that is for his request, and was not given before; the proof is not looked at. */
    public static ForwardProxy askingForDigest() {
        Set<String> given = ConcurrentHashMap.newKeySet();
        return new ForwardProxy("Digest realm=\"proxy\", nonce=\"n\", qop=\"auth\"", request -> {
            String answer = String.valueOf(request.field("Proxy-Authorization"));
            return answer.startsWith("Digest ")
                    && answer.contains("uri=\"" + request.target() + "\"")
                    && given.add(answer);
        });
    }

    @Override
    public void play(Peer peer) throws IOException {
        for (Peer.Request r = peer.readRequestOrEnd(); r != null; r = peer.readRequestOrEnd()) {
            if (!mayPass.test(r)) {
                peer.send("HTTP/1.1 407 Who?\r\nProxy-Authenticate: " + challenge + "\r\nContent-Length: 0\r\n\r\n");
            } else if (r.method().equals("CONNECT")) {
                tunnel(peer, URI.create("http://" + r.target()).getPort());
                return;
            } else {
                passOn(peer, r);
                return;
            }
        }
    }

    private static void tunnel(Peer peer, int port) throws IOException {
        try (Socket origin = new Socket(InetAddress.getLoopbackAddress(), port)) {
            peer.send("HTTP/1.1 200 Connection established\r\n\r\n");
            Thread back = new Thread(() -> pass(origin, peer.socket()), "tunnel");
            back.setDaemon(true);
            back.start();
            pass(peer.socket(), origin);
        }
    }

    private static void passOn(Peer peer, Peer.Request request) throws IOException {
        URI target = URI.create(request.target());
        StringBuilder head = new StringBuilder(request.method() + " " + target.getRawPath() + " HTTP/1.1\r\n");
        request.head()
                .lines()
                .skip(1)
                .filter(line -> !line.toLowerCase(Locale.ROOT).startsWith("proxy-"))
                .forEach(line -> head.append(line).append("\r\n"));
        head.append("Connection: close\r\n\r\n");
        try (Socket origin = new Socket(InetAddress.getLoopbackAddress(), target.getPort())) {
            origin.getOutputStream().write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
            origin.getOutputStream().write(request.body());
            // Not every script closes because it is told to.
            origin.shutdownOutput();
            pass(origin, peer.socket());
        }
    }

    private static void pass(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException oneEndHasGone) {
            // The other one sees it too.
        }
    }
}
