// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import io.github.pooledclient.internal.call.AsyncCall;
import io.github.pooledclient.internal.call.Call;
import io.github.pooledclient.internal.call.CallSettings;
import io.github.pooledclient.internal.call.Lifecycle;
import io.github.pooledclient.pool.ConnectionSnapshot;
import io.github.pooledclient.pool.HostSnapshot;
import io.github.pooledclient.pool.PoolListener;
import io.github.pooledclient.pool.PoolSettings;
import io.github.pooledclient.pool.PoolSnapshot;
import io.github.pooledclient.transport.Connector;
import io.github.pooledclient.transport.Origin;
import io.github.pooledclient.transport.TlsIdentity;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * An {@link HttpClient} over a connection pool that can be tuned and seen.
 *
 * <p>{@link #send} runs the whole exchange on the calling thread, platform or virtual: nothing is handed to another one.
 * Connections are kept per host, within the limits of {@link PoolSettings}; {@link #snapshot()} shows them. Differences
 * from the JDK's client are listed in {@code docs/differences-from-jdk.md}.
 *
 * <p>A failed exchange throws the exception types of the JDK's client; {@link RequestState#of} tells how far the request had
 * come. Safe for use by several threads. Make one and keep it: each {@link #newBuilder() built} client has a pool of its
 * own, which {@link #close()} closes; {@link #toBuilder()} makes variants that share it.
 */
public final class PooledHttpClient extends HttpClient implements AutoCloseable {

    private final ClientSettings settings;
    private final SharedPool shared;
    private final CallSettings calls;
    private final Lifecycle lifecycle;
    // The client that built the pool closes it; views of it only end themselves.
    private final boolean ownsPool;

    PooledHttpClient(ClientSettings settings, SharedPool shared, boolean ownsPool) {
        this.settings = settings;
        this.shared = shared;
        this.ownsPool = ownsPool;
        this.lifecycle = new Lifecycle(shared, ownsPool ? shared.pool()::close : () -> {});
        this.calls = settings.forCalls(shared, lifecycle);
    }

    /** A client with the default settings. */
    public static PooledHttpClient newHttpClient() {
        return newBuilder().build();
    }

    /** A builder of a client with a pool of its own. */
    public static Builder newBuilder() {
        return new PooledHttpClientBuilder();
    }

    /**
     * A builder of a view: a client with other settings on the same pool, cheap to make, which owns nothing. It starts with
     * the settings of this one. Closing it ends only its own calls; once this client's pool is closed, its calls fail.
     */
    public Builder toBuilder() {
        return new PooledHttpClientBuilder(settings, shared);
    }

    /**
     * Sends a request and receives its response, on the calling thread.
     *
     * @throws io.github.pooledclient.pool.AcquireTimeoutException if no connection came free within the acquire timeout
     * @throws io.github.pooledclient.pool.AcquireRejectedException if too many callers wait already
     * @throws java.net.http.HttpConnectTimeoutException if no connection could be opened in time; the message names the phase
     * @throws java.net.http.HttpTimeoutException if the request's timeout passed, or the peer was silent for longer than the
     *     read timeout
     * @throws java.net.ProtocolException if the peer broke the protocol, or sent more than the {@link MessageLimits} allow
     * @throws IOException if sending or receiving failed, or this client is shut down
     * @throws InterruptedException if the calling thread was interrupted; the exchange is cancelled
     * @throws IllegalArgumentException if the request cannot be sent as it is; the message names the part
     */
    @Override
    public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler)
            throws IOException, InterruptedException {
        return new Call<>(calls, request, handler).run();
    }

    /**
     * Sends a request and receives its response on a thread of its own, virtual where the JDK has them. Cancelling the future
     * cancels the exchange.
     */
    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, BodyHandler<T> handler) {
        return AsyncCall.start(calls, request, handler);
    }

    /** As {@link #sendAsync(HttpRequest, BodyHandler)}: servers do not push over HTTP/1.1, so the handler is not called. */
    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            HttpRequest request, BodyHandler<T> handler, @Nullable PushPromiseHandler<T> pushPromiseHandler) {
        return sendAsync(request, handler);
    }

    // ---- the pool

    /** The pool as it is now. Views of one client show the same pool. */
    public PoolSnapshot snapshot() {
        return shared.pool().snapshot();
    }

    /** The connections to an origin, counted, as they are now. */
    public HostSnapshot snapshot(Origin origin) {
        return shared.pool().snapshot(shared.routesTo(origin));
    }

    /** Whether another client has the same pool: one is a view of the other, or both are of a third. */
    public boolean sharesPoolWith(PooledHttpClient other) {
        return shared.equals(other.shared);
    }

    /** The connections to an origin as they are now. */
    public List<ConnectionSnapshot> connections(Origin origin) {
        return shared.pool().connections(shared.routesTo(origin));
    }

    /** Closes the idle connections. */
    public void evictIdle() {
        shared.pool().evictIdle();
    }

    /** Closes the idle connections to an origin. */
    public void evictIdle(Origin origin) {
        shared.pool().evictIdle(shared.routesTo(origin));
    }

    /** Closes the idle connections, and those in use on their return: new ones replace all. */
    public void retire() {
        shared.pool().retire(route -> true);
    }

    /** Closes the idle connections to an origin, and those in use on their return: new ones replace all. */
    public void retire(Origin origin) {
        shared.pool().retire(shared.routesTo(origin));
    }

    /**
     * Closes the idle connections that were made with a TLS context, and those in use on their return: for a context that
     * has got other keys or certificates.
     */
    public void retire(SSLContext context) {
        shared.pool().retire(route -> {
            TlsIdentity tls = route.tls();
            return tls != null && tls.context() == context;
        });
    }

    /** Lets callers that need a connection to an origin wait until {@link #resume}, or their acquire timeout. */
    public void suspend(Origin origin) {
        shared.pool().suspend(shared.routesTo(origin));
    }

    /** Ends {@link #suspend}; without it, has no effect. */
    public void resume(Origin origin) {
        shared.pool().resume(shared.routesTo(origin));
    }

    /**
     * Changes the limits of an origin, until the client is closed or the origin forgotten. What is in use beyond a smaller
     * limit is closed on its return.
     *
     * @param maxConnections at least 1
     * @param maxIdle at least 0
     * @throws IllegalArgumentException if a limit is out of its range
     */
    public void resize(Origin origin, int maxConnections, int maxIdle) {
        shared.pool().resize(shared.routesTo(origin), maxConnections, maxIdle);
    }

    /**
     * Opens connections, TLS included, to each host for which {@link PoolSettings.Builder#minIdlePerHost} asks for some, and
     * from now on keeps so many of them idle: what is missing is opened in the background, with growing pauses while a host
     * cannot be reached. They are of the kind that this client's calls use, and so of no use to views with other TLS.
     *
     * <p>What cannot be opened is told in a warning, and no failure: the calls will find out.
     *
     * @param timeout how long to wait until they have been opened, or could not be; zero = not at all
     * @return whether all of them are there
     * @throws InterruptedException if the calling thread was interrupted; the rest is opened all the same
     */
    public boolean warmUp(Duration timeout) throws InterruptedException {
        return WarmUp.begin(poolSettings(), calls).await(timeout);
    }

    /**
     * Ends what {@link #warmUp} has begun, be it in the middle of opening a connection; closes the idle connections, and those
     * in use or being opened by calls on their return.
     */
    public void coolDown() {
        shared.pool().keepNoIdle();
        retire();
    }

    /** The settings of the pool. */
    public PoolSettings poolSettings() {
        return shared.pool().settings();
    }

    /**
     * Adds a listener; it hears what happens from now on. One that refers to this client keeps it and its sockets until it is
     * closed, even if nobody else has it.
     */
    public void addListener(PoolListener listener) {
        shared.pool().addListener(listener);
    }

    /** Removes a listener that was added; another one is ignored. */
    public void removeListener(PoolListener listener) {
        shared.pool().removeListener(listener);
    }

    // ---- lifecycle: as HttpClient has it from 21 on, declared without @Override so that one class file serves 17 too

    /** Refuses new calls from now on; those under way go on to their end. The pool is closed when the last has ended. */
    public void shutdown() {
        if (ownsPool) {
            shared.pool().drain();
        }
        lifecycle.shutdown();
    }

    /**
     * As {@link #shutdown()}, and cancels the calls under way: they fail with an {@link IOException}. The client that built
     * the pool ends the exchanges of its views too.
     */
    public void shutdownNow() {
        shutdown();
        lifecycle.cancelAll(
                ownsPool ? shared.pool()::cancelAll : () -> shared.pool().cancel(lifecycle.token()));
    }

    /**
     * Waits until a client that was shut down has ended its calls; a call lasts until its response body is read or closed.
     *
     * @return whether it has
     * @throws InterruptedException if the calling thread was interrupted
     */
    public boolean awaitTermination(Duration timeout) throws InterruptedException {
        return lifecycle.awaitTermination(timeout);
    }

    /** Whether the client was shut down and its calls have ended. */
    public boolean isTerminated() {
        return lifecycle.isTerminated();
    }

    /** Shuts down and waits until all calls have ended; an interrupt of the wait cancels them. */
    @Override
    public void close() {
        shutdown();
        lifecycle.awaitTerminationOrInterrupt(this::shutdownNow);
    }

    // ---- settings, as HttpClient has them

    @Override
    public Optional<CookieHandler> cookieHandler() {
        return Optional.ofNullable(settings.cookieHandler());
    }

    @Override
    public Optional<Duration> connectTimeout() {
        return settings.connectTimeout().isZero() ? Optional.empty() : Optional.of(settings.connectTimeout());
    }

    /** How long the peer may be silent in an exchange; zero = for ever. */
    public Duration readTimeout() {
        return settings.readTimeout();
    }

    /** How much of what is not content a peer may send, and how much unread content is drained. */
    public MessageLimits limits() {
        return settings.limits();
    }

    @Override
    public Redirect followRedirects() {
        return settings.redirect();
    }

    /** The selector that was set; empty means that the default one of the JVM is asked, as with the JDK's client. */
    @Override
    public Optional<ProxySelector> proxy() {
        return Optional.ofNullable(settings.proxy());
    }

    /** Which addresses may be connected to; empty means all. */
    public Optional<Predicate<InetSocketAddress>> addressFilter() {
        return Optional.ofNullable(settings.addressFilter());
    }

    /**
     * The context for TLS.
     *
     * @throws java.io.UncheckedIOException if none was set, and the JVM has no default one
     */
    @Override
    public SSLContext sslContext() {
        return settings.tls().context();
    }

    @Override
    public SSLParameters sslParameters() {
        return settings.tls().parameters();
    }

    @Override
    public Optional<Authenticator> authenticator() {
        return Optional.ofNullable(settings.authenticator());
    }

    /** What was asked for; exchanges run over HTTP/1.1 for now, as each response's {@code version()} says. */
    @Override
    public Version version() {
        return settings.version();
    }

    @Override
    public Optional<Executor> executor() {
        return Optional.ofNullable(settings.executor());
    }

    /** Collects the settings of a {@link PooledHttpClient}: those of {@link HttpClient.Builder}, and ours. */
    public interface Builder extends HttpClient.Builder {

        /**
         * The limits and times of the pool.
         *
         * @throws IllegalStateException on a builder made by {@link PooledHttpClient#toBuilder()}: a view has no pool of its
         *     own
         */
        Builder pool(PoolSettings settings);

        /**
         * How long the peer may be silent: between bytes of the response, before its first one, and while it accepts none of
         * the request; zero = for ever. Default: 30 s.
         *
         * @throws IllegalArgumentException if negative
         */
        Builder readTimeout(Duration timeout);

        /**
         * Opens the transports of the pool, TCP by default.
         *
         * @throws IllegalStateException on a builder made by {@link PooledHttpClient#toBuilder()}
         */
        Builder connector(Connector connector);

        /**
         * Hears what happens in the pool; more than one may be given.
         *
         * @throws IllegalStateException on a builder made by {@link PooledHttpClient#toBuilder()}
         */
        Builder listener(PoolListener listener);

        /**
         * Watches the calls of the client, or of the view; null = nobody does. A view begins with that of its client.
         * Default: null.
         */
        Builder observer(@Nullable CallObserver observer);

        /**
         * Whether to ask for gzip and deflate, and to decode them, for requests that do not set {@code Accept-Encoding}: the
         * decoded response has neither {@code Content-Encoding} nor {@code Content-Length}. Default: true.
         */
        Builder decompress(boolean decompress);

        /**
         * How much of what is not content a peer may send, and how much unread content is drained. On a builder made by
         * {@link PooledHttpClient#toBuilder()} they are for the exchanges of the view. Default:
         * {@link MessageLimits#defaults()}.
         */
        Builder limits(MessageLimits limits);

        /**
         * Which addresses may be connected to, asked on the calling thread each time that a connection is opened; a host none
         * of whose addresses may be is an {@link io.github.pooledclient.transport.AddressRefusedException}. Through a
         * {@linkplain HttpClient.Builder#proxy proxy}, all addresses that this host knows of the origin must be allowed; what
         * the proxy itself finds is beyond the filter. Clients and views of one pool whose filters are not equal share no
         * connections. Default: all.
         */
        Builder addressFilter(Predicate<InetSocketAddress> allowed);

        /**
         * Other settings for an origin, or for all below a domain. Where several patterns fit, only the most exact counts. On a
         * builder made by {@link PooledHttpClient#toBuilder()}, what is set for all hosts from then on wins over what the client
         * has for single ones.
         *
         * @param pattern as for {@link PoolSettings.Builder#host}
         * @throws IllegalArgumentException if the pattern is neither an origin nor a wildcard
         */
        Builder host(String pattern, HostSettings settings);

        /**
         * How long opening a connection may take, TLS included; the acquire timeout of the pool bounds it as well. Default:
         * 5 s.
         *
         * @throws IllegalArgumentException if zero or negative, as with the JDK's builder
         */
        @Override
        Builder connectTimeout(Duration timeout);

        @Override
        Builder cookieHandler(CookieHandler cookieHandler);

        /** For TLS; if none is given the default context of the JVM, which is made for the first exchange that needs it. */
        @Override
        Builder sslContext(SSLContext sslContext);

        /** For TLS; the default parameters of the context if none are given. Host names are verified whatever they say. */
        @Override
        Builder sslParameters(SSLParameters sslParameters);

        /** Where the dependents of {@link HttpClient#sendAsync} run; exchanges have threads of their own. */
        @Override
        Builder executor(Executor executor);

        @Override
        Builder followRedirects(Redirect policy);

        /** What is preferred; exchanges run over HTTP/1.1 for now. */
        @Override
        Builder version(Version version);

        /** For HTTP/2; checked and without effect for now. */
        @Override
        Builder priority(int priority);

        @Override
        Builder proxy(ProxySelector proxySelector);

        @Override
        Builder authenticator(Authenticator authenticator);

        /**
         * What proxies are told when they ask who asks, as Basic or Digest, whatever the {@link #authenticator} would say. Views
         * share the tunnels of their client unless they have credentials or an authenticator of their own.
         *
         * @throws IllegalArgumentException if the name contains a colon, which Basic cannot say
         */
        Builder proxyCredentials(String userName, String password);

        // The JDK's type on purpose, see there: declared covariantly for 17, a call through HttpClient.Builder on 19
        // and newer would find the JDK's own default method, which throws UnsupportedOperationException.
        /** The local address that connections are bound to; null = any. */
        HttpClient.Builder localAddress(@Nullable InetAddress localAddress);

        /**
         * Builds the client.
         *
         * @throws java.io.UncheckedIOException if {@link #sslParameters} were set without a context, and the JVM has no default
         *     one; else the first exchange that needs it fails
         */
        @Override
        PooledHttpClient build();
    }
}
