// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.transport.AddressRefusedException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.StreamingHttpOutputMessage;
import org.springframework.http.client.AbstractClientHttpRequest;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.util.Assert;
import org.springframework.util.FastByteArrayOutputStream;

/** One request of Spring's, sent on the thread that executes it. Not for use by several threads, like all of its kind. */
final class PooledClientHttpRequest extends AbstractClientHttpRequest implements StreamingHttpOutputMessage {

    // Without content, these say so (RFC 9110, 8.6), in contrast to GET and its like.
    private static final Set<HttpMethod> WITH_CONTENT = Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH);

    private final PooledHttpClient client;
    private final URI uri;
    private final HttpMethod method;
    // What the caller has chosen to fill, if anything: one of the two.
    private @Nullable FastByteArrayOutputStream buffered;
    private @Nullable Body streamed;

    PooledClientHttpRequest(PooledHttpClient client, URI uri, HttpMethod method) {
        this.client = client;
        this.uri = uri;
        this.method = method;
    }

    @Override
    public HttpMethod getMethod() {
        return method;
    }

    @Override
    public URI getURI() {
        return uri;
    }

    @Override
    protected OutputStream getBodyInternal(HttpHeaders headers) {
        Assert.state(streamed == null, "getBody after setBody: use one of them");
        if (buffered == null) {
            buffered = new FastByteArrayOutputStream(1024);
        }
        return buffered;
    }

    @Override
    public void setBody(Body body) {
        assertNotExecuted();
        Assert.state(buffered == null, "setBody after getBody: use one of them");
        streamed = body;
    }

    @Override
    protected ClientHttpResponse executeInternal(HttpHeaders headers) throws IOException {
        long declared = declaredLength(headers);
        if (streamed == null) {
            return send(headers, knownContent(declared));
        }
        byte[] small = declared == -1 && streamed.repeatable() ? SmallBody.bytes(streamed) : null;
        if (small != null) {
            return send(headers, BodyPublishers.ofByteArray(small));
        }
        StreamedBody content = new StreamedBody(streamed, declared);
        try {
            return send(headers, content);
        } catch (IOException e) {
            throw content.uncheckedFailureOr(e);
        }
    }

    /** What a Content-Length field says that the caller set, or -1. The client writes its own, and checks the length. */
    private static long declaredLength(HttpHeaders headers) {
        try {
            return headers.getContentLength();
        } catch (NumberFormatException e) {
            String declared = headers.getFirst(HttpHeaders.CONTENT_LENGTH);
            throw new IllegalArgumentException("Content-Length must be a number: '" + declared + "'", e);
        }
    }

    private @Nullable BodyPublisher knownContent(long declared) {
        int length = buffered == null ? 0 : buffered.size();
        if (declared != -1 && declared != length) {
            throw new IllegalArgumentException("Content-Length must be that of the body, " + length + ": " + declared);
        }
        if (buffered == null) {
            return WITH_CONTENT.contains(method) ? BodyPublishers.noBody() : null;
        }
        return BodyPublishers.ofByteArray(buffered.toByteArray());
    }

    private ClientHttpResponse send(HttpHeaders headers, @Nullable BodyPublisher content) throws IOException {
        SpringHttpRequest request = new SpringHttpRequest(method.name(), uri, headers, content);
        try {
            return new PooledClientHttpResponse(client.send(request, BodyHandlers.ofInputStream()));
        } catch (AddressRefusedException e) {
            if (BootAddressFilter.refusal(e, client) instanceof RuntimeException boots) {
                throw boots;
            }
            throw e;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted in " + method + " " + uri);
            interrupted.initCause(e);
            throw interrupted;
        }
    }
}
