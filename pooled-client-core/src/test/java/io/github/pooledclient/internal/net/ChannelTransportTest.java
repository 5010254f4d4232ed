// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ChannelTransportTest {

    private final ByteBuffer buffer = ByteBuffer.allocate(100);
    private LoopbackPair pair;

    @BeforeEach
    void open() throws IOException {
        pair = LoopbackPair.open();
    }

    @AfterEach
    void close() throws IOException {
        pair.close();
    }

    @Test
    void readNowFindsNothingOnAQuietConnection() throws Exception {
        assertThat(pair.client().readNow(buffer)).isZero();
    }

    @Test
    void readNowFindsWhatCameUnasked() throws Exception {
        pair.server().getOutputStream().write("HTTP/1.1 408".getBytes(StandardCharsets.US_ASCII));

        assertThat(awaitReadNow()).isEqualTo(12);
    }

    @Test
    void bytesThatCameAreSeenWithoutReadingThem() throws Exception {
        boolean before = pair.client().mayHaveBytes();
        pair.server().getOutputStream().write('x');

        await().until(() -> pair.client().mayHaveBytes());

        assertThat(before).isFalse();
        assertThat(awaitReadNow()).isEqualTo(1);
        assertThat(pair.client().mayHaveBytes()).isFalse();
    }

    @Test
    void readNowFindsThatThePeerHasClosed() throws Exception {
        pair.server().close();

        assertThat(awaitReadNow()).isEqualTo(-1);
    }

    @Test
    void readNowFailsAfterAReset() throws Exception {
        pair.server().setSoLinger(true, 0);
        pair.server().close();

        assertThatThrownBy(this::awaitReadNow).isInstanceOf(IOException.class);
    }

    @Test
    void readBlocksAgainAfterReadNow() throws Exception {
        pair.client().readNow(buffer);
        Thread server = new Thread(() -> {
            try {
                pair.server().getOutputStream().write('x');
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        server.start();

        assertThat(pair.client().read(buffer)).isEqualTo(1);
        server.join();
    }

    @Test
    void writeNowDoesNotWaitForAPeerThatDoesNotRead() throws Exception {
        ByteBuffer bytes = ByteBuffer.allocate(64 << 20);

        pair.client().writeNow(bytes);

        assertThat(bytes.hasRemaining()).isTrue();
    }

    @Test
    void closedTransportStillTellsItsAddresses() throws Exception {
        pair.client().close();

        assertThat(pair.client().remoteAddress()).isEqualTo(pair.server().getLocalSocketAddress());
        assertThat(pair.client().localAddress()).isEqualTo(pair.server().getRemoteSocketAddress());
    }

    @Test
    void closedTransportDoesNotRead() throws Exception {
        pair.client().close();

        assertThatThrownBy(() -> pair.client().read(buffer)).isInstanceOf(ClosedChannelException.class);
    }

    private int awaitReadNow() {
        AtomicInteger count = new AtomicInteger();
        await().until(() -> {
            count.set(pair.client().readNow(buffer));
            return count.get() != 0;
        });
        return count.get();
    }
}
