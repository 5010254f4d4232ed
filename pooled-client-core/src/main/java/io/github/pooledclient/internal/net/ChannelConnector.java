// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import io.github.pooledclient.internal.time.DeadlineWatchdog;
import io.github.pooledclient.pool.PoolListener;
import io.github.pooledclient.transport.Connector;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.Route;
import io.github.pooledclient.transport.Ticker;
import io.github.pooledclient.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Connects by TCP: name, addresses, channel. Safe for use by several threads. */
public final class ChannelConnector implements Connector {

    private final Ticker ticker;
    private final DeadlineWatchdog watchdog;
    private final NewSocket sockets;
    private final Resolver resolver;
    private final PoolListener listener;

    /**
     * @param watchdog on the scale of the ticker
     * @param local where to connect from, or null for what the system chooses
     */
    public ChannelConnector(Ticker ticker, DeadlineWatchdog watchdog, @Nullable InetAddress local) {
        this(ticker, watchdog, local, new PoolListener() {});
    }

    /**
     * @param listener told of look-ups and connects
     */
    public ChannelConnector(
            Ticker ticker, DeadlineWatchdog watchdog, @Nullable InetAddress local, PoolListener listener) {
        this(ticker, watchdog, local, new Resolver(InetAddress::getAllByName), listener);
    }

    ChannelConnector(
            Ticker ticker,
            DeadlineWatchdog watchdog,
            @Nullable InetAddress local,
            Resolver resolver,
            PoolListener listener) {
        this.listener = listener;
        this.ticker = ticker;
        this.watchdog = watchdog;
        this.sockets = new NewSocket(local);
        this.resolver = resolver;
    }

    @Override
    public Transport connect(Route route, Deadline deadline) throws IOException, InterruptedException {
        // A set flag would close the channel in its first blocking call.
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        ConnectAttempt attempt = ConnectAttempt.begin(route, deadline, ticker);
        List<InetSocketAddress> addresses = AddressOrder.forConnecting(
                sockets.local(),
                AllowedAddresses.of(attempt, resolver),
                route.firstHop().port());
        String host = route.origin().toString();
        long resolvedAt = ticker.nanos();
        listener.resolved(host, resolvedAt - attempt.sinceNanos());
        SocketChannel channel = addresses.size() == 1
                ? connectTo(addresses.get(0), attempt)
                : AddressRace.run(addresses, sockets, attempt);
        listener.connected(host, ticker.nanos() - resolvedAt);
        try {
            return new ChannelTransport(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private SocketChannel connectTo(InetSocketAddress address, ConnectAttempt attempt)
            throws IOException, InterruptedException {
        SocketChannel channel = open(address, attempt);
        CloseGuard guard = CloseGuard.of(channel, watchdog);
        boolean connected = false;
        try {
            arm(guard, attempt);
            channel.connect(address);
            connected = guard.disarm();
        } catch (ClosedChannelException e) {
            // Closed by an interrupt or by the guard, which may be faster than we: nobody else knows the channel.
            if (guard.disarm()) {
                Thread.interrupted();
                throw new InterruptedException();
            }
        } catch (IOException | RuntimeException e) {
            throw new ConnectFailures().add(address, e).allOf(attempt);
        } finally {
            guard.release();
            if (!connected) {
                channel.close();
            }
        }
        if (!connected) {
            throw attempt.timedOutIn("still connecting to " + ConnectFailures.text(address));
        }
        return channel;
    }

    private SocketChannel open(InetSocketAddress address, ConnectAttempt attempt) throws IOException {
        try {
            return sockets.open();
        } catch (IOException e) {
            throw new ConnectFailures().add(address, e).allOf(attempt);
        }
    }

    private void arm(CloseGuard guard, ConnectAttempt attempt) {
        if (!attempt.deadline().isNever()) {
            long now = ticker.nanos();
            guard.arm(now + attempt.deadline().remainingNanos(now));
        }
    }
}
