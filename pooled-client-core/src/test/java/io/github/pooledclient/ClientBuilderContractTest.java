// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pooledclient.testing.ScriptedServer;
import io.github.pooledclient.testing.TestCertificates;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.Authenticator;
import java.net.CookieManager;
import java.net.InetAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an {@link HttpClient.Builder} takes, and what the client then says. */
@ContractTest
class ClientBuilderContractTest {

    private final Client client;

    ClientBuilderContractTest(Client client) {
        this.client = client;
    }

    @Test
    void clientSaysWhatItWasBuiltWith() throws Exception {
        CookieManager cookies = new CookieManager();
        Authenticator authenticator = new Authenticator() {};
        ProxySelector proxies = HttpClient.Builder.NO_PROXY;
        Executor executor = Runnable::run;
        SSLContext tls = TestCertificates.client();

        HttpClient http = client.newBuilder()
                .cookieHandler(cookies)
                .authenticator(authenticator)
                .proxy(proxies)
                .executor(executor)
                .sslContext(tls)
                .connectTimeout(Duration.ofSeconds(7))
                .followRedirects(Redirect.ALWAYS)
                .version(Version.HTTP_1_1)
                .priority(256)
                .build();

        assertThat(http.cookieHandler()).containsSame(cookies);
        assertThat(http.authenticator()).containsSame(authenticator);
        assertThat(http.proxy()).containsSame(proxies);
        assertThat(http.executor()).containsSame(executor);
        assertThat(http.sslContext()).isSameAs(tls);
        assertThat(http.connectTimeout()).hasValue(Duration.ofSeconds(7));
        assertThat(http.followRedirects()).isEqualTo(Redirect.ALWAYS);
        assertThat(http.version()).isEqualTo(Version.HTTP_1_1);
    }

    @Test
    void clientIsEmptyOfWhatItWasNotBuiltWith() throws NoSuchAlgorithmException {
        HttpClient http = client.newBuilder().build();

        assertThat(http.cookieHandler()).isEmpty();
        assertThat(http.authenticator()).isEmpty();
        assertThat(http.proxy()).isEmpty();
        assertThat(http.executor()).isEmpty();
        assertThat(http.sslContext()).isSameAs(SSLContext.getDefault());
        assertThat(http.version()).isEqualTo(Version.HTTP_2);
        assertThat(http.followRedirects()).isEqualTo(Redirect.NEVER);
    }

    @Test
    void nothingMayBeNull() {
        List<Consumer<HttpClient.Builder>> settings = List.of(
                builder -> builder.cookieHandler(null),
                builder -> builder.authenticator(null),
                builder -> builder.proxy(null),
                builder -> builder.executor(null),
                builder -> builder.sslContext(null),
                builder -> builder.sslParameters(null),
                builder -> builder.connectTimeout(null),
                builder -> builder.followRedirects(null),
                builder -> builder.version(null));

        for (Consumer<HttpClient.Builder> setting : settings) {
            assertThatNullPointerException().isThrownBy(() -> setting.accept(client.newBuilder()));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void connectTimeoutMustBePositive(long nanos) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> client.newBuilder().connectTimeout(Duration.ofNanos(nanos)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 257, Integer.MAX_VALUE})
    void priorityMustBeThatOfHttp2(int priority) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> client.newBuilder().priority(priority));
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void versionIsWhatWasAskedFor(Version version) {
        // What a client cannot speak, it replaces by what it can: HTTP_3 with the JDK's before 26.
        assertThat(client.newBuilder().version(version).build().version()).isEqualTo(version);
    }

    @Test
    void settingIsReplacedByALaterOne() {
        HttpClient http = client.newBuilder()
                .followRedirects(Redirect.ALWAYS)
                .followRedirects(Redirect.NORMAL)
                .build();

        assertThat(http.followRedirects()).isEqualTo(Redirect.NORMAL);
    }

