// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One race between the addresses of a host (RFC 8305): each gets a start of 250 ms, and the first to answer wins. Confined
 * to the calling thread, on which all of it runs.
 */
final class AddressRace {

    // RFC 8305, 8: the recommended delay.
    private static final long STAGGER_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final NewSocket sockets;
    private final ConnectAttempt attempt;
    private final Selector selector;
    private final Queue<InetSocketAddress> waiting;
    private final List<SelectionKey> connecting = new ArrayList<>();
    private final ConnectFailures failures = new ConnectFailures();
    private long nextStart;

    private AddressRace(
            List<InetSocketAddress> addresses, NewSocket sockets, ConnectAttempt attempt, Selector selector) {
        this.sockets = sockets;
        this.attempt = attempt;
        this.selector = selector;
        this.waiting = new ArrayDeque<>(addresses);
        this.nextStart = attempt.ticker().nanos();
    }

    /** A connected channel in blocking mode; all others that were opened for it are closed. */
    static SocketChannel run(List<InetSocketAddress> addresses, NewSocket sockets, ConnectAttempt attempt)
            throws IOException, InterruptedException {
        SocketChannel winner;
        try (Selector selector = Selector.open()) {
            winner = new AddressRace(addresses, sockets, attempt, selector).run();
        }
        // Only now: a channel that a selector knows refuses to block.
        winner.configureBlocking(true);
        return winner;
    }

    private SocketChannel run() throws IOException, InterruptedException {
        SocketChannel winner = null;
        try {
            while (winner == null) {
                long now = attempt.ticker().nanos();
                startIfDue(now);
                if (connecting.isEmpty() && waiting.isEmpty()) {
                    throw failures.allOf(attempt);
                }
                awaitUntil(now);
                winner = firstConnected();
            }
            return winner;
        } finally {
            closeAllBut(winner);
        }
    }

    private void startIfDue(long now) {
        while (!waiting.isEmpty() && (connecting.isEmpty() || nextStart - now <= 0)) {
            InetSocketAddress address = waiting.remove();
            if (start(address)) {
                nextStart = now + STAGGER_NANOS;
            }
        }
    }

    private boolean start(InetSocketAddress address) {
        try {
            connecting.add(connect(address));
            return true;
        } catch (IOException | RuntimeException e) {
            failures.add(address, e);
            return false;
        }
    }

    private SelectionKey connect(InetSocketAddress address) throws IOException {
        SocketChannel channel = sockets.open();
        try {
            channel.configureBlocking(false);
            // What is connected at once is also reported by the selector.
            channel.connect(address);
            return channel.register(selector, SelectionKey.OP_CONNECT, address);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void awaitUntil(long now) throws IOException, InterruptedException {
        long left = attempt.deadline().remainingNanos(now);
        if (left <= 0) {
            String targets = connecting.stream()
                    .map(key -> ConnectFailures.text(address(key)))
                    .collect(Collectors.joining(", "));
            throw failures.with(attempt.timedOutIn("still connecting to " + targets));
        }
        long nanos = waiting.isEmpty() ? left : Math.min(left, nextStart - now);
        // Rounded up, for zero would be for ever.
        selector.select(TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private @Nullable SocketChannel firstConnected() throws IOException {
        Iterator<SelectionKey> ready = selector.selectedKeys().iterator();
        while (ready.hasNext()) {
            SelectionKey key = ready.next();
            ready.remove();
            if (isConnected(key)) {
                return (SocketChannel) key.channel();
            }
        }
        return null;
    }

    private boolean isConnected(SelectionKey key) throws IOException {
        try {
            return ((SocketChannel) key.channel()).finishConnect();
        } catch (IOException e) {
            connecting.remove(key);
            failures.add(address(key), e);
            key.channel().close();
            // RFC 8305, 5: the next one need not wait for its time.
            nextStart = attempt.ticker().nanos();
            return false;
        }
    }

    private static InetSocketAddress address(SelectionKey key) {
        return (InetSocketAddress) key.attachment();
    }

    // Before the selector is: the sockets of channels that it still knows are freed by its close, not by theirs.
    private void closeAllBut(@Nullable SocketChannel winner) throws IOException {
        for (SelectionKey key : connecting) {
            if (key.channel() != winner) {
                key.channel().close();
            }
        }
    }
}
