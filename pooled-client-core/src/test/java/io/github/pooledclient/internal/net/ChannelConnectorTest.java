// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.pooledclient.internal.time.DeadlineWatchdog;
import io.github.pooledclient.pool.PoolListener;
import io.github.pooledclient.testing.ClosedPort;
import io.github.pooledclient.testing.FakeTicker;
import io.github.pooledclient.testing.TestCertificates;
import io.github.pooledclient.transport.AddressRefusedException;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.HttpProxy;
import io.github.pooledclient.transport.Origin;
import io.github.pooledclient.transport.Route;
import io.github.pooledclient.transport.Ticker;
import io.github.pooledclient.transport.TlsIdentity;
import io.github.pooledclient.transport.Transport;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpConnectTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ChannelConnectorTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final InetAddress one = address("127.0.0.1");
    private final InetAddress two = address("127.0.0.2");
    private final InetAddress three = address("127.0.0.3");

    @Test
    void connectsToTheOnlyAddress() throws Exception {
        try (ServerSocket server = listen(one, 0);
                Transport transport = connect(LONG, server.getLocalPort(), one)) {
            assertThat(transport.remoteAddress()).isEqualTo(server.getLocalSocketAddress());
        }
    }

    @Test
    void transportBlocksAndCarriesBytes() throws Exception {
        try (ServerSocket server = listen(one, 0);
                Transport transport = connect(LONG, server.getLocalPort(), two, one)) {
            server.accept().getOutputStream().write('x');

            assertThat(transport.read(ByteBuffer.allocate(10))).isEqualTo(1);
        }
    }

    @Test
    void refusedAddressFallsToTheNextAtOnce() throws Exception {
        try (ServerSocket server = listen(one, 0)) {
            // Stands still: the time at which the next address would start in any case never comes.
            Ticker ticker = new FakeTicker();
            ChannelConnector connector = connector(ticker, null, three, two, one);

            connector.connect(route(server.getLocalPort()), Deadline.never()).close();
        }
    }

    @Test
    void silentAddressFallsToTheNextAfterItsStart() throws Exception {
        try (ServerSocket server = listen(one, 0);
                SilentServer silent = new SilentServer(two, server.getLocalPort());
                Transport transport = connect(LONG, silent.port(), two, one)) {
            assertThat(transport.remoteAddress()).isEqualTo(server.getLocalSocketAddress());
        }
    }

    @Test
    void losersAreClosed() throws Exception {
        try (ServerSocket server = listen(one, 0);
                SilentServer silent = new SilentServer(two, server.getLocalPort())) {
            connect(LONG, silent.port(), two, one).close();
            long before = openFiles();

            for (int i = 0; i < 5; i++) {
                connect(LONG, silent.port(), two, one).close();
            }

            assertThat(openFiles() - before).isLessThan(5);
        }
    }

    @Test
    void refusalByTheOnlyAddressIsNamed() throws Exception {
        try (ClosedPort nobody = new ClosedPort()) {
            int port = nobody.port();

            assertThatThrownBy(() -> connect(LONG, port, one))
                    .isInstanceOf(ConnectException.class)
                    .hasMessage("no connection to https://a.example:%d: 127.0.0.1:%d: Connection refused", port, port)
                    .hasCauseInstanceOf(ConnectException.class);
        }
    }

    @Test
    void refusalByAllAddressesNamesEach() throws Exception {
        try (ClosedPort nobody = new ClosedPort()) {
            int port = nobody.port();

            Throwable failure = catchThrowable(() -> connect(LONG, port, one, two));

            assertThat(failure)
                    .isInstanceOf(ConnectException.class)
                    .hasMessage(
                            "no connection to https://a.example:%d: 127.0.0.1:%d: Connection refused, "
                                    + "127.0.0.2:%d: Connection refused",
                            port, port, port);
            assertThat(failure.getCause()).isInstanceOf(ConnectException.class);
            assertThat(failure.getSuppressed()).hasSize(1);
        }
    }

    @Test
    void failedAttemptsLeaveNoSocket() throws Exception {
        try (ClosedPort nobody = new ClosedPort()) {
            int port = nobody.port();
            assertRefused(port, one, two);
            long before = openFiles();

            for (int i = 0; i < 20; i++) {
                assertRefused(port, one, two);
                assertRefused(port, one);
            }

            assertThat(openFiles() - before).isLessThan(20);
        }
    }

    @Test
    void deadlineEndsTheWaitForTheOnlyAddress() throws Exception {
        try (SilentServer silent = new SilentServer(two, 0)) {
            assertThatThrownBy(() -> connect(Duration.ofSeconds(1), silent.port(), two))
                    .isInstanceOf(HttpConnectTimeoutException.class)
                    .hasMessage(
                            "no connection to https://a.example:%d within 1s: still connecting to 127.0.0.2:%d",
                            silent.port(), silent.port());
        }
    }

    @Test
    void deadlineEndsTheWaitForAllAddresses() throws Exception {
        try (SilentServer silent = new SilentServer(two, 0);
                SilentServer other = new SilentServer(three, silent.port())) {
            assertThatThrownBy(() -> connect(Duration.ofSeconds(2), other.port(), two, three))
                    .isInstanceOf(HttpConnectTimeoutException.class)
                    .hasMessage(
                            "no connection to https://a.example:%d within 2s: "
                                    + "still connecting to 127.0.0.2:%d, 127.0.0.3:%d",
                            silent.port(), silent.port(), silent.port());
        }
    }

    @Test
    void deadlineThatHasPassedEndsItAtOnce() throws Exception {
        try (SilentServer silent = new SilentServer(two, 0)) {
            // Now and then the watchdog has closed the channel before it begins to connect.
            for (int i = 0; i < 100; i++) {
                assertThatThrownBy(() -> connect(Duration.ZERO, silent.port(), two))
                        .isInstanceOf(HttpConnectTimeoutException.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void interruptEndsTheWait(boolean several) throws Exception {
        try (SilentServer silent = new SilentServer(two, 0);
                SilentServer other = new SilentServer(three, silent.port())) {
            InetAddress[] addresses = several ? new InetAddress[] {two, three} : new InetAddress[] {two};
            FutureTask<Transport> connecting = new FutureTask<>(() -> connect(LONG, other.port(), addresses));
            Thread thread = new Thread(connecting);
            thread.start();

            thread.interrupt();

            assertThatThrownBy(() -> connecting.get(10, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(InterruptedException.class);
        }
    }

    @Test
    void flagSetBeforeIsAnInterrupt() throws Exception {
        try (ServerSocket server = listen(one, 0)) {
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> connect(LONG, server.getLocalPort(), one))
                    .isInstanceOf(InterruptedException.class);

            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }
    }

    @Test
    void connectsFromTheLocalAddress() throws Exception {
        try (ServerSocket server = listen(one, 0)) {
            ChannelConnector connector = connector(Ticker.system(), three, one);

            try (Transport transport = connector.connect(route(server.getLocalPort()), Deadline.never())) {
                assertThat(((InetSocketAddress) transport.localAddress()).getAddress())
                        .isEqualTo(three);
            }
        }
    }

    @Test
    void localAddressThatIsNotOursFailsByName() throws Exception {
        ChannelConnector connector = connector(Ticker.system(), address("192.0.2.1"), one);

        assertThatThrownBy(() -> connector.connect(route(443), Deadline.never()))
                .isInstanceOf(ConnectException.class)
                .hasMessageStartingWith("no connection to https://a.example:443: 127.0.0.1:443: ");
    }

    @Test
    void onlyAllowedAddressesAreConnectedTo() throws Exception {
        try (ServerSocket allowed = listen(two, 0);
                ServerSocket refused = listen(one, allowed.getLocalPort())) {
            Route route = route(refused.getLocalPort())
                    .filteredBy(address -> address.getAddress().equals(two));

            try (Transport transport =
                    connector(Ticker.system(), null, one, two).connect(route, deadline(LONG))) {
                assertThat(transport.remoteAddress()).isEqualTo(allowed.getLocalSocketAddress());
            }
        }
    }

    @Test
    void throughAProxyEachAddressOfTheOriginMustBeAllowed() {
        Route route = route(443)
                .through(new HttpProxy(new Origin("http", "127.0.0.9", 1), null))
                .filteredBy(address -> address.getAddress().equals(two));

        assertThatThrownBy(() -> connector(Ticker.system(), null, one, two).connect(route, deadline(LONG)))
                .isInstanceOf(AddressRefusedException.class)
                .hasMessageEndingWith("the address filter refuses 127.0.0.1, 127.0.0.2");
    }

    @Test
    void namesOfThisMachineAreResolved() throws Exception {
        try (ServerSocket server = listen(one, 0)) {
            Origin origin = new Origin("http", "localhost", server.getLocalPort());
            ChannelConnector connector = new ChannelConnector(Ticker.system(), DeadlineWatchdog.shared(), null);

            connector.connect(Route.direct(origin, null), deadline(LONG)).close();
        }
    }

    private void assertRefused(int port, InetAddress... addresses) {
        assertThatThrownBy(() -> connect(LONG, port, addresses)).isInstanceOf(ConnectException.class);
    }

    private Transport connect(Duration timeout, int port, InetAddress... addresses)
            throws IOException, InterruptedException {
        return connector(Ticker.system(), null, addresses).connect(route(port), deadline(timeout));
    }

    private static ChannelConnector connector(Ticker ticker, InetAddress local, InetAddress... addresses) {
        return new ChannelConnector(
                ticker, DeadlineWatchdog.shared(), local, new Resolver(host -> addresses), new PoolListener() {});
    }

    private static Route route(int port) {
        return Route.direct(
                new Origin("https", "a.example", port),
                new TlsIdentity(TestCertificates.client(), new SSLParameters()));
    }

    private static Deadline deadline(Duration timeout) {
        return Deadline.after(timeout, Ticker.system());
    }

    private static ServerSocket listen(InetAddress address, int port) throws IOException {
        return new ServerSocket(port, 50, address);
    }

    private static long openFiles() {
        String[] files = new File("/proc/self/fd").list();
        assumeTrue(files != null, "a system that shows open files");
        return files.length;
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
