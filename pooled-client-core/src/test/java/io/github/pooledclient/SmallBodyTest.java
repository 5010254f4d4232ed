// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static io.github.pooledclient.EndToEnd.get;
import static io.github.pooledclient.EndToEnd.totals;
import static io.github.pooledclient.testing.ScriptedServer.always;
import static io.github.pooledclient.testing.ScriptedServer.ok;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.testing.ScriptedServer;
import java.io.InputStream;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SmallBodyTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "small"})
    void streamOfABodyThatIsAllHereHoldsNoConnection(String body) throws Exception {
        try (ScriptedServer server = ScriptedServer.start(always(ok(body)));
                PooledHttpClient client = PooledHttpClient.newHttpClient()) {
            InputStream stream =
                    client.send(get(server), BodyHandlers.ofInputStream()).body();

            assertThat(totals(client).active()).isZero();
            assertThat(stream.readAllBytes()).asString().isEqualTo(body);
        }
    }
}
