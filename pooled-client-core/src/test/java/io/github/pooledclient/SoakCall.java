// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import io.github.pooledclient.testing.CheckingOrigin;
import io.github.pooledclient.testing.CheckingOrigin.Target;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * One request of the {@link SoakTest}: what is sent, how its answer is read, and what becomes of it. Confined to the thread
 * that runs it.
 */
final class SoakCall {

    /** How a request's body is given to the client. */
    enum Upload {
        NONE,
        BYTES,
        /** Of unknown length, and to be read once. */
        STREAM,
        /** In pieces, of unknown length. */
        PIECES,
        /** Of a known length, written by itself. */
        WRITTEN,
        /** Fails before its end. */
        FAILING,
        /** Ends before its end. */
        TOO_SHORT;

        boolean isBroken() {
            return this == FAILING || this == TOO_SHORT;
        }

        /** Whether the client may take it for one that can be sent again. */
        boolean isRepeatable() {
            return this == NONE || this == BYTES || this == WRITTEN || this == TOO_SHORT;
        }
    }

    /** What is done with a response's body. */
    private enum Reading {
        BYTES,
        STREAM,
        HALF_OF_STREAM,
        NONE_OF_STREAM,
        CLOSED_BY_ANOTHER
    }

    /** What became of a call. */
    enum What {
        /** The right answer, whole. */
        OK,
        /** The right answer, as far as it was read. */
        LEFT_UNREAD,
        /** A plain body that ends with its connection: nobody can know that it was cut. */
        CUT_UNKNOWABLY,
        /** An answer that nobody had asked for, and that may have crossed the request. */
        CROSSED,
        /** The server said no. */
        REFUSED,
        CANCELLED,
        TIMEOUT,
        NO_CONNECTION,
        FAILED,
        WRONG_BODY,
        /** The detail says whose. */
        OTHERS_ANSWER,
        /** An answer that nobody had asked for, and that had been there before the request was sent. */
        STALE_ANSWER,
        HANG,
        UNEXPECTED
    }

    /**
     * @param nanos how long it took
     */
    record Outcome(What what, @Nullable Throwable failure, String detail, long nanos) {}

    private static final List<Upload> UPLOADS = List.copyOf(EnumSet.complementOf(EnumSet.of(Upload.NONE)));
    private static final List<Target.Framing> FRAMINGS = List.of(Target.Framing.values());
    private static final List<Reading> READINGS = List.of(Reading.values());
    private static final Duration HANG = Duration.ofSeconds(90);

    final Target target;
    final Upload upload;
    final boolean isKeyed;
    final boolean isSecure;
    final long timeoutMillis;
    private final boolean isAsync;
    private final boolean expectsContinue;
    private final Reading reading;
    private final long cancelAfterMillis;

    SoakCall(long id, SplittableRandom random, boolean isSecure, boolean isPlainJdk) {
        this.isSecure = isSecure;
        upload = random.nextInt(5) < 3 ? Upload.NONE : UPLOADS.get(biased(random, UPLOADS.size()));
        target = new Target(
                id,
                FRAMINGS.get(biased(random, FRAMINGS.size())),
                !isPlainJdk && random.nextInt(4) == 0,
                size(random),
                upload == Upload.NONE ? 0 : Math.max(upload.isBroken() ? 2 : 0, size(random)));
        isKeyed = upload != Upload.NONE && random.nextInt(4) == 0;
        isAsync = random.nextInt(3) == 0;
        expectsContinue = upload != Upload.NONE && random.nextInt(20) == 0;
        reading = READINGS.get(biased(random, READINGS.size()));
        timeoutMillis = random.nextInt(4) == 0 ? 20 + random.nextInt(1500) : isPlainJdk ? 1500 : 0;
        cancelAfterMillis = random.nextInt(15) == 0 ? random.nextInt(30) : -1;
    }

    /** The first is twice as likely as the last, about. */
    private static int biased(SplittableRandom random, int bound) {
        return Math.min(random.nextInt(bound), random.nextInt(bound));
    }

    private static int size(SplittableRandom random) {
        int kind = random.nextInt(20);
        int most = kind == 0 ? 0 : kind < 12 ? 1000 : kind < 18 ? 32_000 : 1 << 20;
        return most == 0 ? 0 : random.nextInt(most + 1);
    }

