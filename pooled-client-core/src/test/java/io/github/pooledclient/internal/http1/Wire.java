// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http1;

import io.github.pooledclient.MessageLimits;
import io.github.pooledclient.internal.buffer.BufferPool;
import io.github.pooledclient.internal.http.Exchange;
import io.github.pooledclient.internal.http.ExchangeLimits;
import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.internal.http.RequestHead;
import io.github.pooledclient.internal.http.ResponseHead;
import io.github.pooledclient.internal.net.TimedTransport;
import io.github.pooledclient.internal.time.DeadlineWatchdog;
import io.github.pooledclient.internal.wire.WireInput;
import io.github.pooledclient.testing.ScriptedTransport;
import io.github.pooledclient.transport.Deadline;
import io.github.pooledclient.transport.Origin;
import io.github.pooledclient.transport.Ticker;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Connections over scripts, and what is sent on them, in the words of these tests. */
final class Wire {

    static final Origin ORIGIN = new Origin("http", "a.example", 80);
    static final ExchangeLimits LIMITS = limits(MessageLimits.defaults());
    static final String GET = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";

    private Wire() {}

    static Http1Connection connection(ScriptedTransport script) {
        return connection(script, Ticker.system());
    }

    static Http1Connection connection(ScriptedTransport script, Ticker ticker) {
        TimedTransport timed = new TimedTransport(script, DeadlineWatchdog.shared(), ticker);
        return new Http1Connection(ORIGIN, timed, timed, null, true, ticker);
    }

    /** A connection that has sent a GET and received the head of this answer. */
    static Exchange answered(Http1Connection connection) throws IOException {
        Exchange exchange = connection.begin(LIMITS);
        exchange.send(head("GET"), RequestContent.NONE);
        return exchange;
    }

    static RequestHead head(String method, String... fields) {
        return new RequestHead(method, ORIGIN, "/", fields(fields), null, false);
    }

    static RequestHead expectingContinue(String method) {
        return new RequestHead(method, ORIGIN, "/", fields(), null, true);
    }

    static HttpHeaders fields(String... namesAndValues) {
        Map<String, List<String>> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put(namesAndValues[i], Arrays.asList(namesAndValues[i + 1].split("\\|", -1)));
        }
        return HttpHeaders.of(map, (name, value) -> true);
    }

    static ExchangeLimits silence(Duration most) {
        return new ExchangeLimits(Deadline.never(), most.toNanos(), 0, MessageLimits.defaults(), true);
    }

    static ExchangeLimits limits(MessageLimits messages) {
        return new ExchangeLimits(Deadline.never(), 0, 0, messages, true);
    }

    /** Reads all content in pieces of at most so many bytes. */
    static String readAll(Exchange exchange, int piece) throws IOException {
        StringBuilder text = new StringBuilder();
        ByteBuffer into = ByteBuffer.allocate(piece);
        while (exchange.read(into.clear()) >= 0) {
            text.append(StandardCharsets.ISO_8859_1.decode(into.flip()));
        }
        return text.toString();
    }

    static String readAll(Exchange exchange) throws IOException {
        return readAll(exchange, 16 * 1024);
    }

    static WireInput input(ScriptedTransport script) {
        return new WireInput(script, new BufferPool(16 * 1024, 4, ByteBuffer::allocate));
    }

    /** The head that these lines make; the empty one at the end is added. */
    static ResponseHead parse(String lines) throws IOException {
        return new ResponseHeadReader()
                .read(input(new ScriptedTransport().answer(lines + "\r\n\r\n")), MessageLimits.defaults());
    }
}
