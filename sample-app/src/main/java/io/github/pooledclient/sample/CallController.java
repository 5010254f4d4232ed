// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.sample;

import io.github.pooledclient.PooledHttpClient;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.server.ResponseStatusException;

/** Calls the upstream in both ways; the connections are the same. */
@RestController
class CallController {

    private final PooledHttpClient client;
    private final RestClient restClient;
    private final Upstream upstream;

    CallController(PooledHttpClient client, RestClient.Builder restClient, Upstream upstream) {
        this.client = client;
        this.restClient = restClient.build();
        this.upstream = upstream;
    }

    @GetMapping("/call/{kind}")
    String call(@PathVariable String kind) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(upstream.uri(Kind.of(kind))).build();
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new ResponseStatusException(HttpStatus.BAD_GATEWAY, "upstream answered " + response.statusCode());
        }
        return response.body();
    }

    @GetMapping("/rest/{kind}")
    @Nullable
    String rest(@PathVariable String kind) {
        return restClient.get().uri(upstream.uri(Kind.of(kind))).retrieve().body(String.class);
    }
}
