// SPDX-License-Identifier: Apache-2.0
/**
 * Peers that do what a test wants: servers with a script, transports in memory, clocks that stand still.
 *
 * <p>A test of a client says, on one page, what the server does and what the client makes of it:
 *
 * <pre>{@code
 * @Test
 * void connectionIsReplacedAfterAReset() throws Exception {
 *     Gate firstIsAnswered = new Gate("the first request is answered");
 *     try (ScriptedServer server = ScriptedServer.start(
 *                     peer -> {
 *                         peer.expectRequest("GET /one ");
 *                         peer.send(ok("1"));
 *                         peer.waitFor(firstIsAnswered);
 *                         peer.reset();
 *                     },
 *                     answers(ok("2")),
 *                     unexpected());
 *             PooledHttpClient client = PooledHttpClient.newHttpClient()) {
 *
 *         assertThat(fetch(client, server.uri("/one"))).isEqualTo("1");
 *         firstIsAnswered.open();
 *         assertThat(fetch(client, server.uri("/two"))).isEqualTo("2");
 *
 *         assertThat(server.requests()).extracting(Peer.Request::target).containsExactly("/one", "/two");
 *     }
 * }
 * }</pre>
 *
 * <p>Which one to take:
 *
 * <ul>
 *   <li>{@link io.github.pooledclient.testing.ScriptedServer}: a real socket, plain or TLS, with a script for each connection.
 *       {@link io.github.pooledclient.testing.Peer} is what a script can say: requests parsed and raw, answers byte by byte,
 *       FIN, RST, half a close, an end without a goodbye of TLS.
 *   <li>{@link io.github.pooledclient.testing.ScriptedTransport}: the same in memory, on the thread of the test. Nothing waits,
 *       bytes come in the pieces that the script says, and time passes when it says so: for codecs.
 *   <li>{@link io.github.pooledclient.testing.PipeTransport}: two ends in memory, for two threads and for writers that block.
 *       {@link io.github.pooledclient.testing.DribblingTransport} splits what any other one reads;
 *       {@link io.github.pooledclient.testing.EndlessTransport} never stops.
 *   <li>{@link io.github.pooledclient.testing.FakeSource} and {@link io.github.pooledclient.testing.FakeConnection}: what a pool
 *       lends, without any protocol. {@link io.github.pooledclient.testing.RecordingPoolListener} writes down what it tells.
 *   <li>{@link io.github.pooledclient.testing.FakeTicker} in the place of the clock; a
 *       {@link io.github.pooledclient.testing.Gate} in the place of sleeping.
 *   <li>{@link io.github.pooledclient.testing.TestCertificates}: TLS contexts, good and bad.
 *       {@link io.github.pooledclient.testing.FullBacklog}: an address that accepts nobody.
 *       {@link io.github.pooledclient.testing.Nginx}: a real server. {@link io.github.pooledclient.testing.ForwardProxy}: a proxy
 *       that passes on.
 * </ul>
 *
 * <p>What has threads or sockets is {@link java.lang.AutoCloseable}, and used in a try: its end closes everything, waits for
 * its threads, and throws what went wrong in them, so that a failure on a server's thread is a failure of the test.
 */
package io.github.pooledclient.testing;
