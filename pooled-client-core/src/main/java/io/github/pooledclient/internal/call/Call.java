// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import io.github.pooledclient.CallObserver.ObservedCall;
import io.github.pooledclient.internal.http.FieldRules;
import io.github.pooledclient.internal.http.RequestContent;
import io.github.pooledclient.internal.http.RequestHead;
import io.github.pooledclient.internal.http.ResponseHead;
import io.github.pooledclient.transport.Deadline;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a user sends: makes an exchange, or several, and hands the response's body to the user's handler. Confined to the
 * thread that runs it.
 */
public final class Call<T> {

    // Its users get a stream of ours, which does the same without a queue.
    private static final Class<?> JDK_STREAM =
            HttpResponse.BodySubscribers.ofInputStream().getClass();

    private final CallSettings settings;
    private final BodyHandler<T> handler;
    private final RequestHead head;
    private final RequestContent content;
    private final Deadline deadline;
    private final @Nullable ObservedCall observed;
    // What redirects change.
    private HttpRequest request;
    private @Nullable HttpResponse<T> previous;
    private @Nullable Throwable sentAt;

    /**
     * @throws IllegalArgumentException if the request cannot be sent as it is
     */
    public Call(CallSettings settings, HttpRequest request, BodyHandler<T> handler) {
        this.settings = settings;
        this.request = request;
        this.handler = Objects.requireNonNull(handler, "handler");
        this.head = FieldRules.checkedHead(request, settings.added);
        this.deadline = request.timeout()
                .map(timeout -> Deadline.after(positive(timeout), settings.ticker))
                .orElse(Deadline.never());
        this.content = RequestBody.of(request, deadline, settings.ticker);
        this.observed = settings.observer == null ? null : settings.observer.begin(request);
    }

    // The JDK's builder has seen to it, but there are other requests.
    private static Duration positive(Duration timeout) {
        if (timeout.isZero() || timeout.isNegative()) {
            throw new IllegalArgumentException("timeout must be positive: " + timeout);
        }
        return timeout;
    }

    /** Runs on the calling thread; what is left of a streaming body is read by whichever thread asks for it. */
    public HttpResponse<T> run() throws IOException, InterruptedException {
        settings.lifecycle.begin();
        return exchange(CallerServedBody::new);
    }

    /** Keeps the stack of the calling thread for leak detection, where that is on: another thread will run the call. */
    void rememberSender() {
        if (!settings.pool
                .settings()
                .forOrigin(head.origin())
                .leakDetectionThreshold()
                .isZero()) {
            sentAt = new Throwable("the call was sent here, by thread "
                    + Thread.currentThread().getName());
        }
    }

    @Nullable
    Throwable sentAt() {
        return sentAt;
    }

    /** Takes the response of a call whose body may still come. */
    interface Receiver<T> {

        /**
         * @param isComing whether the calling thread goes on to read the body, so that it should not be kept
         * @param abandon ends the body if nobody will have the response; for any thread
         */
        void take(HttpResponse<T> response, boolean isComing, Runnable abandon);
    }

    /**
     * Runs on the calling thread, which reads of the body what is asked for by then; the response is handed on as soon as it
     * is there. The call has begun with the {@link Lifecycle}.
     */
    void runAsync(Receiver<T> receiver) throws IOException, InterruptedException {
        List<ThreadServedBody<T>> bodies = new ArrayList<>(1);
        HttpResponse<T> response = exchange((content, subscriber) -> {
            bodies.add(new ThreadServedBody<>(content, subscriber));
            return bodies.get(0);
        });
        if (bodies.isEmpty()) {
            // Read by its user, on his thread.
            receiver.take(response, false, () -> BodyStream.abandon(response.body()));
            return;
        }
        ThreadServedBody<T> body = bodies.get(0);
        boolean left = body.leaveUnlessAsked();
        receiver.take(response, !left, body::cancel);
        if (!left) {
            body.serveAll();
        }
    }

    private HttpResponse<T> exchange(BiFunction<CallContent, BodySubscriber<T>, ResponseBody<T>> bodies)
            throws IOException, InterruptedException {
        if (observed == null) {
            return answer(bodies);
        }
        HttpResponse<T> response = null;
        Throwable failure = null;
        try {
            response = answer(bodies);
            return response;
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            failure = e;
            throw e;
        } finally {
            observed.end(response, failure);
        }
    }

    private RequestHead headWith(Map<String, String> fields) {
        RequestHead more = head;
        for (Map.Entry<String, String> field : fields.entrySet()) {
            FieldRules.checkName(field.getKey());
            FieldRules.checkValue(field.getKey(), field.getValue());
            more = more.has(field.getKey()) ? more : more.with(field.getKey(), field.getValue());
        }
        return more;
    }

    /** Ends what has begun with the lifecycle: when it fails, or else with the body. */
    private HttpResponse<T> answer(BiFunction<CallContent, BodySubscriber<T>, ResponseBody<T>> bodies)
            throws IOException, InterruptedException {
        Reply reply = null;
        try {
            reply = settings.chain.proceed(this, observed == null ? head : headWith(observed.start()), content);
        } catch (InterruptedIOException e) {
            throw asInterruptedException(e);
        } finally {
            if (reply == null) {
                settings.lifecycle.end();
            }
        }
        ResponseHead received = reply.head();
        T body = receive(new CallContent(reply.content(), settings.lifecycle), received, bodies);
        return new ReceivedResponse<>(request, request.uri(), received, reply.tlsSession(), previous, body);
    }

    // A timeout is an interrupted I/O for some of the JDK's types, but not for the ones of java.net.http.
    private static InterruptedException asInterruptedException(InterruptedIOException cause) {
        // As everywhere, the exception stands for the flag.
        Thread.interrupted();
        InterruptedException interrupted = new InterruptedException(cause.getMessage());
        interrupted.initCause(cause);
        return interrupted;
    }

    private @Nullable T receive(
            CallContent response,
            ResponseHead received,
            BiFunction<CallContent, BodySubscriber<T>, ResponseBody<T>> bodies)
            throws IOException, InterruptedException {
        boolean handedOver = false;
        try {
            BodySubscriber<T> subscriber =
                    Objects.requireNonNull(handler.apply(received), "the body handler returned no subscriber");
            handedOver = true;
            return subscriber.getClass() == JDK_STREAM
                    ? stream(response)
                    : bodies.apply(response, subscriber).receive();
        } catch (InterruptedIOException e) {
            throw asInterruptedException(e);
        } catch (RuntimeException | Error e) {
            throw ResponseBody.asIoException(e);
        } finally {
            if (!handedOver) {
                response.close();
            }
        }
    }

    // The class of the subscriber says that T is InputStream.
    @SuppressWarnings("unchecked")
    private T stream(CallContent response) throws IOException {
        return (T) BodyStream.of(response);
    }

    Deadline deadline() {
        return deadline;
    }

    URI uri() {
        return request.uri();
    }

    /** A redirect was followed: from now on the call is for another request. */
    void redirectedTo(URI target, RequestHead newHead, Reply reply) {
        previous = new ReceivedResponse<>(request, request.uri(), reply.head(), reply.tlsSession(), previous, null);
        request = new RedirectedRequest(request, newHead, target);
    }
}
