// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.sample;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.WritableBody;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Collections;
import java.util.Locale;
import java.util.Set;

/**
 * A reverse proxy: passes requests on to an upstream over the pool that the rest of the application uses. Bodies are
 * streamed in both directions, in the time of the slower side, and never held. A servlet and no controller, because Spring
 * MVC would read forms and uploads.
 */
final class ProxyServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    // Host is the upstream's, the length that of the body as it is sent, and waiting for 100 (Continue) a flag.
    private static final Set<String> SET_BY_THE_CLIENT = Set.of("host", "content-length", "expect");

    @SuppressWarnings("serial") // servlets are, but nobody serializes one
    private final PooledHttpClient client;

    private final String upstream;

    /**
     * @param upstream where requests go, without a path: {@code http://localhost:8081}
     */
    ProxyServlet(PooledHttpClient client, String upstream) {
        // A view: bodies go through as they come.
        this.client = client.toBuilder().decompress(false).build();
        this.upstream = upstream;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        HttpRequest forwarded;
        try {
            forwarded = forwarded(request);
        } catch (IllegalArgumentException e) {
            response.sendError(HttpServletResponse.SC_BAD_REQUEST, e.getMessage());
            return;
        }
        HttpResponse<InputStream> answer;
        try {
            answer = client.send(forwarded, BodyHandlers.ofInputStream());
        } catch (IOException e) {
            fail(response, e);
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE, "interrupted");
            return;
        }
        try (InputStream body = answer.body()) {
            answer(response, answer);
            copy(body, response.getOutputStream());
        } catch (IOException e) {
            fail(response, e);
        }
    }

    private static void fail(HttpServletResponse response, IOException failure) throws IOException {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CallerException caller) {
                // The container's own, which it knows what to do with.
                throw caller.failure;
            }
        }
        if (response.isCommitted()) {
            // It ends the caller's connection, so that nobody takes what he has for all of the body.
            throw failure;
        }
        response.reset();
        response.sendError(UpstreamFailures.status(failure).value(), failure.getMessage());
    }

    private HttpRequest forwarded(HttpServletRequest request) {
        String path = request.getRequestURI()
                .substring(request.getContextPath().length()
                        + request.getServletPath().length());
        String query = request.getQueryString() == null ? "" : "?" + request.getQueryString();
        HttpRequest.Builder forwarded = HttpRequest.newBuilder(URI.create(upstream + path + query))
                .method(request.getMethod(), body(request))
                .expectContinue("100-continue".equalsIgnoreCase(request.getHeader("Expect")));
        HopByHop hopByHop = new HopByHop(Collections.list(request.getHeaders("Connection")));
        for (String name : Collections.list(request.getHeaderNames())) {
            if (!hopByHop.includes(name) && !SET_BY_THE_CLIENT.contains(name.toLowerCase(Locale.ROOT))) {
                Collections.list(request.getHeaders(name)).forEach(value -> forwarded.header(name, value));
            }
        }
        // RFC 9110, 7.6.3
        String version = request.getProtocol().substring("HTTP/".length());
        return forwarded.header("Via", version + " sample-app").build();
    }

    private static BodyPublisher body(HttpServletRequest request) {
        long length = request.getContentLengthLong();
        // RFC 9112, 6.3: without either, there is no body.
        boolean none = length == 0 || (length < 0 && request.getHeader("Transfer-Encoding") == null);
        return none ? BodyPublishers.noBody() : new Received(request, length);
    }

    private static void answer(HttpServletResponse response, HttpResponse<InputStream> answer) {
        response.setStatus(answer.statusCode());
        HopByHop hopByHop = new HopByHop(answer.headers().allValues("Connection"));
        answer.headers().map().forEach((name, values) -> {
            if (!hopByHop.includes(name)) {
                values.forEach(value -> response.addHeader(name, value));
            }
        });
        response.addHeader("Via", "1.1 sample-app");
    }

    /** Copies all, and lets go of what there is whenever the source pauses. */
    private static void copy(InputStream from, OutputStream to) throws IOException {
        byte[] buffer = new byte[16 * 1024];
        for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
            to.write(buffer, 0, count);
            if (from.available() == 0) {
                to.flush();
            }
        }
    }

    /** The body of a request as it comes in. An answer that comes while the caller pauses waits until he goes on. */
    private record Received(HttpServletRequest request, long contentLength) implements WritableBody {

        @Override
        public void writeTo(OutputStream out) throws IOException {
            copy(new CallersStream(request.getInputStream()), out);
        }

        @Override
        public boolean isRepeatable() {
            return false;
        }
    }

    /** What a caller sends: that it breaks off is no failure of the upstream's. */
    private static final class CallersStream extends FilterInputStream {

        CallersStream(InputStream stream) {
            super(stream);
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            try {
                return super.read(into, offset, length);
            } catch (IOException e) {
                throw new CallerException(e);
            }
        }
    }

    private static final class CallerException extends IOException {

        private static final long serialVersionUID = 1L;

        final IOException failure;

        CallerException(IOException failure) {
            super(failure);
            this.failure = failure;
        }
    }
}
