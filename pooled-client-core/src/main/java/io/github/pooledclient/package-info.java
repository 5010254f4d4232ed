// SPDX-License-Identifier: Apache-2.0
/**
 * A pooled {@link java.net.http.HttpClient}. Start at {@link io.github.pooledclient.PooledHttpClient}.
 *
 * <p>Four nouns carry the design: a <em>Call</em> (what the user sends) makes one or more <em>Exchanges</em> (one request, one
 * response); an Exchange runs on a <em>Connection</em> lent by the pool under a <em>Lease</em>; a Connection speaks a protocol
 * over a <em>Transport</em> (a blocking stream of bytes). The way of a request, one file a step: {@code PooledHttpClient.send},
 * {@code Call}, {@code CallChain}, {@code RoundTrip}, {@code ConnectionPool.acquire}, {@code HostPool}, on a miss
 * {@code HttpConnectionFactory}, {@code Http1Connection}, {@code Http1Exchange}, {@code ResponseBody}, {@code Lease.close},
 * {@code HostPool.takeBack}.
 *
 * <p>{@link io.github.pooledclient.RequestState}, {@link io.github.pooledclient.ExchangeFailure},
 * {@link io.github.pooledclient.MessageLimits}, {@link io.github.pooledclient.CallObserver} and
 * {@link io.github.pooledclient.WritableBody} are words of the ground floor, which every package may use; they stand here
 * because users meet them beside the client.
 */
@NullMarked
package io.github.pooledclient;

import org.jspecify.annotations.NullMarked;