    @Test
    void builderMayBuildTwice() {
        HttpClient.Builder builder = client.newBuilder().followRedirects(Redirect.NORMAL);

        HttpClient first = builder.build();
        HttpClient second = builder.followRedirects(Redirect.ALWAYS).build();

        assertThat(first.followRedirects()).isEqualTo(Redirect.NORMAL);
        assertThat(second.followRedirects()).isEqualTo(Redirect.ALWAYS);
    }

    @Test
    void sslParametersAreCopiedInAndOut() {
        SSLParameters given = new SSLParameters(null, new String[] {"TLSv1.2"});

        HttpClient http = client.newBuilder().sslParameters(given).build();
        given.setProtocols(new String[] {"TLSv1.3"});
        http.sslParameters().setProtocols(new String[] {"TLSv1.3"});

        assertThat(http.sslParameters().getProtocols()).containsExactly("TLSv1.2");
    }

    @Test
    void sslParametersSayWhichProtocolIsSpoken() throws Exception {
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.2"});
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(ok("hi")));
                OpenClient open = client.open(builder -> builder.sslParameters(parameters))) {
            assertThat(open.get(server.uri("/")).sslSession().orElseThrow().getProtocol())
                    .isEqualTo("TLSv1.2");
        }
    }

    @Test
    void sslContextSaysWhoIsTrusted() throws Exception {
        try (ScriptedServer server = ScriptedServer.startTls(TestCertificates.server(), always(ok("hi")));
                OpenClient trusting = client.open();
                OpenClient untrusting =
                        client.open(builder -> builder.sslContext(TestCertificates.untrustingClient()))) {
            assertThat(trusting.get(server.uri("/")).statusCode()).isEqualTo(200);
            assertThatThrownBy(() -> untrusting.get(server.uri("/"))).isInstanceOf(IOException.class);
        }
    }

    @Test
    void localAddressIsBoundTo() throws Exception {
        Method localAddress = localAddress();
        CompletableFuture<InetAddress> seen = new CompletableFuture<>();
        InetAddress local = InetAddress.getByName("127.0.0.3");
        HttpClient.Builder builder = client.newBuilder().version(Version.HTTP_1_1);

        Object same = localAddress.invoke(builder, local);

        try (ScriptedServer server = ScriptedServer.start(peer -> {
                    seen.complete(peer.socket().getInetAddress());
                    peer.readRequest();
                    peer.send(ok("hi"));
                    peer.awaitEnd();
                });
                OpenClient open = new OpenClient(builder.build())) {
            open.get(server.uri("/"));
        }
        assertThat(same).isSameAs(builder);
        assertThat(seen).isCompletedWithValue(local);
        localAddress.invoke(builder, (Object) null);
        assertThat(builder.build()).isNotNull();
    }

    private static Method localAddress() {
        return Arrays.stream(HttpClient.Builder.class.getMethods())
                .filter(method -> method.getName().equals("localAddress"))
                .findFirst()
                .orElseGet(() -> Assumptions.abort("localAddress came with JDK 19"));
    }

    @Test
    @Difference("a web socket is no exchange, and needs no pool")
    void clientMakesWebSockets() throws Exception {
        try (OpenClient open = client.open()) {
            switch (client) {
                case JDK -> assertThat(open.http().newWebSocketBuilder()).isNotNull();
                case OURS ->
                    assertThatThrownBy(() -> open.http().newWebSocketBuilder())
                            .isInstanceOf(UnsupportedOperationException.class);
            }
        }
    }

    @Test
    void clientMayBeWaitedForByManyThreads() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok("hi")));
                OpenClient open = client.open()) {
            List<CompletableFuture<String>> calls = IntStream.range(0, 16)
                    .mapToObj(i -> EndToEnd.inBackground(
                            () -> open.get(server.uri("/")).body()))
                    .toList();

            for (CompletableFuture<String> call : calls) {
                assertThat(EndToEnd.get(call)).isEqualTo("hi");
            }
        }
    }
}