    boolean isGet() {
        return upload == Upload.NONE;
    }

    /** Whether RFC 9110, 9.2.2 lets a client send it again after the connection was closed with no answer. */
    boolean isReplayable() {
        return isGet() || (isKeyed && upload.isRepeatable());
    }

    Outcome run(HttpClient client, URI base, ScheduledExecutorService timer) {
        HttpRequest request = request(base);
        Interruption interruption = new Interruption();
        if (cancelAfterMillis >= 0 && !isAsync) {
            interruption.after(cancelAfterMillis, timer);
        }
        long begun = System.nanoTime();
        Outcome outcome;
        try {
            outcome = reading == Reading.BYTES
                    ? judge(response(client, request, BodyHandlers.ofByteArray(), timer))
                    : read(response(client, request, BodyHandlers.ofInputStream(), timer), timer);
        } catch (Throwable failure) {
            outcome = judge(failure, interruption);
        }
        interruption.end();
        return new Outcome(outcome.what(), outcome.failure(), outcome.detail(), System.nanoTime() - begun);
    }

    private HttpRequest request(URI base) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(target.path()));
        if (timeoutMillis > 0) {
            request.timeout(Duration.ofMillis(timeoutMillis));
        }
        if (isKeyed) {
            request.header("Idempotency-Key", Long.toString(target.id()));
        }
        if (!isGet()) {
            request.POST(publisher(target.upload())).expectContinue(expectsContinue);
        }
        return request.build();
    }

    private BodyPublisher publisher(byte[] body) {
        return switch (upload) {
            case NONE -> BodyPublishers.noBody();
            case BYTES -> BodyPublishers.ofByteArray(body);
            case STREAM -> BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body));
            case PIECES -> BodyPublishers.ofByteArrays(pieces(body));
            case WRITTEN -> new Written(body);
            case FAILING ->
                BodyPublishers.ofInputStream(() -> new SequenceInputStream(
                        new ByteArrayInputStream(body, 0, body.length / 2), new FailingStream()));
            case TOO_SHORT ->
                BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(body, 0, body.length / 2), body.length);
        };
    }

    private static List<byte[]> pieces(byte[] body) {
        int third = body.length / 3;
        return List.of(
                Arrays.copyOfRange(body, 0, third),
                Arrays.copyOfRange(body, third, 2 * third),
                Arrays.copyOfRange(body, 2 * third, body.length));
    }

    private <T> HttpResponse<T> response(
            HttpClient client, HttpRequest request, BodyHandler<T> handler, ScheduledExecutorService timer)
            throws Exception {
        if (!isAsync) {
            return client.send(request, handler);
        }
        CompletableFuture<HttpResponse<T>> future = client.sendAsync(request, handler);
        if (cancelAfterMillis >= 0) {
            later(timer, () -> future.cancel(true), cancelAfterMillis);
        }
        try {
            return future.get(HANG.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // it comes too late for some, and then has no effect
    private static void later(ScheduledExecutorService timer, Runnable task, long millis) {
        timer.schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    private Outcome judge(HttpResponse<byte[]> response) {
        return judge(response, response.body(), true);
    }

    private Outcome read(HttpResponse<InputStream> response, ScheduledExecutorService timer) throws IOException {
        try (InputStream body = response.body()) {
            int most = reading == Reading.NONE_OF_STREAM
                    ? 0
                    : reading == Reading.HALF_OF_STREAM ? target.length() / 2 : Integer.MAX_VALUE;
            if (reading == Reading.CLOSED_BY_ANOTHER) {
                timer.execute(() -> close(body));
            }
            byte[] bytes = body.readNBytes(most);
            return judge(response, bytes, most == Integer.MAX_VALUE);
        }
    }

    private static void close(InputStream body) {
        try {
            body.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Outcome judge(HttpResponse<?> response, byte[] body, boolean isWhole) {
        String unasked = response.headers().firstValue(CheckingOrigin.UNASKED).orElse(null);
        if (unasked != null) {
            return outcome(unasked.equals(CheckingOrigin.QUIET) ? What.STALE_ANSWER : What.CROSSED, unasked);
        }
        String id = response.headers().firstValue("X-Id").orElse("none");
        if (!id.equals(Long.toString(target.id()))) {
            return outcome(What.OTHERS_ANSWER, id);
        }
        if (response.statusCode() == 413 && !isGet()) {
            return outcome(What.REFUSED, "");
        }
        byte[] right = target.body();
        if (isWhole && Arrays.equals(body, right)) {
            return outcome(What.OK, "");
        }
        if (body.length > right.length || !Arrays.equals(body, Arrays.copyOf(right, body.length))) {
            return outcome(
                    What.WRONG_BODY,
                    body.length + " bytes that are not the body's, of status " + response.statusCode());
        }
        if (!isWhole) {
            return outcome(What.LEFT_UNREAD, "");
        }
        boolean isKnowable = target.framing() != Target.Framing.UNTIL_CLOSE || target.gzip() || isSecure;
        return outcome(
                isKnowable ? What.WRONG_BODY : What.CUT_UNKNOWABLY,
                body.length + " bytes of " + right.length + " as the whole body, " + target);
    }

    private Outcome judge(Throwable failure, Interruption interruption) {
        if (failure instanceof TimeoutException) {
            return new Outcome(What.HANG, failure, "", 0);
        }
        boolean isCancelled = failure instanceof InterruptedException
                || failure instanceof InterruptedIOException
                || failure instanceof CancellationException;
        if (isCancelled) {
            boolean wanted = isAsync ? cancelAfterMillis >= 0 : interruption.hasStruck();
            return new Outcome(wanted ? What.CANCELLED : What.UNEXPECTED, failure, "", 0);
        }
        if (!(failure instanceof IOException)) {
            return new Outcome(What.UNEXPECTED, failure, "", 0);
        }
        return new Outcome(kind(failure), failure, "", 0);
    }

    private What kind(Throwable failure) {
        if (reading == Reading.CLOSED_BY_ANOTHER
                && String.valueOf(failure.getMessage()).contains("closed")) {
            return What.LEFT_UNREAD;
        }
        if (failure instanceof HttpConnectTimeoutException
                || failure instanceof ConnectException
                || failure instanceof SSLHandshakeException) {
            return What.NO_CONNECTION;
        }
        if (failure instanceof HttpTimeoutException) {
            return What.TIMEOUT;
        }
        return What.FAILED;
    }

    private static Outcome outcome(What what, String detail) {
        return new Outcome(what, null, detail, 0);
    }

    @Override
    public String toString() {
        return "%s of %s, upload %s%s, %s, reading %s%s%s%s"
                .formatted(
                        isGet() ? "GET" : "POST",
                        target,
                        upload,
                        isKeyed ? " with a key" : "",
                        isAsync ? "async" : "sync",
                        reading,
                        isSecure ? ", TLS" : "",
                        timeoutMillis > 0 ? ", timeout " + timeoutMillis + " ms" : "",
                        cancelAfterMillis >= 0 ? ", cancelled after " + cancelAfterMillis + " ms" : "");
    }

    /** An interrupt of the thread that made this, if it comes before the end. */
    private static final class Interruption {

        private final Thread thread = Thread.currentThread();
        private final ReentrantLock lock = new ReentrantLock();
        private boolean over;
        private boolean struck;

        void after(long millis, ScheduledExecutorService timer) {
            later(timer, this::strike, millis);
        }

        private void strike() {
            lock.lock();
            try {
                if (!over) {
                    struck = true;
                    thread.interrupt();
                }
            } finally {
                lock.unlock();
            }
        }

        boolean hasStruck() {
            lock.lock();
            try {
                return struck;
            } finally {
                lock.unlock();
            }
        }

        void end() {
            lock.lock();
            try {
                over = true;
                // What came too late for the call must not meet the next one.
                Thread.interrupted();
            } finally {
                lock.unlock();
            }
        }
    }

    private static final class FailingStream extends InputStream {
        @Override
        public int read() throws IOException {
            throw new IOException("the body's source failed");
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return read();
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Written(byte[] body) implements WritableBody {
        @Override
        public void writeTo(OutputStream out) throws IOException {
            int half = body.length / 2;
            out.write(body, 0, half);
            out.flush();
            out.write(body, half, body.length - half);
        }

        @Override
        public boolean isRepeatable() {
            return true;
        }

        @Override
        public long contentLength() {
            return body.length;
        }
    }
}
