// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Relays bytes between clients and a server on this machine, and does to them at random what networks do: it knows nothing
 * of HTTP or TLS, and adds and changes no byte. Which faults a connection meets follows from the seed and from how many
 * connections came before it. Safe for use by several threads.
 */
public final class FaultyProxy implements AutoCloseable {

    /** What happens to a connection. */
    public enum Fault {
        /** Nothing passes for some milliseconds. */
        DELAY(25, false),
        /** The next bytes pass one by one. */
        DRIBBLE(12, false),
        /** The next bytes are read in small pieces, with pauses. */
        SLOW(10, false),
        /** RST to both ends. */
        RESET(14, true),
        /** FIN to both ends; what they send after that is answered by RST. */
        CLOSE(14, true),
        /** FIN to the client, whose bytes are then read and dropped. */
        HALF_CLOSE(8, true),
        /** Nothing passes any more. */
        STALL(5, true);

        private static final int TOTAL = 88;

        private final int weight;
        private final boolean isFinal;

        Fault(int weight, boolean isFinal) {
            this.weight = weight;
            this.isFinal = isFinal;
        }

        static Fault random(SplittableRandom random) {
            int drawn = random.nextInt(TOTAL);
            for (Fault fault : values()) {
                drawn -= fault.weight;
                if (drawn < 0) {
                    return fault;
                }
            }
            return STALL;
        }
    }

    private static final int MEAN_TURNS_BETWEEN_FAULTS = 20;
    private static final int BUFFER = 64 * 1024;
    private static final long LONGEST_STALL_SECONDS = 20;

    private final long seed;
    private final int originPort;
    // Bound and never listening: else the system could give the port to a client while the listener is closed, even to
    // one that connects to it, which would then have connected to itself.
    private final Socket placeholder = new Socket();
    private final ExecutorService threads = Executors.newCachedThreadPool(FaultyProxy::thread);
    private final Map<Integer, Relay> relays = new ConcurrentHashMap<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final Map<Fault, AtomicLong> struck = new EnumMap<>(Fault.class);
    private volatile ServerSocket listener;
    private volatile Future<?> accepting;
    private volatile boolean isCalm;

    private FaultyProxy(int originPort, long seed) throws IOException {
        this.originPort = originPort;
        this.seed = seed;
        for (Fault fault : Fault.values()) {
            struck.put(fault, new AtomicLong());
        }
        placeholder.setReuseAddress(true);
        placeholder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        listener = listen();
    }

    /** Starts a proxy on a free port of the loopback address, before a server on another one. */
    public static FaultyProxy start(int originPort, long seed) throws IOException {
        return new FaultyProxy(originPort, seed);
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "faulty-proxy");
        thread.setDaemon(true);
        return thread;
    }

    private ServerSocket listen() throws IOException {
        ServerSocket opened = new ServerSocket();
        opened.setReuseAddress(true);
        opened.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()), 512);
        accepting = threads.submit(() -> accept(opened));
        return opened;
    }

    private void accept(ServerSocket from) {
        while (!from.isClosed()) {
            try {
                Socket client = from.accept();
                client.setTcpNoDelay(true);
                Socket origin = new Socket(InetAddress.getLoopbackAddress(), originPort);
                origin.setTcpNoDelay(true);
                new Relay(client, origin, new SplittableRandom(seed + accepted.incrementAndGet())).start(from);
            } catch (IOException e) {
                // The listener was closed, or the client has gone already.
            }
        }
    }

    public int port() {
        return placeholder.getLocalPort();
    }

    /** How many connections were accepted. */
    public int accepted() {
        return accepted.get();
    }

    /** How many connections have an end that is not closed yet. */
    public int open() {
        return relays.size();
    }

    /** How often each fault has struck. */
    public Map<Fault, Long> struck() {
        Map<Fault, Long> counts = new EnumMap<>(Fault.class);
        struck.forEach((fault, count) -> counts.put(fault, count.get()));
        return counts;
    }

    /** Whether bytes pass as they come, from now on. */
    public void calm(boolean newCalm) {
        isCalm = newCalm;
    }

    /** Cuts off the connections that are stalled. */
    public void endStalls() {
        relays.values().stream().filter(relay -> relay.isStalled).forEach(Relay::end);
    }

    /**
     * How many bytes the client has been given on the connection that the server knows by this port; {@link Long#MAX_VALUE}
     * if there is none any more.
     */
    public long delivered(int port) {
        Relay relay = relays.get(port);
        return relay == null ? Long.MAX_VALUE : relay.delivered.get();
    }

    /** As a server that is restarted: all connections end at once, and for a while new ones are refused. */
    public void restart(boolean resets, long downMillis) throws IOException, InterruptedException, ExecutionException {
        listener.close();
        // The system keeps the socket as long as a thread is in accept.
        accepting.get();
        relays.values().forEach(relay -> relay.end(resets));
        TimeUnit.MILLISECONDS.sleep(downMillis);
        listener = listen();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        relays.values().forEach(Relay::end);
        placeholder.close();
        threads.shutdownNow();
    }

    /** A connection of a client, and one to the server for it. */
    private final class Relay {

        private final Socket client;
        private final Socket origin;
        private final Pump requests;
        private final Pump responses;
        private final CountDownLatch ended = new CountDownLatch(1);
        private final AtomicInteger pumping = new AtomicInteger(2);
        // A turn is what one side says until the other one speaks: an exchange has two, whatever it is about.
        private final AtomicInteger turn = new AtomicInteger();
        private final AtomicLong delivered = new AtomicLong();
        private volatile boolean isStalled;

        Relay(Socket client, Socket origin, SplittableRandom random) throws IOException {
            this.client = client;
            this.origin = origin;
            this.requests = new Pump(this, client, origin, 1, new SplittableRandom(random.nextLong()));
            this.responses = new Pump(this, origin, client, 0, new SplittableRandom(random.nextLong()));
        }

        void start(ServerSocket from) {
            relays.put(origin.getLocalPort(), this);
            threads.execute(requests);
            threads.execute(responses);
            if (from.isClosed()) {
                // Accepted in the moment of a restart, which may have overlooked it.
                end();
            }
        }

        void end() {
            end(false);
        }

        void end(boolean resets) {
            ended.countDown();
            close(client, resets);
            close(origin, resets);
        }

        void pumpEnded() {
            if (pumping.decrementAndGet() == 0) {
                end();
                relays.remove(origin.getLocalPort(), this);
            }
        }
    }

    private static void close(Socket socket, boolean resets) {
        try {
            if (resets) {
                socket.setSoLinger(true, 0);
            }
            socket.close();
        } catch (IOException e) {
            // It is closed already.
        }
    }

    /** One direction of a relay. Confined to its thread. */
    private final class Pump implements Runnable {

        private final Relay relay;
        private final Socket to;
        private final InputStream in;
        private final OutputStream out;
        private final int parity;
        private final SplittableRandom random;

        private int turn;
        private long passed;
        private int faultTurn;
        private long faultAt;
        private Fault fault = Fault.DELAY;
        private int dribbling;
        private int slow;

        Pump(Relay relay, Socket from, Socket to, int parity, SplittableRandom random) throws IOException {
            this.relay = relay;
            this.to = to;
            this.in = from.getInputStream();
            this.out = to.getOutputStream();
            this.parity = parity;
            this.random = random;
            planNext();
        }

        // Two turns make an exchange.
        private void planNext() {
            faultTurn = turn + 2 * (int) (-Math.log(1 - random.nextDouble()) * MEAN_TURNS_BETWEEN_FAULTS);
            faultAt = random.nextInt(3) == 0 ? 0 : (long) Math.exp(random.nextDouble() * Math.log(BUFFER));
            fault = Fault.random(random);
        }

        @Override
        public void run() {
            byte[] buffer = new byte[BUFFER];
            try {
                for (int count = read(buffer); count >= 0; count = read(buffer)) {
                    notice();
                    if (!pass(buffer, count)) {
                        return;
                    }
                }
                endOutput();
            } catch (IOException e) {
                relay.end();
            } catch (InterruptedException e) {
                relay.end();
            } finally {
                relay.pumpEnded();
            }
        }

        private int read(byte[] buffer) throws IOException, InterruptedException {
            if (slow == 0) {
                return in.read(buffer);
            }
            slow--;
            TimeUnit.MILLISECONDS.sleep(random.nextInt(5));
            return in.read(buffer, 0, 1 + random.nextInt(4096));
        }

        /** Notices that the other side has spoken since. */
        private void notice() {
            int now = relay.turn.get();
            if (now % 2 != parity) {
                now = relay.turn.incrementAndGet();
            }
            if (now != turn) {
                turn = now;
                passed = 0;
            }
        }

        /** Returns whether the connection goes on. */
        private boolean pass(byte[] buffer, int count) throws IOException, InterruptedException {
            int from = 0;
            while (!isCalm && turn >= faultTurn && passed + (count - from) > faultAt) {
                int before = (int) Math.max(0, faultAt - passed);
                write(buffer, from, before);
                from += before;
                if (!strike()) {
                    return false;
                }
            }
            if (turn > faultTurn + 6) {
                // Nobody says so much here.
                faultAt = random.nextInt(100);
            }
            write(buffer, from, count - from);
            return true;
        }

        private void write(byte[] buffer, int from, int count) throws IOException, InterruptedException {
            int single = Math.min(count, dribbling);
            for (int i = 0; i < single; i++) {
                out.write(buffer, from + i, 1);
                if (random.nextInt(20) == 0) {
                    TimeUnit.MILLISECONDS.sleep(1);
                }
            }
            dribbling -= single;
            if (count > single) {
                out.write(buffer, from + single, count - single);
            }
            passed += count;
            if (to == relay.client) {
                relay.delivered.addAndGet(count);
            }
        }

        private boolean strike() throws IOException, InterruptedException {
            Fault striking = fault;
            struck.get(striking).incrementAndGet();
            switch (striking) {
                case DELAY -> TimeUnit.MILLISECONDS.sleep(random.nextInt(50));
                case DRIBBLE -> dribbling = random.nextInt(300);
                case SLOW -> slow = random.nextInt(60);
                case RESET -> relay.end(true);
                case CLOSE -> relay.end();
                case HALF_CLOSE -> halfClose();
                case STALL -> stall();
            }
            planNext();
            return !striking.isFinal;
        }

        private void halfClose() throws IOException {
            relay.client.shutdownOutput();
            if (to == relay.origin) {
                relay.origin.shutdownOutput();
                in.transferTo(OutputStream.nullOutputStream());
            }
        }

        private void stall() throws InterruptedException {
            relay.isStalled = true;
            relay.ended.await(LONGEST_STALL_SECONDS, TimeUnit.SECONDS);
            relay.end();
        }

        private void endOutput() throws IOException {
            if (relay.isStalled) {
                relay.end();
            } else if (!to.isOutputShutdown()) {
                to.shutdownOutput();
            }
        }
    }
}
